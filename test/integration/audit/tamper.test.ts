import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../electron/contract/audit.ts';
import { hashOf, lineOf, sealed, signerOf } from '../../../electron/core/audit/entry.ts';
import { headText } from '../../../electron/core/audit/files.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';
import { seeded } from '../../helpers/seeded.ts';
import { TrailFolder } from '../../unit/audit/trail-folder.ts';

const soak = Boolean(process.env.COMPANION_SOAK);

let folder: TrailFolder;
beforeEach(async () => {
  folder = await TrailFolder.make();
});
afterEach(() => folder.remove());

const event = (n: number) => ({
  actor: 'you',
  kind: 'test',
  profile: 'real',
  detail: `event ${n} – ünïcode`,
});

async function write(count: number, over = {}): Promise<void> {
  const log = folder.log(over);
  for (let n = 1; n <= count; n += 1) await log.append(event(n));
  await log.close();
}

async function onlyFile(): Promise<string> {
  const [file, ...more] = await folder.trailFiles();
  if (!file || more.length > 0) throw new Error('one file expected');
  return file;
}

const linesOf = (bytes: Buffer): string[] => bytes.toString('utf8').split('\n').slice(0, -1);
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** Everything in the trail's folder by name, to be put back as a whole. */
async function copied(): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const name of await fs.readdir(folder.dir))
    files.set(name, await fs.readFile(path.join(folder.dir, name)));
  return files;
}

async function putBack(files: ReadonlyMap<string, Buffer>): Promise<void> {
  await fs.rm(folder.dir, { recursive: true });
  await fs.mkdir(folder.dir, { mode: 0o700 });
  for (const [name, bytes] of files) await fs.writeFile(path.join(folder.dir, name), bytes);
}

/** The trail as somebody without the key would rewrite it: whole, chained, with head.json to match. */
async function rechain(edit: (entry: AuditEntry) => AuditEntry, from = 0): Promise<void> {
  const file = await onlyFile();
  let prev = '';
  const lines = linesOf(await fs.readFile(file)).map((line, index) => {
    const entry = JSON.parse(line) as AuditEntry;
    const changed = index < from ? entry : edit(index === 0 ? entry : { ...entry, prev });
    const hash = hashOf(changed);
    prev = hash;
    return lineOf({ ...changed, hash });
  });
  await fs.writeFile(file, textOf(lines));
  const head = headText({ seq: lines.length, hash: prev, file: path.basename(file) });
  await fs.writeFile(path.join(folder.dir, 'head.json'), head);
}

