import fs from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PageTrail } from '../fixtures/page/audit-trail.ts';
import { makePageTrail } from '../fixtures/page/audit-trail.ts';
import type { FakeCore } from '../fixtures/page/fake-core.ts';
import { startFakeCore } from '../fixtures/page/fake-core.ts';
import type { TestBrowser } from '../helpers/browser.ts';
import { chromiumAvailable, startBrowser } from '../helpers/browser.ts';

/** The built page over a real trail in a temporary folder. */
describe.skipIf(!chromiumAvailable)('the audit trail on the page (Debian package chromium)', () => {
  let browser: TestBrowser;
  let core: FakeCore | undefined;
  let trail: PageTrail | undefined;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterEach(async () => {
    await core?.close();
    await trail?.close();
    core = undefined;
    trail = undefined;
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function audit(options: Parameters<typeof makePageTrail>[0] = {}, size = {}) {
    trail = await makePageTrail(options);
    const built = process.env.COMPANION_TEST_PAGE;
    core = await startFakeCore({ scenario: 'live', audit: trail.desk, ...(built && { page: built }) });
    const { page, complaints } = await browser.open(core.url, size);
    await page.getByTestId('link-state').waitFor();
    await page.keyboard.press('5');
    await page.getByTestId('activity-audit').click();
    await page.getByTestId('audit-chain').waitFor();
    return { page, complaints, core, trail };
  }

  const rows = (page: Page) => page.getByTestId('audit-row');

  it('is reached from the palette, and says when and by whom the chain was checked', async () => {
    const { page, complaints } = await audit();
    await page.getByTestId('activity-requests').click();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('audit');
    await page.keyboard.press('Enter');
    await page.getByText('Not checked since the app started').waitFor();
    await page.getByTestId('audit-check').click();
    await page.getByText('Whole and signed').waitFor();
    expect(await page.getByTestId('audit-chain').innerText()).toMatch(
      /12\d entries in \d+ files?, all signed\. Checked \d+ s ago by you/,
    );
    expect(complaints).toEqual([]);
  });

  it('names the first entry that is not as it was written, and shows the damaged line', async () => {
    const { page, trail } = await audit({ calls: 6 });
    // a file holds a day, so how many entries the last one has depends on the hour
    const name = (await fs.readdir(trail.dir)).filter((one) => one.endsWith('.jsonl')).sort()[0] ?? '';
    const file = path.join(trail.dir, name);
    const lines = (await fs.readFile(file, 'utf8')).split('\n');
    const at = lines.findIndex((line) => line.includes('call-'));
    await fs.writeFile(file, lines.with(at, (lines[at] ?? '').replace('call-', 'cAll-')).join('\n'));
    await page.getByTestId('audit-check').click();
    await page.getByText(`Not as it was written: ${name}, entry ${at + 1}`).waitFor();
    await page.getByText('The hash does not fit the entry.').waitFor();
    await page.reload();
    await page.getByTestId('audit-chain').waitFor();
    await rows(page).filter({ hasText: 'damaged line' }).click();
    expect(await page.getByTestId('audit-drawer').innerText()).toContain('cAll-');
  });

  it('reads in pages as it is scrolled, drawing only what is in view', async () => {
    const { page } = await audit({ calls: 300, maxBytes: 100_000 });
    await rows(page).first().waitFor();
    expect(await rows(page).count()).toBeLessThan(100);
    const list = page.getByRole('listbox', { name: /audit trail/ });
    await expect
      .poll(
        async () => {
          await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
          return await rows(page).filter({ hasText: 'genesis' }).count();
        },
        { timeout: 20_000 },
      )
      .toBe(1);
    await page.getByText(/^9\d\d entries read, newest first/).waitFor();
    await page.getByText('The trail begins here.').waitFor();
  });

  it('filters by kind, profile, tool, outcome, client, time and text', async () => {
    const { page } = await audit();
    await rows(page).first().waitFor();
    const only = async (control: string, value: string, expected: RegExp) => {
      await page.getByTestId(`audit-${control}`).selectOption(value);
      await expect
        .poll(async () => {
          const texts = await rows(page).allInnerTexts();
          return texts.length > 0 && texts.every((text) => expected.test(text));
        })
        .toBe(true);
      await page.getByTestId(`audit-${control}`).selectOption('');
    };
    await only('kind', 'outcome', /\noutcome\n/);
    await only('tool', 'execute_trade', /\nexecute_trade\n/);
    await only('outcome', 'unknown', /\nunknown\n/);
    await only('client', 'claude-ai 0.1.0', /\nclaude-ai 0\.1\.0\n/);
    await only('profile', 'catalyst', /\ncatalyst\n/);
    await page.getByTestId('audit-since').selectOption('hour');
    await page.getByRole('searchbox', { name: 'Search in entries' }).fill('nowhere in there');
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Show all entries' }).click();
    await page.getByText(/^12\d entries read, newest first/).waitFor();
  });

  it('calls rows matches when they are, not while the answer is awaited; a failed answer leaves none of them', async () => {
    const { page, trail: held } = await audit();
    await page.getByText(/^12\d entries read, newest first/).waitFor();
    const read = held.desk.page.bind(held.desk);
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    held.desk.page = async (input) => {
      asked.resolve();
      await answer.promise;
      return read(input);
    };
    const search = page.getByRole('searchbox', { name: 'Search in entries' });
    await search.fill('"quantity\\":1.10');
    await asked.promise;
    expect(await page.getByText('that match').count()).toBe(0);
    answer.resolve();
    await page.getByText('that match').waitFor();
    held.desk.page = () => Promise.reject(new Error('the disk is gone'));
    await search.fill('start_trading');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    expect(await rows(page).count()).toBe(0);
    held.desk.page = read;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('that match').waitFor();
  });

  it('shows an entry in full: arguments as sent, hidden characters drawn, chain and signature', async () => {
    const { page } = await audit();
    await page.getByRole('searchbox', { name: 'Search in entries' }).fill('"quantity\\":1.10');
    await page.getByText('that match').waitFor();
    await rows(page).first().click();
    const drawer = page.getByTestId('audit-drawer');
    const text = await drawer.innerText();
    expect(text).toContain('U+202E');
    expect(text).toContain('1 hidden character');
    expect(await drawer.getByTestId('audit-args').innerText()).toMatch(/quantity\s+1\.10/);
    for (const label of ['Hash of the entry before', 'Hash of this entry', 'Signature', 'Key that signed'])
      expect(text).toContain(label);
    const before = await drawer.getByRole('heading', { name: /^Entry/ }).innerText();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => drawer.getByRole('heading', { name: /^Entry/ }).innerText()).not.toBe(before);
    await drawer.getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
  });

  it('saves what is shown as JSON lines and as CSV, under the page’s own rules', async () => {
    const { page, complaints, core } = await audit({ calls: 8 });
    await rows(page).first().waitFor();
    const saved = async (format: string): Promise<[string, string]> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByTestId(`audit-export-${format}`).click(),
      ]);
      return [download.suggestedFilename(), await fs.readFile(await download.path(), 'utf8')];
    };
    const [name, lines] = await saved('jsonl');
    expect(name).toMatch(/^catalyst-audit-\d{8}-\d{6}\.jsonl$/);
    const seqs = lines
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(seqs.length).toBeGreaterThanOrEqual(26);
    expect(seqs).toEqual(Array.from(seqs, (_, n) => n + 1));
    await page.getByTestId('audit-kind').selectOption('secret-set');
    await page.getByText('1 entry read that match').waitFor();
    const [, csv] = await saved('csv');
    expect(csv.split('\r\n')).toHaveLength(3);
    expect(csv).toContain(',secret-set,you,catalyst,');
    expect(core.calls.at(-1)).toBe('audit.export {"format":"csv","filter":{"kind":"secret-set"}}');
    expect(complaints).toEqual([]);
  });

  it('says what is not signed, and that nothing was recorded', async () => {
    const { page, trail } = await audit({ calls: 2, vault: false });
    await trail.desk.verify('app');
    await page.reload();
    await page.getByText('New entries are not signed').waitFor();
    await core?.close();
    await trail.close();
    const next = await audit({ empty: true }, { width: 900, height: 600 });
    await next.page.getByText('Nothing was recorded yet').waitFor();
    expect(await next.page.getByTestId('audit-export-csv').isDisabled()).toBe(true);
  });

  it('shows an entry that was written while the page is open', async () => {
    const { page, trail, core } = await audit({ calls: 3 });
    await rows(page).first().waitFor();
    await trail.log.append(
      { actor: 'you', kind: 'tool-blocked', profile: 'catalyst', detail: 'x' },
      { sync: true },
    );
    const [line] = core.store.state.activity;
    if (!line) throw new Error('an activity line expected');
    core.store.change({
      op: 'append',
      path: ['activity'],
      values: [{ ...line, id: 'fresh' }],
      keep: 500,
    });
    await rows(page).filter({ hasText: 'tool-blocked' }).waitFor();
  });
});
