import { describe, expect, it } from 'vitest';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { chromiumAvailable } from '../helpers/browser.ts';
import { madeUpPages } from '../helpers/made-up-page.ts';

describe.skipIf(!chromiumAvailable)(
  'a request beside the window that asks for it (Debian package chromium)',
  () => {
    const open = madeUpPages();
    const beside = (core: FakeCore) => core.store.set(['app', 'shell'], 'electron');

    it('is answered on the dashboard where that was asked for, and the next one in its window again', async () => {
      const { page, complaints, core } = await open('consent', { prepare: beside });
      const [first, second] = core.store.state.consents;
      const elsewhere = page.getByTestId('consent-elsewhere');
      await elsewhere.getByRole('button', { name: 'Answer here' }).click();
      await elsewhere.waitFor({ state: 'detached' });
      // both that waited are answered here
      await page.getByTestId('consent-deny').click();
      await page.getByTestId('consent-queue').waitFor({ state: 'detached' });
      await expect.poll(() => core.store.state.consents.map(({ id }) => id)).toEqual([second?.id]);
      await page.getByTestId('consent-deny').click();
      await page.getByTestId('consent-dialog').waitFor({ state: 'detached' });
      core.store.set(['consents'], [{ ...first, id: 'k3' }]);
      await elsewhere.waitFor();
      expect(await page.getByTestId('consent-dialog').count()).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('is still asked there when the dashboard is sent for it before it has arrived', async () => {
      let consents: FakeCore['store']['state']['consents'] = [];
      const { page, core } = await open('consent', {
        prepare: (made) => {
          beside(made);
          consents = made.store.state.consents;
          made.store.set(['consents'], []);
        },
      });
      await page.evaluate(() => {
        location.hash = 'page=answer';
      });
      await expect.poll(() => page.evaluate(() => location.hash)).toBe('');
      core.store.set(['consents'], consents);
      await page.getByTestId('consent-dialog').waitFor();
    });
  },
);
