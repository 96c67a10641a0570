import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAGES } from '../../renderer/api/ui-store.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, showPage, startBrowser } from '../helpers/browser.ts';
import { amountFaults, layoutFaults } from './layout-faults.ts';
import { AT, DESK, dismissToasts, LARGE, openStill, SMALL } from './stage.ts';

const STATES = ['live', 'empty', 'loading', 'stale', 'blocked', 'many'] as const;

/** Every page in every state at the smallest window, with data at a large one too. */
describe.skipIf(!chromiumAvailable)('pages fit their window (Debian package chromium)', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it.each(STATES)('%s', async (scenario) => {
    const core = await startFakeCore({ scenario, at: AT });
    const faults: string[] = [];
    for (const size of scenario === 'live' ? [SMALL, LARGE] : [SMALL]) {
      const page = await openStill(browser.browser, core.url, 'light', size);
      for (const name of PAGES) {
        await showPage(page, name);
        await dismissToasts(page);
        for (const fault of await layoutFaults(page)) faults.push(`${name} at ${size.width}: ${fault}`);
      }
      await page.context().close();
    }
    await core.close();
    expect(faults).toEqual([]);
  });

  it('show every digit of large amounts, gained and lost, in three currencies', async () => {
    const core = await startFakeCore({ scenario: 'large', at: AT });
    const faults: string[] = [];
    for (const size of [SMALL, DESK]) {
      const page = await openStill(browser.browser, core.url, 'light', size);
      for (const name of ['overview', 'positions'] as const) {
        await showPage(page, name);
        await dismissToasts(page);
        for (const fault of [...(await layoutFaults(page)), ...(await amountFaults(page))])
          faults.push(`${name} at ${size.width}: ${fault}`);
      }
      await page.context().close();
    }
    await core.close();
    expect(faults).toEqual([]);
  });
});
