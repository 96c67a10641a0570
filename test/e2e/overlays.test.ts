import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PAGES } from '../../renderer/api/ui-store.ts';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import { axeInBothThemes } from '../helpers/axe.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, showPage, startBrowser } from '../helpers/browser.ts';
import { walkByTab } from '../helpers/focus-walk.ts';
import { layoutFaults } from '../visual/layout-faults.ts';
import { openOverlay, OVERLAYS } from '../visual/overlays.ts';
import { AT, dismissToasts, openStill, SMALL } from '../visual/stage.ts';

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
      core = await startFakeCore({ scenario: shown.scenario, at: AT });
      const page = await openStill(browser.browser, core.url, 'light', SMALL);
      await openOverlay(page, core, shown);
      found.push(...(await layoutFaults(page)));
      found.push(...(await axeInBothThemes(page, name)));
      found.push(...(await walkByTab(page)).faults);
      await page.context().close();
      expect(found, name).toEqual([]);
    },
  );

  it.each([
    ['live', PAGES],
    ['changed', ['overview', 'connections']],
    ['onboarding', ['overview', 'connections']],
    ['empty', ['overview', 'logs']],
  ] as const)(
    'pages are walked by Tab alone, each focus in view with its ring: %s',
    async (scenario, pages) => {
      core = await startFakeCore({ scenario, at: AT });
      const page = await openStill(browser.browser, core.url, 'light', SMALL);
      const faults: string[] = [];
      for (const name of pages) {
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
