import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditLog } from '../../../electron/core/audit/log.ts';
import { tailAudit } from '../../../electron/core/audit/read.ts';
import type { AuditVault } from '../../../electron/core/audit/vault.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { TrailFolder } from './trail-folder.ts';

let folder: TrailFolder;
let logs: AuditLog[];
beforeEach(async () => {
  folder = await TrailFolder.make();
  logs = [];
});
afterEach(async () => {
  for (const log of logs) await log.close();
  await folder.remove();
});

function open(over: Parameters<TrailFolder['log']>[0] = {}): AuditLog {
  const log = folder.log(over);
  logs.push(log);
  return log;
}

const ENTRY = { actor: 'you', kind: 'test' };
const locked: AuditVault = { open: () => Promise.reject(new Error('the keyring is locked')) };

describe('the key', () => {
  it('is made at the first open, sealed, and the same in every later run', async () => {
    await open().close();
    const log = open();
    await log.append(ENTRY, { sync: true });
    await log.close();
    const first = await folder.vault(false).open();
    await open().append(ENTRY, { sync: true });
    expect((await folder.vault(false).open()).signer).toEqual(first.signer);
    const stored = await fs.readFile(folder.vaultFile);
    expect(stored.includes(first.signer.key)).toBe(false);
    expect(stored.toString()).not.toContain(first.signer.key.toString('base64'));
  });

  it('is never made where only the app may make it', async () => {
    await expect(folder.vault(false).open()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    const log = open({ vault: folder.vault(false) });
    await log.append(ENTRY, { sync: true });
    await log.close();
    await expect(fs.stat(folder.vaultFile)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await verifyAudit(folder.dir)).toMatchObject({ ok: true, signed: 0, unsigned: { count: 2 } });
  });
});

describe('a vault that does not open', () => {
  it('leaves entries unsigned that say so, and the check reports them without calling them false', async () => {
    await open().append(ENTRY, { sync: true });
    await logs[0]?.close();
    const dark = open({ vault: locked });
    await dark.append(ENTRY, { sync: true });
    expect((await dark.tip()).unsigned).toContain('the keyring is locked');
    await dark.close();
    expect((await tailAudit(folder.dir, 2)).map(({ kind, sig }) => [kind, sig])).toEqual([
      ['signing', 'none'],
      ['test', 'none'],
    ]);
    expect(await folder.verify()).toMatchObject({
      ok: true,
      signed: 2,
      unsigned: { count: 2, first: 3, last: 4 },
    });
    await open().append(ENTRY, { sync: true });
    const [note, entry] = await tailAudit(folder.dir, 2);
    expect(note?.detail).toContain('Signed from here on');
    expect(entry?.sig).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not hold an entry back when it does not answer, and is taken as soon as it does', async () => {
    const clock = new ManualClock();
    const late = Promise.withResolvers<Awaited<ReturnType<AuditVault['open']>>>();
    let asked = 0;
    const slow: AuditVault = {
      open: () => {
        asked += 1;
        return asked === 1 ? new Promise(() => undefined) : late.promise;
      },
    };
    const log = open({ clock, vault: slow });
    const first = log.append(ENTRY, { sync: true });
    await expect.poll(() => asked).toBe(1);
    clock.advance(3_000);
    expect((await first).sig).toBe('none');
    await log.append(ENTRY);
    expect(asked).toBe(1);
    clock.advance(60_000);
    expect((await log.append(ENTRY, { sync: true })).sig).toBe('none');
    expect(asked).toBe(2);
    late.resolve(await folder.vault().open());
    await expect.poll(async () => (await log.append(ENTRY, { sync: true })).sig).not.toBe('none');
    await log.close();
    expect(await folder.verify()).toMatchObject({ ok: true });
  });

  it('shows an unsigned entry after a signed one of the same run', async () => {
    const log = open();
    await log.append(ENTRY);
    await log.append(ENTRY);
    await log.close();
    const [file = ''] = await folder.trailFiles();
    const lines = (await fs.readFile(file, 'utf8')).trimEnd().split('\n');
    const { hashOf, lineOf } = await import('../../../electron/core/audit/entry.ts');
    const { kid: _kid, ...last } = JSON.parse(lines.at(-1) ?? '');
    const forged = { ...last, sig: 'none' };
    await fs.writeFile(
      file,
      `${[...lines.slice(0, -1), lineOf({ ...forged, hash: hashOf(forged) })].join('\n')}\n`,
    );
    await fs.rm(path.join(folder.dir, 'head.json'));
    const { signer } = await folder.using();
    expect((await verifyAudit(folder.dir, { signer })).firstBad?.why).toBe(
      'it is not signed, although the same run signed the entry before it',
    );
  });
});

describe('the anchor', () => {
  const anchored = async () => (await folder.using()).anchor;

  it('follows outcomes, stops and changes of trust at once, an intent a moment later, and the end', async () => {
    const clock = new ManualClock();
    const log = open({ clock });
    const append = (kind: string) => log.append({ actor: 'c', kind }, { sync: true });
    await append('outcome');
    await expect.poll(anchored).toMatchObject({ seq: 2 });
    await append('stop');
    await expect.poll(anchored).toMatchObject({ seq: 3 });
    await append('intent');
    expect(await anchored()).toMatchObject({ seq: 3 });
    clock.advance(250);
    await expect.poll(anchored).toMatchObject({ seq: 4 });
    for (let n = 0; n < 16; n += 1) await append('intent');
    await expect.poll(anchored).toMatchObject({ seq: 20 });
    await append('consent');
    await log.append(ENTRY);
    await log.close();
    expect(await anchored()).toMatchObject({ seq: 22 });
  });

  it('that cannot be written does not undo the entry, and is tried again', async () => {
    let fails = true;
    const inner = folder.vault();
    const vault: AuditVault = {
      async open() {
        const opened = await inner.open();
        return {
          ...opened,
          keep: (anchor) => (fails ? Promise.reject(new Error('full')) : opened.keep(anchor)),
        };
      },
    };
    const log = open({ vault });
    await log.append(ENTRY, { sync: true });
    expect(await anchored()).toMatchObject({ seq: 0 });
    fails = false;
    await log.append(ENTRY, { sync: true });
    await log.tip();
    expect(await anchored()).toMatchObject({ seq: 3 });
  });
});

describe('trails of the first format', () => {
  it('stay valid, are reported as unsigned, and go on signed', async () => {
    const log = folder.log();
    await log.append(ENTRY);
    await log.close();
    const [file = ''] = await folder.trailFiles();
    const { hashOf, lineOf } = await import('../../../electron/core/audit/entry.ts');
    const { headText } = await import('../../../electron/core/audit/files.ts');
    let prev = '0'.repeat(64);
    const lines = (await fs.readFile(file, 'utf8')).trimEnd().split('\n');
    const old = lines.map((line) => {
      const { v: _v, kid: _kid, sig: _sig, hash: _hash, ...entry } = { ...JSON.parse(line), prev };
      prev = hashOf(entry);
      return lineOf({ ...entry, hash: prev });
    });
    await fs.writeFile(file, `${old.join('\n')}\n`);
    await fs.writeFile(
      path.join(folder.dir, 'head.json'),
      headText({ seq: 2, hash: prev, file: path.basename(file) }),
    );
    await fs.rm(folder.vaultFile);
    expect(await verifyAudit(folder.dir)).toMatchObject({
      ok: true,
      unsigned: { count: 2, first: 1, last: 2 },
    });
    await open().append(ENTRY, { sync: true });
    await logs[0]?.close();
    expect(await folder.verify()).toMatchObject({
      ok: true,
      signed: 2,
      unsigned: { count: 2, first: 1, last: 2 },
    });
  });
});

describe('one writer', () => {
  it('refuses a second one, until the first ends', async () => {
    const first = open();
    await first.append(ENTRY, { sync: true });
    const second = open();
    await expect(second.append(ENTRY)).rejects.toMatchObject({
      code: 'AUDIT_WRITE_FAILED',
      message: expect.stringContaining(`process ${process.pid} is writing it`),
    });
    await first.append(ENTRY, { sync: true });
    await first.close();
    await second.append(ENTRY, { sync: true });
    expect((await folder.verify()).ok).toBe(true);
  });

  it('does not take a holder for alive that has gone, or whose number another process has now', async () => {
    const first = open();
    await first.append(ENTRY, { sync: true });
    const lock = path.join(folder.dir, 'writer.lock');
    const holder = JSON.parse(await fs.readFile(lock, 'utf8')) as { pid: number; started: string };
    await first.close();
    const stale = [{ ...holder, pid: 2 ** 22 + 1 }, 'not json'];
    if (process.platform === 'linux') stale.push({ ...holder, started: 'another boot 1' });
    for (const content of stale) {
      await fs.writeFile(
        lock,
        typeof content === 'string' ? content : JSON.stringify({ ...content, token: 'x' }),
      );
      const log = open();
      await log.append(ENTRY, { sync: true });
      await log.close();
    }
    expect((await folder.verify()).ok).toBe(true);
    expect((await fs.readdir(folder.dir)).filter((name) => name.includes('lock'))).toEqual([]);
  });

  it('stops writing when another one has taken its place', async () => {
    const log = open();
    await log.append(ENTRY, { sync: true });
    const lock = path.join(folder.dir, 'writer.lock');
    const holder = JSON.parse(await fs.readFile(lock, 'utf8')) as object;
    await fs.writeFile(lock, JSON.stringify({ ...holder, token: 'another' }));
    await expect(log.append(ENTRY)).rejects.toMatchObject({ code: 'AUDIT_WRITE_FAILED' });
  });
});
