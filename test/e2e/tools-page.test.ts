import fs from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestUser } from '../helpers/app.ts';
import { eventually } from '../helpers/app.ts';
import { chromiumAvailable, showPage } from '../helpers/browser.ts';
import type { ServedPage } from '../helpers/served-page.ts';
import { openServedPage } from '../helpers/served-page.ts';

/** The Tools page against a real MCP server, through the bridge and the guard. */
describe.skipIf(!chromiumAvailable)('trying tools from the page (Debian package chromium)', () => {
  let user: TestUser;
  let served: ServedPage;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    served = await openServedPage();
    ({ user, page, complaints } = served);
    await showPage(page, 'tools');
  });

  afterAll(() => served?.close());

  it('reads with arguments from the form, and shows answer, raw answer and raw request', async () => {
    await page.getByTestId('tool-analyze_symbol').click();
    const symbol = page.getByTestId('arg-symbol');
    await symbol.waitFor();
    expect(await symbol.innerText()).not.toContain('symbol is required');
    await symbol.getByRole('textbox').focus();
    await symbol.getByRole('textbox').blur();
    await symbol.getByText('symbol is required').waitFor();
    await symbol.getByRole('textbox').fill('AAPL');
    await symbol.getByText('symbol is required').waitFor({ state: 'detached' });
    expect(JSON.parse(await page.getByTestId('arguments').inputValue())).toEqual({ symbol: 'AAPL' });
    await page.getByTestId('call').click();
    await page.getByTestId('answer-part').first().waitFor();
    await page.getByRole('button', { name: 'Raw request' }).click();
    expect(await page.getByTestId('answer').innerText()).toContain('"tools/call"');
    await page.getByRole('button', { name: 'Raw answer' }).click();
    expect(await page.getByTestId('answer').innerText()).toContain('"jsonrpc"');
  });

  it('keeps form and JSON in step, and does not send what is no JSON', async () => {
    await page.getByTestId('arguments').fill('{"symbol": "MSFT"}');
    expect(await page.getByTestId('arg-symbol').getByRole('textbox').inputValue()).toBe('MSFT');
    await page.getByTestId('arguments').fill('{"symbol": ');
    expect(await page.getByTestId('call').isDisabled()).toBe(true);
  });

  it('reads a resource', async () => {
    await page.getByTestId('resource-catalyst://positions/active').click();
    await page.getByTestId('call').click();
    await page.getByTestId('answer-part').first().waitFor();
    expect(await page.getByTestId('answer').innerText()).toContain('positions');
  });

  it('asks the same question as for Claude before anything that adds risk; denied, nothing is sent', async () => {
    await page.getByTestId('tool-start_trading_cycle').click();
    await page.getByTestId('call').click();
    await page.locator('[data-testid="consent-deny"][aria-disabled="false"]').click();
    await page.getByTestId('answer-error').waitFor();
    const trail = (await user.run(['audit', 'tail', '--json'])).json();
    const kinds = trail
      .filter((entry: { tool?: string }) => entry.tool === 'start_trading_cycle')
      .map((entry: { kind: string }) => entry.kind);
    expect(kinds).not.toContain('intent');
  });

  it('keeps the theme and the colours of money in the app, over a reload too', async () => {
    await showPage(page, 'settings');
    await page.getByText('Blue and orange', { exact: true }).click();
    await page.getByText('Dark', { exact: true }).click();
    await page.locator('html[data-theme="dark"][data-money="blue-orange"]').waitFor();
    await page.reload();
    await page.locator('html[data-theme="dark"][data-money="blue-orange"]').waitFor();
    const kept = await eventually('the settings on disk', async () => {
      const home = path.join(user.home, '.catalyst-companion', 'settings.json');
      return JSON.parse(await fs.readFile(home, 'utf8')) as { preferences: object };
    });
    expect(kept.preferences).toMatchObject({ theme: 'dark', money: 'blue-orange' });
  });

  it('exports what it can import, and says what that would change', async () => {
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export', exact: true }).click(),
    ]);
    const file = await saved.path();
    await page
      .getByRole('button', { name: 'Light', exact: true })
      .or(page.getByText('Light', { exact: true }))
      .click();
    await page.locator('html[data-theme="light"]').waitFor();
    await page.getByLabel('File to import').setInputFiles(file);
    await page.getByTestId('import').getByText('light becomes').waitFor();
    await page.getByTestId('import').getByRole('checkbox', { name: 'Settings' }).check();
    await page.getByTestId('import').getByRole('button', { name: 'Import', exact: true }).click();
    await page.locator('html[data-theme="dark"]').waitFor();
    expect(complaints).toEqual([]);
  });
});
