import fs from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOT_READ } from '../../electron/contract/awaited.ts';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import type { Scenario } from '../fixtures/page/scenarios.ts';
import type { TestUser } from '../helpers/app.ts';
import { createUser, eventually } from '../helpers/app.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';
import { madeUpPages } from '../helpers/made-up-page.ts';

const MINUS = '−';
const number = (text: string): number => Number(text.replaceAll(MINUS, '-').replaceAll(/[^\d.-]/g, ''));

async function column(page: Page, id: string, row = 'position-row'): Promise<string[]> {
  return await page.locator(`[data-testid="${row}"] [data-column="${id}"]`).allInnerTexts();
}

/** Clicks a head and waits until it tells another order; returns that. */
async function sortAgain(page: Page, head: string): Promise<string | null> {
  const cell = page.locator('th[aria-sort]').filter({ hasText: head }).first();
  const was = await cell.getAttribute('aria-sort');
  await cell.locator('button').first().click();
  await expect.poll(() => cell.getAttribute('aria-sort')).not.toBe(was);
  return await cell.getAttribute('aria-sort');
}

/** The rows follow their head a moment later while 200 of them change. */
async function inOrder(page: Page, id: string, order: string | null): Promise<void> {
  const turn = order === 'ascending' ? 1 : -1;
  await eventually(`${id} ${order}`, async () => {
    const values = (await column(page, id)).map(number);
    return values.every((value, i) => i === 0 || (value - values[i - 1]) * turn >= 0);
  });
}

async function saved(page: Page): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  return { name: file.suggestedFilename(), text: await fs.readFile(await file.path(), 'utf8') };
}

