import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf, lineOf } from '../../../electron/core/audit/entry.ts';
import type { AuditEntry } from '../../../electron/contract/audit.ts';
import { createAuditLog } from '../../../electron/core/audit/log.ts';
import type { AuditLog } from '../../../electron/core/audit/log.ts';
import type { AuditLogOptions } from '../../../electron/core/audit/trail-file.ts';
import { unfinishedCalls } from '../../../electron/core/audit/unfinished.ts';
import { exportAudit, tailAudit } from '../../../electron/core/audit/read.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

let dir: string;
let logs: AuditLog[];

beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-audit-'));
  logs = [];
});
afterEach(async () => {
  for (const log of logs) await log.close();
  await fs.rm(dir, { recursive: true, force: true });
});

const open = async (over: Partial<AuditLogOptions> = {}): Promise<AuditLog> => {
  const log = await createAuditLog({ dir, clock: systemClock, ...over });
  logs.push(log);
  return log;
};

const event = (n: number) => ({ actor: 'you', kind: 'test', profile: 'real', detail: `event ${n}` });

/** A trail of a genesis and `count` entries, closed. */
async function written(count: number, over: Partial<AuditLogOptions> = {}): Promise<void> {
  const log = await open(over);
  for (let n = 1; n <= count; n += 1) await log.append(event(n));
  await log.close();
}

const trailFiles = async (): Promise<string[]> =>
  (await fs.readdir(dir))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => path.join(dir, name));

const onlyFile = async (): Promise<string> => {
  const [file, ...more] = await trailFiles();
  if (!file || more.length > 0) throw new Error('one file expected');
  return file;
};

async function editLines(edit: (lines: string[]) => string[]): Promise<void> {
  const file = await onlyFile();
  const lines = (await fs.readFile(file, 'utf8')).split('\n').slice(0, -1);
  await fs.writeFile(
    file,
    edit(lines)
      .map((line) => `${line}\n`)
      .join(''),
  );
}

const bad = async () => (await verifyAudit(dir)).firstBad;

describe('AuditLog', () => {
  it('chains entries over runs and verifies', async () => {
    await written(3);
    await written(2);
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 6, files: 1, remarks: [] });
    const entries = await tailAudit(dir, 100);
    expect(entries.map((entry) => [entry.seq, entry.kind])).toEqual([
      [1, 'genesis'],
      [2, 'test'],
      [3, 'test'],
      [4, 'test'],
      [5, 'test'],
      [6, 'test'],
    ]);
    expect(new Set(entries.map((entry) => entry.boot)).size).toBe(2);
    expect((await tailAudit(dir, 2)).map((entry) => entry.seq)).toEqual([5, 6]);
    expect(await tailAudit(dir, 0)).toEqual([]);
  });

  it('keeps the order of appends that were not awaited', async () => {
    const log = await open();
    await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(event(n), { sync: n % 7 === 0 })));
    expect((await tailAudit(dir, 50)).map((entry) => entry.detail)).toEqual(
      Array.from({ length: 50 }, (_, n) => `event ${n}`),
    );
    expect((await verifyAudit(dir)).ok).toBe(true);
  });

  it('begins a new file by size and by day, and the chain goes on over them', async () => {
    const clock = new ManualClock();
    const log = await open({ clock, maxBytes: 1_500 });
    for (let n = 0; n < 20; n += 1) await log.append(event(n));
    clock.advance(24 * 3_600_000);
    await log.append(event(99), { sync: true });
    const files = await trailFiles();
    expect(files.length).toBeGreaterThan(3);
    expect(path.basename(files.at(-1) ?? '')).toMatch(/-20261122\.jsonl$/);
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, files: files.length });
    await fs.rm(files[1] ?? '');
    expect((await bad())?.why).toMatch(/entries \d+ to \d+ are missing/);
  });

  it('is private, and exports every line', async () => {
    await written(2);
    for (const name of await fs.readdir(dir))
      expect([name, (await fs.stat(path.join(dir, name))).mode & 0o077]).toEqual([name, 0]);
    const lines: string[] = [];
    for await (const line of exportAudit(dir)) lines.push(line.raw);
    expect(lines.map((line) => (JSON.parse(line) as AuditEntry).seq)).toEqual([1, 2, 3]);
    expect(`${lines.join('\n')}\n`).toBe(await fs.readFile(await onlyFile(), 'utf8'));
  });

  it('leaves out arguments that look secret, with their hash, and masks free text', async () => {
    const redact = createRedactor();
    redact.register('hunter2hunter2');
    const log = await open({ redact });
    const call = { actor: 'c', kind: 'intent', argsHash: 'a'.repeat(64) };
    await log.append({ ...call, args: '{"email":"x","password":"p"}' });
    await log.append({ ...call, args: '{"note":"hunter2hunter2"}', detail: 'with hunter2hunter2' });
    await log.append({ ...call, args: '{"symbol":"AAPL"}' });
    await log.append({ ...call, args: JSON.stringify({ long: 'x'.repeat(20_000) }) });
    const [password, literal, plain, long] = await tailAudit(dir, 4);
    expect([password?.args, password?.argsHash, literal?.args, literal?.argsHash]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(password?.detail).toContain('withheld');
    expect(plain).toMatchObject({ args: '{"symbol":"AAPL"}', argsHash: 'a'.repeat(64) });
    expect([long?.args, long?.argsHash]).toEqual([undefined, 'a'.repeat(64)]);
    expect(await fs.readFile(await onlyFile(), 'utf8')).not.toContain('hunter2');
  });

  it('refuses after close, with a code', async () => {
    const log = await open();
    await log.close();
    await log.close();
    await expect(log.append(event(1))).rejects.toMatchObject({ code: 'AUDIT_WRITE_FAILED' });
  });

  it('fails with a code where the folder cannot be made, and goes on once it can', async () => {
    const blocked = path.join(dir, 'in-the-way');
    await fs.writeFile(blocked, '');
    const log = await open({ dir: path.join(blocked, 'audit') });
    await expect(log.append(event(1), { sync: true })).rejects.toMatchObject({ code: 'AUDIT_WRITE_FAILED' });
    await fs.rm(blocked);
    await log.append(event(2), { sync: true });
    expect(await verifyAudit(path.join(blocked, 'audit'))).toMatchObject({ ok: true, entries: 3 });
  });

  it('notices a file that was removed or cut under it, and the hole stays visible', async () => {
    const log = await open();
    await log.append(event(1), { sync: true });
    await log.append(event(2), { sync: true });
    await editLines((lines) => lines.slice(0, 2));
    await log.append(event(3), { sync: true });
    expect(await bad()).toMatchObject({ seq: 3, why: 'entries 3 to 3 are missing' });
    await fs.rm(await onlyFile());
    await log.append(event(4), { sync: true });
    expect(await bad()).toMatchObject({ seq: 1, why: expect.stringContaining('the beginning is missing') });
  });
});

