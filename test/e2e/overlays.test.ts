import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PAGES } from '../../renderer/api/ui-store.ts';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import { axeFindings } from '../helpers/axe.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, showPage, startBrowser } from '../helpers/browser.ts';
import { walkByTab } from '../helpers/focus-walk.ts';
import { layoutFaults } from '../visual/layout-faults.ts';
import { openOverlay, OVERLAYS } from '../visual/overlays.ts';
import { AT, dismissToasts, openStill, SMALL, THEMES } from '../visual/stage.ts';

describe.skipIf(!chromiumAvailable)('dialogs, drawers, forms, messages (Debian package chromium)', () => {
  let browser: TestBrowser;
  let core: FakeCore;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterEach(() => core?.close());
  afterAll(() => browser?.close());

  it.each(Object.entries(OVERLAYS))(
    '%s fits the smallest window, axe has nothing serious to say of it, and every focus in it is seen',
    async (name, shown) => {
      const found: string[] = [];
      for (const theme of THEMES) {
        core = await startFakeCore({ scenario: shown.scenario, at: AT });
        const page = await openStill(browser.browser, core.url, theme, SMALL);
        await openOverlay(page, core, shown);
        found.push(...(await axeFindings(page, theme)));
        if (theme === 'light') {
          found.push(...(await layoutFaults(page)));
          found.push(...(await walkByTab(page)).faults);
        }
        await page.context().close();
        await core.close();
      }
      expect(found, name).toEqual([]);
    },
  );

  it.each(['live', 'changed', 'onboarding', 'empty'] as const)(
    'every page is walked by Tab alone, each focus in view with its ring: %s',
    async (scenario) => {
      core = await startFakeCore({ scenario, at: AT });
      const page = await openStill(browser.browser, core.url, 'light', SMALL);
      const faults: string[] = [];
      for (const name of PAGES) {
        await showPage(page, name);
        await page.reload();
        await page.getByTestId(`page-${name}`).locator('> *').first().waitFor();
        await dismissToasts(page);
        const walk = await walkByTab(page);
        expect(walk.stops.length, name).toBeGreaterThan(8);
        faults.push(...walk.faults.map((fault) => `${name}: ${fault}`));
      }
      expect(faults).toEqual([]);
    },
  );
});
