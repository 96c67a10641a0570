import fs from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditLine } from '../../../electron/contract/audit.ts';
import { CSV_HEAD, csvRecord } from '../../../electron/core/audit/csv.ts';
import { AuditDesk, exportText } from '../../../electron/core/audit/desk.ts';
import type { AuditLog } from '../../../electron/core/audit/log.ts';
import { readPage, tailAudit } from '../../../electron/core/audit/read.ts';
import { withoutSecrets } from '../../../electron/core/audit/withhold.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { TrailFolder } from './trail-folder.ts';

let folder: TrailFolder;
let log: AuditLog;
beforeEach(async () => {
  folder = await TrailFolder.make();
  log = folder.log();
});
afterEach(async () => {
  await log.close();
  await folder.remove();
});

const all = async (text: AsyncGenerator<string>): Promise<string> => {
  let whole = '';
  for await (const part of text) whole += part;
  return whole;
};

/** RFC 4180, read back. */
function records(csv: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') rows.push([]);
    if (end === '') break;
  }
  return rows.slice(0, -1);
}

describe('CSV', () => {
  const line = (detail: string): AuditLine => ({
    file: 'f',
    line: 0,
    raw: '',
    problem: null,
    entry: { seq: 1, ts: 't', mono: 1, boot: 'b', actor: 'a', kind: 'k', detail, prev: '', hash: '' },
  });
  const detailOf = (text: string): string => records(csvRecord(line(text)))[0]?.[8] ?? '';

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\r=x', ' =1', '\u200b=1', '＝1', '＠x', '\n=2'])(
    'makes no formula of %j',
    (text) => expect(detailOf(text)).toBe(`'${text}`),
  );

  it.each(['a,b', 'say "x"', 'two\nlines', 'two\r\nlines', '1,2,"3"', 'a=b', 'x-1', ''])(
    'keeps %j as it is',
    (text) => expect(detailOf(text)).toBe(text),
  );

  it('has the same columns in each record, and a damaged line as it stands', async () => {
    log = folder.log();
    await log.append({ actor: 'c', kind: 'intent', args: '{"a":"x,\\"y\\""}', detail: '=1' });
    await log.close();
    const [file = ''] = await folder.trailFiles();
    await fs.appendFile(file, '{"torn",\n');
    const rows = records(await all(exportText(folder.dir, 'csv')));
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([CSV_HEAD.split(',').length]));
    expect(rows.map((row) => row[2])).toEqual(['kind', 'genesis', 'intent', 'damaged']);
    expect(rows[2]?.[9]).toBe('{"a":"x,\\"y\\""}');
    expect(rows[3]?.[8]).toBe('the line is not JSON: {"torn",');
  });
});

describe('pages', () => {
  it('hold every line once, newest first, over files and filters, while entries are added', async () => {
    log = folder.log({ maxBytes: 2_000 });
    for (let n = 0; n < 40; n += 1)
      await log.append({
        actor: n % 2 ? 'c' : 'you',
        kind: n % 5 ? 'a' : 'b',
        profile: 'real',
        detail: `${n}`,
      });
    const seen: string[] = [];
    const filter = { kind: 'b', client: 'you' };
    let before;
    do {
      const page = await readPage(folder.dir, { before, limit: 3, scanLimit: 7, filter });
      expect(page.scanned).toBeLessThanOrEqual(7);
      seen.push(...page.lines.map(({ entry }) => entry?.detail ?? ''));
      before = page.next ?? undefined;
      await log.append({ actor: 'you', kind: 'b', detail: 'later' });
    } while (before);
    expect(seen).toEqual(['30', '20', '10', '0']);
    expect((await tailAudit(folder.dir, 2, { kind: 'a' })).map((entry) => entry.detail)).toEqual([
      '38',
      '39',
    ]);
  });

  it('choose by time and by text in any case', async () => {
    const clock = new ManualClock();
    log = folder.log({ clock });
    for (const detail of ['One', 'Two', 'Three']) {
      await log.append({ actor: 'you', kind: 'a', detail });
      clock.advance(60_000);
    }
    const from = Date.UTC(2026, 10, 21, 10, 1);
    const found = async (filter: object) =>
      (await tailAudit(folder.dir, 9, filter)).map((entry) => entry.detail);
    expect(await found({ from, to: from })).toEqual(['Two']);
    expect(await found({ text: 'tHR' })).toEqual(['Three']);
    // a line that is being written is not a damaged one
    const [file = ''] = await folder.trailFiles();
    await fs.appendFile(file, '{"actor":"yo');
    const page = await readPage(folder.dir, { before: undefined, limit: 9, scanLimit: 9, filter: {} });
    expect(page.lines.map((line) => line.problem)).toEqual([null, null, null, null]);
  });
});

describe('the desk', () => {
  it('checks while entries are written, and tells of a fault', async () => {
    const clock = new ManualClock();
    log = folder.log();
    const faults: unknown[] = [];
    const desk = new AuditDesk({
      log,
      dir: folder.dir,
      clock,
      onFault: ({ firstBad }) => faults.push(firstBad),
    });
    for (let n = 0; n < 600; n += 1) await log.append({ actor: 'you', kind: 'a' });
    const checking = desk.verify();
    for (let n = 0; n < 200; n += 1) await log.append({ actor: 'you', kind: 'a' }, { sync: n % 50 === 0 });
    expect(await checking).toMatchObject({ ok: true, entries: 601, by: 'you', anchor: 'checked' });
    expect(faults).toEqual([]);
    const [file = ''] = await folder.trailFiles();
    const text = await fs.readFile(file, 'utf8');
    await fs.writeFile(file, text.replace('"seq":300', '"seq":301'));
    const cancel = desk.checkSoon();
    clock.advance(5_000);
    await expect.poll(() => faults).toMatchObject([{ seq: 300 }]);
    cancel();
    expect((await desk.page({ limit: 1, filter: {} })).check).toMatchObject({ ok: false, by: 'app' });
  });
});

describe('what is withheld', () => {
  const redact = createRedactor();
  redact.register('hunter2hunter2');
  const kept = (args: unknown) => {
    const text = typeof args === 'string' ? args : JSON.stringify(args);
    return withoutSecrets({ actor: 'a', kind: 'k', args: text, argsHash: 'h' }, redact).args === text;
  };

  it.each([
    { password: 'x' },
    { auth: { apiKey: 'x' } },
    { list: [{ client_secret: 'x' }] },
    { pin: 1234 },
    { userPin: '1' },
    { OTP: 1 },
    { sessionToken: 'x' },
    { Cookie: 'x' },
    { note: 'my hunter2hunter2 word' },
    '{"p\\u0061ssword":"x"}',
    '{"note":"h\\u0075nter2hunter2"}',
    '{"hunter2hunter2":1}',
    'not json "password": "x"',
  ])('arguments such as %j', (args) => expect(kept(args)).toBe(false));

  it.each([{ symbol: 'AAPL' }, { shipping: 'x', opinion: 1, spin: 2 }, { mode: 'normal', pinned: true }, {}])(
    'but not %j',
    (args) => expect(kept(args)).toBe(true),
  );

  it('secrets in what a client calls itself and its tools', () => {
    const entry = withoutSecrets(
      { actor: 'c hunter2hunter2', kind: 'k', tool: 'hunter2hunter2', outcome: 'hunter2hunter2', id: 'i' },
      redact,
    );
    expect(JSON.stringify(entry)).not.toContain('hunter2');
    expect(entry).toMatchObject({ kind: 'k', id: 'i' });
  });
});