describe('a signed trail with its anchor in the vault', () => {
  it('is whole over runs and files, and every entry is signed', async () => {
    await write(8, { maxBytes: 2_000 });
    await write(5, { maxBytes: 2_000 });
    const report = await folder.verify();
    expect(report).toMatchObject({ ok: true, signatures: 'checked', anchor: 'checked', unsigned: null });
    expect(report.signed).toBe(report.entries);
    expect(report.files).toBeGreaterThan(2);
    const names = await fs.readdir(folder.dir);
    expect(names.filter((name) => name.includes('lock'))).toEqual([]);
    for (const name of await fs.readdir(path.join(folder.home, 'keys')))
      expect((await fs.stat(path.join(folder.home, 'keys', name))).mode & 0o077).toBe(0);
  });

  it('shows every single changed byte', async () => {
    await write(2);
    const using = await folder.using();
    const flips = soak ? [1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80] : [1];
    for (const file of [await onlyFile(), path.join(folder.dir, 'head.json')]) {
      const good = await fs.readFile(file);
      for (let at = 0; at < good.length; at += 1) {
        for (const flip of flips) {
          const changed = Buffer.from(good);
          changed[at] = (changed[at] ?? 0) ^ flip;
          await fs.writeFile(file, changed);
          if ((await verifyAudit(folder.dir, using)).ok)
            throw new Error(`byte ${at} of ${path.basename(file)} ^ ${flip} went unseen`);
        }
      }
      await fs.writeFile(file, good);
    }
    expect((await folder.verify()).ok).toBe(true);
  });

  it('shows changed bytes anywhere in a larger one, with the number of the entry', async () => {
    await write(300);
    const using = await folder.using();
    const file = await onlyFile();
    const good = await fs.readFile(file);
    const random = seeded(5);
    for (let n = 0; n < (soak ? 2_000 : 60); n += 1) {
      const at = Math.floor(random() * good.length);
      const changed = Buffer.from(good);
      changed[at] = ((changed[at] ?? 0) + 1 + Math.floor(random() * 255)) & 255;
      await fs.writeFile(file, changed);
      const { ok, firstBad } = await verifyAudit(folder.dir, using);
      const entry = good.subarray(0, at).toString('latin1').split('\n').length;
      expect([at, ok, firstBad?.seq, firstBad?.file]).toEqual([at, false, entry, path.basename(file)]);
    }
  });

  it('shows every deleted line and every two lines swapped', async () => {
    await write(9);
    const using = await folder.using();
    const file = await onlyFile();
    const lines = linesOf(await fs.readFile(file));
    for (let a = 0; a < lines.length; a += 1) {
      await fs.writeFile(file, textOf(lines.toSpliced(a, 1)));
      expect([a, (await verifyAudit(folder.dir, using)).firstBad?.seq]).toEqual([a, a + 1]);
      for (let b = a + 1; b < lines.length; b += 1) {
        const swapped = lines.with(a, lines[b] ?? '').with(b, lines[a] ?? '');
        await fs.writeFile(file, textOf(swapped));
        expect([a, b, (await verifyAudit(folder.dir, using)).firstBad?.seq]).toEqual([a, b, a + 1]);
      }
    }
  });

  it('shows a cut at every byte, with head.json fitted to what is left', async () => {
    await write(2);
    const using = await folder.using();
    const file = await onlyFile();
    const good = await fs.readFile(file);
    for (let end = 0; end < good.length; end += 1) {
      const left = good.subarray(0, end);
      await fs.writeFile(file, left);
      const last = linesOf(left).at(-1);
      const { seq, hash } = last ? (JSON.parse(last) as AuditEntry) : { seq: 0, hash: '0'.repeat(64) };
      const head = headText({ seq, hash, file: path.basename(file) });
      await fs.writeFile(path.join(folder.dir, 'head.json'), head);
      if ((await verifyAudit(folder.dir, using)).ok) throw new Error(`a cut at byte ${end} went unseen`);
    }
  });

  it('shows a return of the whole folder to every earlier state, also after the app went on from there', async () => {
    const states: Map<string, Buffer>[] = [];
    for (let run = 0; run < 6; run += 1) {
      await write(2, { maxBytes: 1_800 });
      states.push(await copied());
    }
    expect((await folder.verify()).ok).toBe(true);
    const anchored = await fs.readFile(folder.vaultFile);
    for (const state of [new Map<string, Buffer>(), ...states.slice(0, -1)]) {
      await putBack(state);
      const report = await folder.verify();
      expect(report.firstBad).toMatchObject({ file: 'the vault', why: expect.stringContaining('missing') });
      // without the vault an older state is as good as a newer one
      expect((await verifyAudit(folder.dir)).ok).toBe(true);
      await write(1);
      expect((await folder.verify()).ok).toBe(false);
      expect((await verifyAudit(folder.dir)).ok).toBe(false);
      await fs.writeFile(folder.vaultFile, anchored);
    }
  });

  it.each([
    ['kept its old signatures', (entry: AuditEntry) => entry],
    [
      'dropped all signatures',
      ({ v: _v, kid: _kid, sig: _sig, ...entry }: AuditEntry) => entry as AuditEntry,
    ],
    [
      'called all entries unsigned',
      ({ kid: _kid, ...entry }: AuditEntry) => ({ ...entry, sig: 'none' as const }),
    ],
    [
      'signed with a key of its own',
      ({ v: _v, kid: _kid, sig: _sig, hash: _hash, ...entry }: AuditEntry) =>
        sealed(entry, signerOf(createHash('sha256').update('mine').digest())),
    ],
  ])('shows a rewrite that fits in itself and %s', async (_name, disguise) => {
    await write(6);
    await rechain((entry) => disguise(entry.seq < 3 ? entry : { ...entry, detail: 'forged' }));
    expect((await verifyAudit(folder.dir)).ok).toBe(true);
    expect((await folder.verify()).ok).toBe(false);
    await write(1);
    expect((await folder.verify()).ok).toBe(false);
    expect((await verifyAudit(folder.dir)).ok).toBe(false);
  });

  it('shows by the signatures alone, without any anchor, from which entry on it was rewritten', async () => {
    await write(6);
    await rechain((entry) => (entry.seq < 4 ? entry : { ...entry, detail: 'forged' }));
    await fs.rm(path.join(folder.dir, 'head.json'));
    const { signer } = await folder.using();
    expect((await verifyAudit(folder.dir, { signer })).firstBad).toMatchObject({
      seq: 4,
      why: "the signature is not that of the vault's key",
    });
  });

  it('shows one file of several deleted, exchanged or added', async () => {
    await write(14, { maxBytes: 2_000 });
    const files = await folder.trailFiles();
    expect(files.length).toBeGreaterThan(3);
    const using = await folder.using();
    for (const file of files) {
      const good = await fs.readFile(file);
      await fs.rm(file);
      expect((await verifyAudit(folder.dir, using)).ok).toBe(false);
      for (const other of files.filter((name) => name !== file)) {
        await fs.writeFile(file, await fs.readFile(other));
        expect((await verifyAudit(folder.dir, using)).ok).toBe(false);
      }
      await fs.writeFile(file, good);
    }
    const more = path.join(folder.dir, 'audit-000099-20261121.jsonl');
    await fs.writeFile(more, await fs.readFile(files[0] ?? ''));
    expect((await verifyAudit(folder.dir, using)).ok).toBe(false);
    await fs.rm(more);
    expect((await folder.verify()).ok).toBe(true);
  });

  it('shows an anchor that was exchanged, and one without the key', async () => {
    await write(2);
    const older = JSON.parse(await fs.readFile(folder.vaultFile, 'utf8')) as { anchor: string; key: string };
    await fs.writeFile(folder.vaultFile, JSON.stringify({ ...older, anchor: older.key }));
    expect(await folder.verify()).toMatchObject({ ok: false, firstBad: { file: 'the vault' } });
    await write(1);
    expect((await folder.verify()).firstBad?.why).toContain('exchanged or damaged');
    await fs.rm(folder.vaultFile);
    expect(await verifyAudit(folder.dir)).toMatchObject({ signatures: 'not-checked', anchor: 'not-checked' });
    await write(1);
    expect((await folder.verify()).firstBad?.why).toBe('it is signed with a key that is not in the vault');
  });
});

