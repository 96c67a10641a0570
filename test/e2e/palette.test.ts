import fs from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, showPage, startBrowser } from '../helpers/browser.ts';

/** What a button somewhere does is found by name, and does the same. */
describe.skipIf(!chromiumAvailable)('the command palette (Debian package chromium)', () => {
  let browser: TestBrowser;
  let core: FakeCore;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    browser = await startBrowser();
  });
  beforeEach(async () => {
    core = await startFakeCore({ scenario: 'live' });
    ({ page, complaints } = await browser.open(core.url));
    await page.getByTestId('link-state').waitFor();
  });
  afterEach(async () => {
    await page?.context().close();
    await core?.close();
  });
  afterAll(async () => {
    await browser?.close();
  });

  const options = () => page.getByRole('option');
  const search = async (query: string) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill(query);
  };
  const pick = async (query: string) => {
    await search(query);
    await options().first().waitFor();
    await page.keyboard.press('Enter');
  };

  it('has every action of every page, the one that is meant first', async () => {
    const wanted: Record<string, string> = Object.fromEntries([
      ['disconnect catalyst', 'Disconnect catalyst'],
      ['connect paper', 'Connect paper'],
      ['run doctor', 'Run the doctor on catalyst'],
      ['edit catalyst', 'Edit catalyst…'],
      ['remove catalyst', 'Remove catalyst…'],
      ['limits catalyst', 'Limits on starts of catalyst…'],
      ['set up claude code', 'Set up Claude Code…'],
      ['remove vs', 'Remove from VS Code…'],
      ['undo desktop', 'Undo in Claude Desktop…'],
      ['mcpb', 'Save catalyst as an extension for Claude Desktop (.mcpb)'],
      ['approve trigger', 'Look at and approve trigger_market_scan…'],
      ['block get_risk', 'Block get_risk_metrics'],
      ['restart scanner', 'Restart scanner…'],
      ['logs scanner', 'Logs of scanner'],
      ['audit csv', 'Export the audit trail as CSV'],
      ['activity jsonl', 'Export activity of catalyst as JSONL'],
      ['closed csv', 'Export closed trades of catalyst as CSV'],
      ['export settings', 'Export settings and profiles as JSON'],
      ['import', 'Import settings and profiles…'],
      ['check audit', 'Check the audit trail now'],
      ['pause 8', 'Pause notices for 8 h'],
      ['notices clients', 'Notices, Clients: off'],
      ['dark', 'Theme: dark'],
      ['blue', 'Gain and loss: blue and orange'],
      ['code usd', 'Currencies: by code, USD'],
      ['detailed', 'Detailed app log: on'],
      ['add con', 'Add a connection'],
      ['stop', 'Stop trading on catalyst'],
      ['doctor', 'Doctor'],
      ['edit', 'Edit catalyst…'],
    ]);
    const found: Record<string, string | undefined> = {};
    await page.keyboard.press('Control+k');
    for (const query of Object.keys(wanted)) {
      await page.getByRole('combobox').fill(query);
      found[query] = (await options().first().innerText()).split('\n')[0];
    }
    expect(found).toEqual(wanted);
  });

  it('stops trading, and connects, as the buttons do', async () => {
    await pick('stop');
    await expect.poll(() => core.calls).toContain('trading.stop {"profile":"catalyst"}');
    await page.getByTestId('stop-panel').getByRole('button', { name: 'Close' }).last().click();
    await pick('disconnect catalyst');
    await expect.poll(() => core.calls).toContain('links.disconnect {"profile":"catalyst"}');
    expect(complaints).toEqual([]);
  });

  it('exports the positions from any page, as numbers that programs read', async () => {
    await showPage(page, 'tools');
    const [download] = await Promise.all([page.waitForEvent('download'), pick('export open positions')]);
    expect(download.suggestedFilename()).toMatch(/^catalyst-positions-catalyst-\d{8}-\d{6}\.csv$/);
    const [head, first] = (await fs.readFile(await download.path(), 'utf8')).split('\r\n');
    expect(head).toMatch(/^profile,received_at,source,symbol,/);
    expect(first).toMatch(/^catalyst,\d{4}-\d\d-\d\dT/);
  });

  it('opens what stands on another page: the change to a client, the lines to export, a form', async () => {
    await pick('set up claude desktop');
    await page.getByRole('dialog', { name: /Set up Claude Desktop/ }).waitFor();
    await page.keyboard.press('Escape');
    await pick('export log lines');
    await page.getByTestId('log-export-dialog').waitFor();
    await page.keyboard.press('Escape');
    await pick('limits catalyst');
    await page.getByTestId('limits-form').waitFor();
    await pick('remove catalyst');
    await expect
      .poll(() => page.getByLabel('Type catalyst to remove it').evaluate((field) => field.checkVisibility()))
      .toBe(true);
    expect(await page.getByLabel('Type catalyst to remove it').boundingBox()).toMatchObject({
      y: expect.closeTo(720, -3) as number,
    });
    expect(complaints).toEqual([]);
  });

  it('offers first what the page on screen can do', async () => {
    await showPage(page, 'logs');
    await pick('level error');
    await expect.poll(() => page.getByLabel('Level').inputValue()).toBe('error');
    await showPage(page, 'activity');
    await pick('went wrong');
    await expect.poll(() => page.getByTestId('activity-show').inputValue()).toBe('problems');
    await search('level error');
    expect(await options().count()).toBe(0);
  });
});