/** The real app over the demo droplet with 200 positions that change twice a second. */
describe.skipIf(!chromiumAvailable)('200 positions on the page (Debian package chromium)', () => {
  let user: TestUser;
  let browser: TestBrowser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    user = await createUser();
    const app = await user.serve(['--demo', '--fault', 'many-positions']);
    browser = await startBrowser();
    ({ page, complaints } = await browser.open(app.url, { width: 1720, height: 900 }));
    await page.getByTestId('link-state').filter({ hasText: 'Live' }).first().waitFor();
    await page.getByTestId('nav-positions').click();
    await page.getByText('200 open').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await user?.dispose();
  });

  it('draws only what is in sight, and scrolls to the end of all', async () => {
    const rows = page.getByTestId('position-row');
    expect(await rows.count()).toBeLessThan(80);
    const table = page.locator('table[aria-rowcount]');
    expect(await table.getAttribute('aria-rowcount')).toBe('201');
    const scroller = page.locator('div:has(> table[aria-rowcount])').first();
    await scroller.evaluate((box) => box.scrollTo(0, box.scrollHeight));
    await expect.poll(async () => await rows.last().getAttribute('aria-rowindex')).toBe('201');
    await scroller.evaluate((box) => box.scrollTo(0, 0));
  });

  it('changes figures twice a second without making a row anew or moving a column', async () => {
    await page.getByRole('button', { name: 'Symbol' }).click();
    await page.evaluate(() => {
      const marked = [...document.querySelectorAll('[data-testid="position-row"]')];
      for (const row of marked) (row as HTMLElement & { mark?: boolean }).mark = true;
    });
    const places = () =>
      page.evaluate(() => [...document.querySelectorAll('th')].map((th) => th.getBoundingClientRect().left));
    const before = { places: await places(), text: await column(page, 'unrealized') };
    const seen = new Set<string>();
    await eventually('four different readings', async () => {
      seen.add((await column(page, 'unrealized')).join());
      return seen.size >= 4;
    });
    const kept = await page.evaluate(
      () =>
        [...document.querySelectorAll('[data-testid="position-row"]')].filter(
          (row) => (row as HTMLElement & { mark?: boolean }).mark,
        ).length,
    );
    expect(kept).toBeGreaterThan(20);
    expect(await places()).toEqual(before.places);
  });

  it('sorts by every column, not reported last', async () => {
    const heads = await page.locator('th button').allInnerTexts();
    expect(heads.length).toBeGreaterThanOrEqual(15);
    for (const head of heads) {
      const name = head.replaceAll(/[↑↓]/g, '').trim();
      const button = page.locator('th[aria-sort]').filter({ hasText: name }).locator('button').first();
      const cell = page.locator('th[aria-sort]').filter({ hasText: name }).first();
      const was = await cell.getAttribute('aria-sort');
      await button.click();
      await expect.poll(() => cell.getAttribute('aria-sort')).not.toBe(was);
    }
    expect(await sortAgain(page, 'Entry')).toBe('descending');
    await inOrder(page, 'entry', 'descending');
  });

  it('filters by the keyboard, and sums what is shown', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('short up');
    await eventually('only what gains and is short', async () => {
      const [sides, gains] = [await column(page, 'side'), await column(page, 'unrealized')];
      return sides.every((side) => side === 'Short') && gains.every((text) => text.startsWith('+'));
    });
    await page.getByText(/^\d+ of 200$/).waitFor();
    expect(await page.getByTestId('totals-USD').innerText()).toMatch(/\d+ USD shown/);
  });

  it('exports the rows that are shown, in their order, with plain numbers', async () => {
    // sides and entries do not change with the prices, so the rows shown are the rows exported
    await page.getByRole('searchbox').fill('short');
    await eventually('short ones only', async () =>
      (await column(page, 'side')).every((side) => side === 'Short'),
    );
    await inOrder(page, 'entry', await sortAgain(page, 'Entry'));
    // a position may come or go in between
    const { shown, name, text } = await eventually(
      'rows that stand still while they are exported',
      async () => {
        const before = await column(page, 'symbol');
        const file = await saved(page);
        const after = await column(page, 'symbol');
        return before.join() === after.join() ? { shown: before, ...file } : undefined;
      },
    );
    expect(name).toMatch(/^catalyst-positions-demo-\d{8}-\d{6}\.csv$/);
    const [head, ...lines] = text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const at = (field: string) => lines.map((line) => line[head.indexOf(field)]);
    expect(at('symbol').slice(0, shown.length)).toEqual(shown);
    expect(at('side').every((side) => side === 'short')).toBe(true);
    for (const field of ['entry', 'unrealized', 'at_risk', 'to_stop'])
      expect(at(field).every((value) => /^-?\d+(\.\d+)?$/.test(value))).toBe(true);
    expect(at('received_at').every((time) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time))).toBe(true);
    await page.keyboard.press('/');
    await page.getByRole('searchbox').fill('');
    await page.getByText('200 open').waitFor();
  });

  it('opens a position by the keyboard, down to what was received, and gives the cursor back', async () => {
    const row = page.getByTestId('position-row').nth(2);
    const symbol = await row.getAttribute('data-symbol');
    await row.focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByTestId('position-drawer');
    await drawer.getByText('As received').waitFor();
    expect(await drawer.innerText()).toContain(`"symbol": "${symbol}"`);
    await drawer.getByRole('img', { name: /stop [\d.,]+/ }).waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(
      'position-row',
    );
  });

  it('shows closed trades that add up, and results with their period and source', async () => {
    await page.getByTestId('positions-closed').click();
    await page.getByTestId('closed-row').first().waitFor();
    const { text } = await saved(page);
    const [head, ...lines] = text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const cents = lines.map((line) => Math.round(Number(line[head.indexOf('realized')]) * 100));
    const total = await page.getByTestId('totals-USD').locator('[data-column="realized"]').innerText();
    expect(Math.round(number(total) * 100)).toBe(cents.reduce((sum, each) => sum + each, 0));
    await page.getByTestId('positions-performance').click();
    const winners = cents.filter((each) => each > 0).length;
    await page
      .getByText(`${winners} won, ${cents.filter((each) => each < 0).length} lost`)
      .first()
      .waitFor();
    expect(await page.getByTestId('period').innerText()).toMatch(
      /\d+ trades, .+ to .+catalyst:\/\/positions\/history/s,
    );
    await page.getByTestId('equity-words').filter({ hasText: 'does not tell its equity' }).waitFor();
  });

  it('shows the scan, news and runs of the back end', async () => {
    await page.getByTestId('positions-market').click();
    await page.getByTestId('scan-row').nth(4).waitFor();
    await page.getByTestId('news-list').getByText('analyst rating').first().waitFor();
    await page.getByText('MCP catalyst://trading-cycle/history').waitFor();
  });

  it('gave the console nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });
});

