import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PAGES } from '../../renderer/api/ui-store.ts';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import { axeInBothThemes } from '../helpers/axe.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, showPage, startBrowser } from '../helpers/browser.ts';
import { tabTo } from '../helpers/keyboard.ts';

describe.skipIf(!chromiumAvailable)('accessibility (Debian package chromium)', () => {
  let browser: TestBrowser;
  let core: FakeCore;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterEach(() => core?.close());
  afterAll(() => browser?.close());

  it.each(['live', 'blocked', 'empty', 'stale'] as const)(
    'axe has nothing serious to say of any page: %s',
    async (scenario) => {
      core = await startFakeCore({ scenario });
      const { page } = await browser.open(core.url);
      await page.getByTestId('page-overview').waitFor();
      const found: string[] = [];
      for (const name of PAGES) {
        await showPage(page, name);
        found.push(...(await axeInBothThemes(page, `${scenario} ${name}`)));
      }
      expect(found).toEqual([]);
    },
  );

  it('axe has nothing serious to say of a request for consent', async () => {
    core = await startFakeCore({ scenario: 'consent' });
    const { page } = await browser.open(core.url);
    await page.locator('[data-testid="consent-deny-stop"]:not([disabled])').waitFor();
    expect(await axeInBothThemes(page, 'consent')).toEqual([]);
  });

  it('skips to the page by keyboard, opens help and palette, and gives the focus back', async () => {
    core = await startFakeCore({ scenario: 'live' });
    const { page } = await browser.open(core.url);
    await page.getByTestId('link-state').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the page');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');

    await page.getByRole('button', { name: 'Keyboard help' }).focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('help').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('help').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Keyboard help',
    );

    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search pages and actions' }).fill('theme dark');
    await page.keyboard.press('Enter');
    await page.locator('html[data-theme="dark"]').waitFor();
    expect(core.calls).toContain('settings.change {"theme":"dark"}');
  });

  it('every key that the help names goes to its page', async () => {
    core = await startFakeCore({ scenario: 'live' });
    const { page } = await browser.open(core.url);
    await page.getByTestId('link-state').waitFor();
    const { PAGE_WORDS } = await import('../../renderer/parts/pages.ts');
    for (const name of PAGES) {
      await page.keyboard.press(PAGE_WORDS[name].key);
      await page.getByTestId(`page-${name}`).waitFor();
    }
  });

  it('answers a request for consent by keyboard alone: Deny has the focus', async () => {
    core = await startFakeCore({ scenario: 'consent' });
    const { page } = await browser.open(core.url);
    // no earlier press may answer what has just appeared
    await page.locator('[data-testid="consent-deny"][aria-disabled="false"]').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Deny/);
    await page.keyboard.press('Enter');
    await expect.poll(() => core.calls.filter((call) => call.startsWith('consent.answer'))).toHaveLength(1);
    expect(core.calls.find((call) => call.startsWith('consent.answer'))).toContain('"decision":"deny"');
  });

  it('stops trading by keyboard alone, and closes the report', async () => {
    core = await startFakeCore({ scenario: 'good' });
    const { page } = await browser.open(core.url);
    await page.getByTestId('link-state').waitFor();
    await tabTo(page, page.getByRole('button', { name: /stop trading/i }).first());
    await page.keyboard.press('Enter');
    await page
      .getByText(/confirmed at/i)
      .first()
      .waitFor();
    expect(core.calls.filter((call) => call.startsWith('trading.stop'))).toHaveLength(1);
    await page.keyboard.press('Escape');
  });
});
