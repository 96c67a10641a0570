import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

describe.skipIf(!chromiumAvailable)(
  'a request beside the window that asks for it (Debian package chromium)',
  () => {
    let browser: TestBrowser;
    let core: FakeCore;

    beforeAll(async () => {
      browser = await startBrowser();
    });
    afterEach(async () => {
      await core.close();
    });
    afterAll(async () => {
      await browser?.close();
    });

    it('is answered on the dashboard where that was asked for, and the next one in its window again', async () => {
      core = await startFakeCore({ scenario: 'consent' });
      core.store.set(['app', 'shell'], 'electron');
      const [first, second] = core.store.state.consents;
      const { page, complaints } = await browser.open(core.url);
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
      core = await startFakeCore({ scenario: 'consent' });
      core.store.set(['app', 'shell'], 'electron');
      const { consents } = core.store.state;
      core.store.set(['consents'], []);
      const { page } = await browser.open(core.url);
      await page.evaluate(() => {
        location.hash = 'page=answer';
      });
      await expect.poll(() => page.evaluate(() => location.hash)).toBe('');
      core.store.set(['consents'], consents);
      await page.getByTestId('consent-dialog').waitFor();
    });
  },
);