describe('a crash', () => {
  it('leaves a torn line, which is moved aside and recorded', async () => {
    await written(2);
    const file = await onlyFile();
    await fs.appendFile(file, '{"seq":4,"kind":"te');
    expect(await bad()).toMatchObject({ seq: 4, why: expect.stringContaining('incomplete') });
    await written(1);
    expect(await fs.readFile(`${file}.torn`, 'utf8')).toBe('{"seq":4,"kind":"te');
    const report = await verifyAudit(dir);
    expect(report).toMatchObject({ ok: true, entries: 5 });
    expect(report.remarks[0]).toContain('19 bytes of an interrupted line');
  });

  it('before the first line was written leaves an empty file, and the trail begins all the same', async () => {
    await fs.writeFile(path.join(dir, 'audit-000001-20261121.jsonl'), '');
    await written(1);
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 2 });
  });

  it('between the first entry and its anchor is no fault', async () => {
    await written(0);
    await fs.rm(path.join(dir, 'head.json'));
    await written(1);
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 3 });
  });

  it('before the anchor was written is told from a cut tail', async () => {
    const log = await open();
    await log.append(event(1), { sync: true });
    const head = await fs.readFile(path.join(dir, 'head.json'));
    await log.append(event(2), { sync: true });
    await log.close();
    await fs.writeFile(path.join(dir, 'head.json'), head);
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 3 });
  });
});