/** The page over made-up states of core. */
describe.skipIf(!chromiumAvailable)('what is not known of positions (Debian package chromium)', () => {
  const open = madeUpPages();

  async function positions(scenario: Scenario): Promise<{ page: Page; core: FakeCore }> {
    const { page, core } = await open(scenario);
    await page.getByTestId('nav-positions').click();
    return { page, core };
  }

  it('is greyed with its reason when the link is away, and still can be read', async () => {
    const { page } = await positions('stale');
    const note = page.getByTestId('unknown').first();
    await note.waitFor();
    expect(await note.innerText()).toMatch(
      /Positions are unknown\. The link is reconnecting\..*received 3 min ago/s,
    );
    expect(await page.locator('table.stale').count()).toBe(1);
    expect(await page.getByTestId('position-row').count()).toBe(12);
    await page.getByTestId('positions-closed').click();
    await page.getByText('Closed trades are unknown. The link is reconnecting.').waitFor();
  });

  it('is never drawn as an empty list or a zero before anything was read', async () => {
    const { page } = await positions('loading');
    await page.getByRole('status', { name: 'Waiting for the link…' }).waitFor();
    expect(await page.getByTestId('page-positions').innerText()).not.toMatch(/0\.00|No open positions/);
    await page.getByTestId('positions-performance').click();
    await page.getByRole('status', { name: 'Waiting for the link…' }).first().waitFor();
    await page.getByTestId('positions-market').click();
    await page.getByRole('status', { name: 'Waiting for the link…' }).first().waitFor();
    expect(await page.locator('main').innerText()).not.toMatch(/not known|never received/);
  });

  it('is being read while the link is up and nothing has answered, and not known once a source has failed', async () => {
    const { page, core } = await positions('live');
    const tell = (reason: string) =>
      core.store.set(['profiles', 'catalyst', 'trading', 'positions'], {
        state: 'unknown',
        reason,
        since: Date.now(),
        last: null,
      });
    tell(NOT_READ);
    await page.getByRole('status', { name: 'Reading…' }).waitFor();
    tell('trading /api/v1/positions/active: HTTP 503');
    const unknown = page.getByTestId('unknown');
    await unknown.waitFor();
    expect(await unknown.innerText()).toMatch(
      /Positions are not known\s+Trading .*HTTP 503\. That is not the same as no positions\./,
    );
  });

  it('does not call an empty list of before an answer about now, on either page', async () => {
    const { page, core } = await positions('live');
    await page.getByTestId('position-row').first().waitFor();
    const last = {
      value: { rows: [], totals: [] },
      source: { kind: 'rest' as const, ref: 'trading /api/v1/positions/active' },
      receivedAt: Date.now() - 20_000,
    };
    const unknown = { state: 'unknown' as const, reason: 'HTTP 503', since: Date.now(), last };
    core.store.set(['profiles', 'catalyst', 'trading', 'positions'], unknown);
    await page.getByText('Open positions are not known now').waitFor();
    expect(await page.getByTestId('page-positions').innerText()).not.toContain('No open positions');
    await page.getByTestId('nav-overview').click();
    await page.getByText('Not known: HTTP 503').waitFor();
    expect(await page.getByTestId('page-overview').innerText()).not.toContain('No open positions');
  });

  it('keeps currencies apart and says which positions are in no sum', async () => {
    const { page } = await positions('live');
    await page.getByTestId('sums-USD').getByText('1 without P&L').waitFor();
    const sums = page.getByRole('region', { name: 'Sums' }).getByRole('rowheader');
    expect(await sums.allInnerTexts()).toEqual(['USD', 'HKD']);
    const none = page.getByTestId('sums-HKD').getByText('0 down');
    expect(await none.evaluate((word) => getComputedStyle(word).color)).toBe(
      await page
        .getByTestId('sums-HKD')
        .getByRole('rowheader')
        .evaluate((word) => getComputedStyle(word).color),
    );
    expect(await page.getByTestId('totals-HKD').innerText()).toMatch(/1 HKD/);
    expect(await column(page, 'current').then((cells) => cells.at(-1))).toBe('-');
  });

  it('marks a source that failed although the link is up', async () => {
    const { page, core } = await positions('live');
    await page.getByTestId('position-row').first().waitFor();
    const { positions: reading } = core.store.state.profiles['catalyst'].trading;
    const { state: _state, ...last } = reading as typeof reading & { state: 'known' };
    core.store.set(['profiles', 'catalyst', 'trading', 'positions'], {
      state: 'unknown',
      reason: 'trading /api/v1/positions/active: HTTP 503: Database unavailable',
      since: Date.now(),
      last,
    });
    await page.getByText(/Positions are unknown\. Trading .*Database unavailable\./).waitFor();
    expect(await page.locator('table.stale').count()).toBe(1);
  });

  it('says that the market is closed, and when a figure last moved', async () => {
    const { page, core } = await positions('live');
    await page.getByTestId('position-row').first().waitFor();
    expect(await page.getByTestId('market-closed').count()).toBe(0);
    core.store.set(['profiles', 'catalyst', 'guard', 'movement'], {
      since: new Date(2026, 10, 20, 21, 59).getTime(),
      repeats: 300,
      watched: 11,
      marketOpen: false,
    });
    await page.getByText('Markets are closed; last value Fri 20 Nov 21:59:00.').waitFor();
  });

  it('notes a position that left without a result where the back end reports none', async () => {
    const { page, core } = await positions('live');
    await page.getByTestId('positions-closed').click();
    await page.getByTestId('closed-row').first().waitFor();
    const { trading } = core.store.state.profiles['catalyst'];
    const [position] = trading.positions.state === 'known' ? trading.positions.value.rows : [];
    const missedAt = Date.now();
    core.store.set(
      ['profiles', 'catalyst', 'records', 'left'],
      [{ position, lastSeenAt: missedAt - 5_000, missedAt }],
    );
    const left = page.getByTestId('left-list');
    await left.waitFor();
    expect(await left.innerText()).toMatch(/AAPL.*result not reported/s);
  });
});
