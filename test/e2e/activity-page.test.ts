import fs from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

/** The page of activity over the demo, with requests of the command line. */
describe.skipIf(!chromiumAvailable)('activity on the page (Debian package chromium)', () => {
  let browser: TestBrowser;
  let user: TestUser;
  let app: RunningApp;
  let page: Page;
  let complaints: string[];

  const rows = () => page.getByTestId('activity-row');
  const drawer = () => page.getByTestId('activity-drawer');

  beforeAll(async () => {
    browser = await startBrowser();
    user = await createUser();
    app = await user.serve(['--demo']);
    ({ page, complaints } = await browser.open(app.url));
    await page.getByTestId('link-state').waitFor();
    await user.run(['call', 'demo', 'get_risk_metrics', '{}']);
    await user.run(['call', 'demo', '=cmd|calc', '{"token":"sk-0123456789"}']);
    await page.getByTestId('nav-activity').click();
    await rows().first().waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  it('shows a request in full: who, where its time went, what was asked and answered', async () => {
    await rows().filter({ hasText: 'get_risk_metrics' }).first().click();
    await page.getByTestId('waterfall').waitFor();
    const parts = await page
      .getByTestId('waterfall')
      .locator('li')
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.part));
    expect(parts).toEqual(['local', 'guard', ...(parts.includes('link') ? ['link', 'upstream'] : ['wire'])]);
    await expect.poll(() => drawer().innerText()).toContain('open_positions');
    const text = await drawer().innerText();
    expect(text).toContain('tools/call');
    expect(text).toContain('from the command line');
    const tree = drawer().getByRole('group', { name: 'Answered, as a tree' });
    expect(await tree.getByText('open_positions').count()).toBeGreaterThan(0);
    await page.getByTestId('activity-export-csv').click({ trial: true });
  });

  it('asks a read again, as a request of its own, and nothing else', async () => {
    const asked = () => rows().filter({ hasText: 'get_risk_metrics' }).count();
    const before = await asked();
    await page.getByTestId('activity-replay').click();
    await expect.poll(asked).toBe(before + 1);
    await rows().filter({ hasText: '=cmd|calc' }).first().click();
    await expect.poll(() => page.getByTestId('activity-replay').isDisabled()).toBe(true);
    expect(await drawer().innerText()).toContain('Only reads are asked again');
  });

  it('is narrowed by what it offers, and by text', async () => {
    await page.getByTestId('activity-outcome').selectOption('refused');
    await expect.poll(() => rows().count()).toBe(1);
    await page.getByTestId('activity-outcome').selectOption('');
    await page.getByTestId('activity-method').selectOption('tools/call');
    await page.getByLabel('Filter activity').fill('risk');
    await expect
      .poll(async () => (await rows().allInnerTexts()).every((row) => row.includes('risk')))
      .toBe(true);
    await page.getByLabel('Filter activity').fill('no such thing');
    await page.getByText('Show everything').click();
    await expect.poll(() => rows().count()).toBeGreaterThan(2);
  });

  it('exports what is shown, no field a formula, no secret in it', async () => {
    await drawer().getByRole('button', { name: 'Close' }).click();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('activity-export-csv').click(),
    ]);
    const text = await fs.readFile(await csv.path(), 'utf8');
    expect(text.split('\r\n')[0]).toMatch(/^time,profile,client,/);
    expect(text).toContain("'=cmd|calc");
    const [jsonl] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('activity-export-jsonl').click(),
    ]);
    const entries = (await fs.readFile(await jsonl.path(), 'utf8')).trimEnd().split('\n');
    const call = entries
      .map((one) => JSON.parse(one) as Record<string, unknown>)
      .find((one) => one['what'] === 'get_risk_metrics');
    expect(call).toMatchObject({
      client: 'you',
      method: 'tools/call',
      class: 'read',
      outcome: 'ok',
      request: '{}',
    });
    expect(complaints).toEqual([]);
  });
});