describe('verifyAudit finds', () => {
  it('every single changed byte, in the trail and in its anchor', async () => {
    await written(2);
    const { length } = await fs.readFile(await onlyFile());
    const flips = process.env.COMPANION_SOAK ? [1, 0x20, 0x80] : [1];
    let checked = 0;
    for (const file of [await onlyFile(), path.join(dir, 'head.json')]) {
      const good = await fs.readFile(file);
      for (let at = 0; at < good.length; at += 1) {
        for (const flip of flips) {
          const changed = Buffer.from(good);
          changed[at] = (changed[at] ?? 0) ^ flip;
          await fs.writeFile(file, changed);
          const { ok } = await verifyAudit(dir);
          if (ok) throw new Error(`byte ${at} of ${path.basename(file)} ^ ${flip} went unseen`);
          checked += 1;
        }
      }
      await fs.writeFile(file, good);
    }
    expect(checked).toBeGreaterThan(flips.length * length);
    expect((await verifyAudit(dir)).ok).toBe(true);
  });

  it.each([
    ['a deleted line', (lines: string[]) => lines.toSpliced(2, 1), 3, 'entries 3 to 3 are missing'],
    [
      'a deleted first line',
      (lines: string[]) => lines.slice(1),
      1,
      'the beginning is missing: the first entry is number 2',
    ],
    [
      'swapped lines',
      ([a, b, c, d, ...rest]: string[]) => [a, c, b, d, ...rest] as string[],
      2,
      'entries 2 to 2 are missing',
    ],
    [
      'a repeated line',
      ([a, b, ...rest]: string[]) => [a, b, b, ...rest] as string[],
      3,
      'entry 2 stands where 3 belongs',
    ],
    ['an empty line', (lines: string[]) => lines.toSpliced(1, 0, ''), 2, 'the line is not JSON'],
    [
      'a blank more',
      (lines: string[]) => lines.with(1, ` ${lines[1]}`),
      2,
      'the line was written differently or edited',
    ],
    ['a cut tail', (lines: string[]) => lines.slice(0, -2), 5, 'entries 5 to 6 are missing at the end'],
    ['an emptied file', () => [], 1, 'entries 1 to 6 are missing at the end'],
  ])('%s', async (_name, edit, seq, why) => {
    await written(5);
    await editLines(edit);
    expect(await bad()).toMatchObject({ seq, why });
  });

  it('a rewritten entry whose own hash was made to fit', async () => {
    await written(5);
    await editLines((lines) => {
      const entry = JSON.parse(lines[2] ?? '') as AuditEntry;
      const forged = { ...entry, detail: 'something else' };
      return lines.with(2, lineOf({ ...forged, hash: hashOf(forged) }));
    });
    expect(await bad()).toMatchObject({ seq: 4, why: 'it does not continue the entry before it' });
  });

  it('a tail rewritten as a whole, by the anchor', async () => {
    await written(5);
    await editLines((lines) => {
      let prev = '';
      return lines.map((line, index) => {
        const entry = JSON.parse(line) as AuditEntry;
        const forged = index < 2 ? entry : { ...entry, detail: 'forged', prev };
        prev = hashOf(forged);
        return lineOf({ ...forged, hash: prev });
      });
    });
    expect(await bad()).toMatchObject({ seq: 6, why: 'it is not the entry that head.json names' });
    await written(1);
    expect(await bad()).toMatchObject({ seq: 7, why: 'it does not continue the entry before it' });
  });

  it('a rollback to an older copy of the trail, also after the app ran again', async () => {
    await written(2);
    const file = await onlyFile();
    const old = await fs.readFile(file);
    await written(3);
    await fs.writeFile(file, old);
    expect(await bad()).toMatchObject({ file: 'head.json', why: 'entries 4 to 6 are missing at the end' });
    await written(1);
    expect(await bad()).toMatchObject({ seq: 4, why: 'entries 4 to 6 are missing' });
    expect((await verifyAudit(dir)).remarks[0]).toContain('were missing, although head.json names them');
  });

  it('a missing anchor', async () => {
    await written(1);
    await fs.rm(path.join(dir, 'head.json'));
    expect((await bad())?.why).toContain('the anchor is missing');
    await written(1);
    expect(await bad()).toMatchObject({
      seq: 3,
      why: 'head.json was missing, so a cut tail could not be seen',
    });
  });

  it('a damaged last line also after the app ran again, and the trail goes on', async () => {
    await written(3);
    await editLines((lines) => [...lines.slice(0, -1), (lines.at(-1) ?? '').replace('event', 'EVENT')]);
    expect(await bad()).toMatchObject({ seq: 4, why: 'the hash does not fit the entry' });
    await written(2);
    expect(await bad()).toMatchObject({ seq: 4, why: 'the hash does not fit the entry' });
    expect((await tailAudit(dir, 2)).map((entry) => entry.detail)).toEqual(['event 1', 'event 2']);
  });

  it('nothing wrong where nothing was ever written', async () => {
    expect(await verifyAudit(path.join(dir, 'none'))).toMatchObject({
      ok: true,
      entries: 0,
      files: 0,
      remarks: [],
    });
  });
});

describe('unfinishedCalls', () => {
  it('lists what was begun and neither answered nor settled', async () => {
    const log = await open();
    const intent = (id: string, decision = 'allow') => ({
      actor: 'c',
      kind: 'intent',
      profile: 'real',
      tool: 't',
      decision,
      id,
    });
    const outcome = (id: string, outcome: string) => ({
      actor: 'c',
      kind: 'outcome',
      profile: 'real',
      tool: 't',
      outcome,
      id,
      detail: 'why',
    });
    for (const id of ['killed', 'done', 'unknown', 'settled', 'withdrawn']) await log.append(intent(id));
    await log.append(intent('stop', 'pass'));
    await log.append(outcome('done', 'ok'));
    await log.append(outcome('unknown', 'unknown'));
    await log.append(outcome('settled', 'unknown'));
    await log.append(outcome('withdrawn', 'refused'));
    await log.append({ actor: 'app', kind: 'settled', id: 'settled' });
    const restart = Date.now() + 30_000;
    expect(await unfinishedCalls(dir, restart)).toMatchObject([
      {
        id: 'killed',
        profile: 'real',
        tool: 't',
        client: 'c',
        detail: 'The app ended before an answer came.',
        // it may have been on its way until then, so that a status read before says nothing of it
        endedAt: restart,
      },
      { id: 'unknown', detail: 'why', endedAt: expect.toSatisfy((at: number) => at < restart) },
    ]);
  });
});
