import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditLog } from '../../../electron/core/audit/log.ts';
import { unfinishedCalls } from '../../../electron/core/audit/unfinished.ts';
import { tailAudit } from '../../../electron/core/audit/read.ts';
import { verifyAudit } from '../../../electron/core/audit/verify.ts';
import { withLock } from '../../../electron/core/clients/lock.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import type { AppError } from '../../../electron/contract/errors.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { writeState } from '../../../electron/core/files.ts';
import { createLog } from '../../../electron/core/log.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';

let dir: string;
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-disk-'));
});
afterEach(async () => {
  await fs.rm(dir, { recursive: true, force: true });
});

/** A file system of 64 KiB that is really full when it is full; false where mounting is not allowed. */
function mountSmall(target: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', target], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canMount = await (async () => {
  const probe = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-mount-'));
  const done = mountSmall(probe);
  if (done) execFileSync('umount', [probe]);
  await fs.rm(probe, { recursive: true });
  return done;
})();

describe.skipIf(!canMount)('on a disk that fills up (needs root and tmpfs; package: mount)', () => {
  beforeEach(() => {
    mountSmall(dir);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', dir]);
  });

  /** How many entries the trail says are missing; a short one may still fit where a longer one does not. */
  const missing = async () => {
    const holes = (await tailAudit(dir, 100)).filter(({ kind }) => kind === 'not-written');
    return holes.reduce((sum, { detail = '' }) => sum + Number.parseInt(detail, 10), 0);
  };

  it('keeps the old state file whole where the new one does not fit', async () => {
    const file = path.join(dir, 'profiles.json');
    const [before, after] = ['a', 'b'].map((letter) => JSON.stringify({ profiles: letter.repeat(20_000) }));
    await writeState(file, before ?? '');
    const ballast = path.join(dir, 'ballast');
    await fs.writeFile(ballast, Buffer.alloc(32_768));
    await expect(writeState(file, after ?? '')).rejects.toMatchObject({
      code: 'STATE_WRITE_FAILED',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(await fs.readFile(file, 'utf8')).toBe(before);
    expect((await fs.readdir(dir)).toSorted()).toEqual(['ballast', 'profiles.json']);
    await fs.rm(ballast);
    await writeState(file, after ?? '');
    expect(await fs.readFile(file, 'utf8')).toBe(after);
  });

  it('refuses with a code, leaves no half entry, and goes on when there is room', async () => {
    const log = await createAuditLog({ dir, clock: systemClock });
    const entry = { actor: 'you', kind: 'test', detail: 'x'.repeat(900) };
    await log.append(entry, { sync: true });
    const ballast = path.join(dir, 'ballast');
    await fs.writeFile(ballast, Buffer.alloc(40_000));
    let written = 1;
    let failure: unknown;
    for (let n = 0; n < 100 && failure === undefined; n += 1) {
      try {
        await log.append(entry, { sync: true });
        written += 1;
      } catch (error) {
        failure = error;
      }
    }
    expect(failure).toMatchObject({ code: 'AUDIT_WRITE_FAILED' });
    const full = await verifyAudit(dir);
    expect(full).toMatchObject({ ok: true, entries: written + 1 });
    await expect(log.append(entry, { sync: true })).rejects.toMatchObject({ code: 'AUDIT_WRITE_FAILED' });
    await fs.rm(ballast);
    await log.append({ ...entry, detail: 'room again' }, { sync: true });
    await log.close();
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, files: 1, remarks: [] });
    expect(await missing()).toBe(2);
    expect((await tailAudit(dir, 1))[0]?.detail).toBe('room again');
  });

  it('says that it cannot be written, and tells of the hole by itself once there is room', async () => {
    const clock = new ManualClock();
    const faults: (string | null)[] = [];
    const onFault = (fault: AppError | null): unknown => faults.push(fault && fault.code);
    const log = await createAuditLog({ dir, clock, onFault });
    const ballast = path.join(dir, 'ballast');
    await fs.writeFile(ballast, Buffer.alloc(70_000)).catch(() => undefined);
    const stop = { actor: 'you', kind: 'stop', detail: 'x'.repeat(5_000) };
    await expect(log.append(stop, { sync: true })).rejects.toThrow('ENOSPC');
    await expect(log.append({ ...stop, kind: 'intent' }, { sync: true })).rejects.toThrow('ENOSPC');
    expect(faults).toEqual(['AUDIT_WRITE_FAILED', 'AUDIT_WRITE_FAILED']);
    await fs.writeFile(ballast, '');
    clock.advance(15_000);
    await expect.poll(() => faults.at(-1)).toBeNull();
    expect(await missing()).toBe(2);
    expect((await tailAudit(dir, 1))[0]).toMatchObject({
      actor: 'app',
      detail: expect.stringMatching(
        /^\S+ entr\S+ could not be written between \S+Z and \S+Z \(.*intent 1\)\.$/,
      ),
    });
    await log.append({ actor: 'you', kind: 'after' }, { sync: true });
    await log.close();
    expect(faults).toHaveLength(3);
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, remarks: [] });
  });

  it('does not stop the app log from being called', async () => {
    const file = path.join(dir, 'app.log');
    const log = createLog({ file, level: 'info', redact: createRedactor() });
    for (let n = 0; n < 200; n += 1) log.info('line', { padding: 'x'.repeat(1_000) });
    log.close();
    expect((await fs.stat(file)).size).toBeLessThanOrEqual(65_536);
  });

  it('can start full, and writes as soon as there is room', async () => {
    const ballast = path.join(dir, 'ballast');
    await fs.writeFile(ballast, Buffer.alloc(70_000)).catch(() => undefined);
    const log = await createAuditLog({ dir, clock: systemClock });
    await expect(log.append({ actor: 'you', kind: 'a' }, { sync: true })).rejects.toMatchObject({
      code: 'AUDIT_WRITE_FAILED',
    });
    await fs.rm(ballast);
    await log.append({ actor: 'you', kind: 'b' }, { sync: true });
    await log.close();
    expect((await tailAudit(dir, 2)).map(({ kind }) => kind)).toEqual(['not-written', 'b']);
    expect(await verifyAudit(dir)).toMatchObject({ ok: true, entries: 3 });
  });

  it('gives back a lock that it had no room to sign', async () => {
    const file = path.join(dir, 'claude_desktop_config.json');
    await fs.writeFile(path.join(dir, 'ballast'), Buffer.alloc(70_000)).catch(() => undefined);
    await expect(withLock(file, { clock: systemClock }, () => Promise.resolve())).rejects.toMatchObject({
      code: 'STATE_WRITE_FAILED',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(await fs.readdir(dir)).toEqual(['ballast']);
  });
});

describe('a writer killed with SIGKILL', () => {
  it('leaves every entry that was promised, and its open call is known at the next start', async () => {
    const module = new URL('../../../electron/core/audit/log.ts', import.meta.url).href;
    const clock = new URL('../../../electron/core/clock.ts', import.meta.url).href;
    const script = `
      const { createAuditLog } = await import(${JSON.stringify(module)});
      const { systemClock: clock } = await import(${JSON.stringify(clock)});
      const log = await createAuditLog({ dir: process.argv[1], clock });
      for (let n = 1; ; n += 1) {
        await log.append({ actor: 'c', kind: 'intent', profile: 'real', tool: 't', decision: 'allow', id: 'call-' + n }, { sync: true });
        process.stdout.write(n + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let promised = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      promised = Number(text.trim().split('\n').at(-1));
      if (promised > 40) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const log = await createAuditLog({ dir, clock: systemClock });
    await log.close();
    expect(await verifyAudit(dir)).toMatchObject({ ok: true });
    const open = await unfinishedCalls(dir, Date.now());
    expect(open.length).toBeGreaterThanOrEqual(promised);
    expect(open[promised - 1]).toMatchObject({ id: `call-${promised}`, profile: 'real', tool: 't' });
  });
});