describe('valid trails', () => {
  it('give no false alarm in random ones with crashes and new files in between (1,000 with COMPANION_SOAK)', async () => {
    const random = seeded(11);
    const below = (n: number): number => Math.floor(random() * n);
    const trails = soak ? 1_000 : 60;
    let entries = 0;
    for (let trail = 0; trail < trails; trail += 1) {
      const fresh = await TrailFolder.make();
      try {
        for (let run = 1 + below(3); run > 0; run -= 1) {
          const log = fresh.log({ maxBytes: 700 + below(3_000) });
          for (let n = below(6); n >= 0; n -= 1) await log.append(event(n), { sync: below(4) === 0 });
          if (below(2) === 0) await log.close();
          else await crashed(fresh, log, below);
        }
        const log = fresh.log();
        await log.open();
        await log.close();
        const report = await fresh.verify();
        if (!report.ok) throw new Error(`trail ${trail}: ${JSON.stringify(report.firstBad)}`);
        entries += report.entries;
      } finally {
        await fresh.remove();
      }
    }
    expect(entries).toBeGreaterThan(trails * 3);
  }, 180_000);
});

/** Ends a run as a power cut does: what head.json promised is there, what came after it in part. */
async function crashed(
  folder: TrailFolder,
  log: ReturnType<TrailFolder['log']>,
  below: (n: number) => number,
): Promise<void> {
  const state = new Map<string, Buffer>();
  for (const name of await fs.readdir(folder.dir))
    if (!name.endsWith('.lock')) state.set(name, await fs.readFile(path.join(folder.dir, name)));
  const anchor = await fs.readFile(folder.vaultFile);
  await log.close();
  const head = state.has('head.json')
    ? (JSON.parse(String(state.get('head.json'))) as { seq: number })
    : { seq: 0 };
  const last =
    [...state.keys()]
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .at(-1) ?? '';
  const bytes = state.get(last) ?? Buffer.alloc(0);
  const promised = linesOf(bytes).filter((line) => (JSON.parse(line) as AuditEntry).seq <= head.seq);
  const least = Buffer.byteLength(textOf(promised));
  state.set(last, bytes.subarray(0, least + below(bytes.length - least + 1)));
  await fs.rm(folder.dir, { recursive: true });
  await fs.mkdir(folder.dir, { mode: 0o700 });
  for (const [name, content] of state) await fs.writeFile(path.join(folder.dir, name), content);
  await fs.writeFile(folder.vaultFile, anchor);
}
