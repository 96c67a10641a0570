import fs from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApp, TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

const PATIENT = { timeout: 120_000 };

/** The page of logs over a demo that talks too much, until it keeps 50,000 lines. */
describe.skipIf(!chromiumAvailable)('50,000 log lines on the page (Debian package chromium)', () => {
  let browser: TestBrowser;
  let user: TestUser;
  let app: RunningApp;
  let page: Page;
  let complaints: string[];

  const lines = () => page.getByTestId('log-line');
  const following = () => page.getByTestId('log-lines').getAttribute('data-following');
  const title = async () => await page.getByRole('heading', { name: /lines$|Searching/ }).innerText();
  const kept = async () => Number(/([\d,]+) lines$/.exec(await title())?.[1]?.replaceAll(',', ''));
  const saved = async (format: 'txt' | 'jsonl', what: 'shown' | 'all') => {
    await page.getByTestId('log-export').click();
    await page.getByLabel('Lines', { exact: true }).selectOption(what);
    await page.getByLabel('Format').selectOption(format);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByTestId('log-export-save').click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^catalyst-logs-\\d{8}-\\d{6}\\.${format}$`));
    return (await fs.readFile(await download.path(), 'utf8')).trimEnd().split('\n');
  };

  beforeAll(async () => {
    browser = await startBrowser();
    user = await createUser();
    app = await user.serve(['--demo', '--fault', 'many-lines']);
    ({ page, complaints } = await browser.open(app.url));
    await page.getByTestId('nav-logs').click();
    await page.getByTestId('log-lines').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  it('follows them all, drawing those in view alone', { timeout: 180_000 }, async () => {
    await expect.poll(kept, PATIENT).toBeGreaterThanOrEqual(50_000);
    expect(await following()).toBe('true');
    expect(await lines().count()).toBeLessThan(120);
    const last = await lines().last().innerText();
    await expect.poll(() => lines().last().innerText(), PATIENT).not.toBe(last);
  });

  it('stops following when somebody scrolls up, holds the lines still, and counts what is new', async () => {
    await page.getByTestId('log-lines').hover();
    await page.mouse.wheel(0, -3000);
    await page.getByTestId('log-follow').waitFor();
    expect(await following()).toBe('false');
    const top = async () => await lines().nth(20).innerText();
    // two looks alike: the scrolling has come to its end
    let before = '';
    await expect
      .poll(async () => {
        const last = before;
        before = await top();
        return before === last;
      }, PATIENT)
      .toBe(true);
    await expect
      .poll(() => page.getByTestId('log-follow').innerText(), PATIENT)
      .toMatch(/^[\d,]+ new lines$/);
    await expect.poll(top, PATIENT).toBe(before);
    await page.getByTestId('log-follow').click();
    await expect.poll(following).toBe('true');
  });

  it('finds by expression, says in words what is none, and one made to hang hangs nothing', async () => {
    const search = page.getByLabel('Search text or /regex/');
    await search.fill('/tick 4(12)+\\d of SYM\\d+: bid/');
    await expect.poll(title, PATIENT).toMatch(/^\d+ of [\d,]+ lines$/);
    expect(await lines().first().locator('mark').innerText()).toMatch(/^tick 412/);
    await search.fill('/tick (/');
    await expect
      .poll(() => page.getByTestId('log-pattern-problem').innerText())
      .toContain('This is no regular expression: unterminated group.');
    await search.fill('/(([a-z ]+)+)+#$/');
    await page.getByText('Nothing matches').waitFor({ timeout: 30_000 });
    await page.getByText('Show all lines').click();
    await expect.poll(title, PATIENT).toMatch(/^[\d,]+ lines$/);
  });

  it('shows one level, one service, and everything again', async () => {
    await page.getByLabel('Level').selectOption('error');
    await expect.poll(title, PATIENT).toMatch(/ of /);
    expect(
      new Set(await lines().evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.level))),
    ).toEqual(new Set(['error']));
    await page.getByLabel('Level').selectOption('debug');
    await page.getByRole('button', { name: 'Only news' }).click({ force: true });
    await expect.poll(title, PATIENT).toMatch(/ of /);
    expect(await lines().first().innerText()).toContain('news');
    await page.getByRole('button', { name: 'Show all' }).click();
  });

  it('jumps to a time, and says when that is no longer kept', async () => {
    await page.getByTestId('log-jump').fill('-20s');
    await page.keyboard.press('Enter');
    await expect.poll(following).toBe('false');
    await page.getByTestId('log-jump').fill('-3h');
    await page.keyboard.press('Enter');
    await page.getByText(/^The oldest line kept is of \d\d:\d\d:\d\d\./).waitFor();
    await page.getByTestId('log-jump').fill('half past two');
    await page.keyboard.press('Enter');
    expect(await page.getByTestId('log-jump').getAttribute('aria-invalid')).toBe('true');
  });

  it('exports what is shown, and everything', async () => {
    await page.getByLabel('Search text or /regex/').fill('tick 51');
    await expect.poll(title, PATIENT).toMatch(/ of /);
    const shown = await saved('txt', 'shown');
    const ours = shown.filter((line) => line.includes('tick 51'));
    expect(ours.length).toBeGreaterThan(900);
    expect(ours[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z [\w-]+ \w+ tick 51/);
    const all = (await saved('jsonl', 'all')).map((line) => JSON.parse(line) as { at: string });
    expect(all.length).toBeGreaterThanOrEqual(50_000);
    const times = all.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
  });

  it('is read and copied by keyboard', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByTestId('log-lines').focus();
    for (const key of ['Home', 'ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown'])
      await page.keyboard.press(key);
    await expect.poll(() => page.getByTestId('log-drawer').innerText()).toContain('3 lines');
    await page.keyboard.press('c');
    await expect
      .poll(async () => (await page.evaluate(() => navigator.clipboard.readText())).split('\n').length)
      .toBe(3);
    await page.keyboard.press('w');
    expect(await page.getByTestId('log-wrap').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('w');
    await page.keyboard.press('f');
    await expect.poll(following).toBe('true');
    expect(complaints).toEqual([]);
  });
});
