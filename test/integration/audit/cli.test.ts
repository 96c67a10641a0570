import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditReport } from '../../../electron/contract/audit.ts';
import { AuditLog } from '../../../electron/core/audit/log.ts';
import { sealedVault } from '../../../electron/core/audit/vault.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { fileSealer } from '../../../electron/core/secrets/file-sealer.ts';

const CLI = path.join(import.meta.dirname, '../../../electron/cli.ts');

interface Run {
  code: number;
  out: string;
  err: string;
}

let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-audit-cli-'));
});
afterEach(() => fs.rm(home, { recursive: true, force: true }));

function cli(...args: string[]): Promise<Run> {
  const env = { ...process.env, CATALYST_COMPANION_HOME: home };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err }),
    );
  });
}

const ADD = ['profile', 'add', 'box', '--preset', 'catalyst', '--ssh', 'root@203.0.113.9'];

/** The trail as the app has it, with a key in the vault. */
async function byApp(): Promise<AuditLog> {
  await fs.mkdir(path.join(home, 'keys'), { recursive: true, mode: 0o700 });
  const sealer = fileSealer(path.join(home, 'keys', 'vault.key'));
  const vault = sealedVault({ file: path.join(home, 'keys', 'audit.json'), sealer, make: true });
  return new AuditLog({ dir: path.join(home, 'audit'), clock: systemClock, vault });
}

const report = async (): Promise<AuditReport & { checkedBy: string }> =>
  JSON.parse((await cli('audit', 'verify', '--json')).out) as AuditReport & { checkedBy: string };

describe('the command line without the app', () => {
  it('records profiles it adds and removes, unsigned while there is no key, and signed with it', async () => {
    expect((await cli(...ADD)).code).toBe(0);
    expect(await report()).toMatchObject({
      ok: true,
      signed: 0,
      unsigned: { count: 2 },
      checkedBy: 'command',
    });
    const log = await byApp();
    await log.append({ actor: 'you', kind: 'secret-set', profile: 'box' }, { sync: true });
    await log.close();
    expect((await cli('profile', 'remove', 'box')).code).toBe(0);
    expect(await report()).toMatchObject({
      ok: true,
      signatures: 'checked',
      anchor: 'checked',
      unsigned: { count: 2 },
    });
    const tail = await cli('audit', 'tail', '1', '--profile', 'box', '--kind', 'profile-removed', '--json');
    expect(JSON.parse(tail.out)).toMatchObject(
      [{ kind: 'profile-removed', profile: 'box', sig: /^[0-9a-f]{64}$/ }].map(({ sig: _sig, ...entry }) => ({
        ...entry,
        sig: expect.stringMatching(/^[0-9a-f]{64}$/),
      })),
    );
    expect((await cli('profile', 'remove', 'box')).err).toContain('PROFILE_UNKNOWN');
  });

  it('changes nothing while another program writes the trail, or where it cannot be written', async () => {
    const log = await byApp();
    await log.append({ actor: 'you', kind: 'a' }, { sync: true });
    const refused = await cli(...ADD);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('AUDIT_WRITE_FAILED');
    await expect(fs.stat(path.join(home, 'profiles.json'))).rejects.toMatchObject({ code: 'ENOENT' });
    await log.close();
    expect((await cli(...ADD)).code).toBe(0);
  });

  it('finds a whole folder put back, by the anchor, and says what it could not check without it', async () => {
    const audit = path.join(home, 'audit');
    const log = await byApp();
    await log.append({ actor: 'you', kind: 'a' }, { sync: true });
    await fs.cp(audit, `${audit}.old`, { recursive: true });
    await log.append({ actor: 'you', kind: 'b' }, { sync: true });
    await log.close();
    await fs.rm(audit, { recursive: true });
    await fs.rename(`${audit}.old`, audit);
    const found = await cli('audit', 'verify');
    expect(found.code).toBe(1);
    expect(found.out).toContain('BROKEN at the vault, entry 3: entries 3 to 3 are missing at the end');
    await fs.rm(path.join(home, 'keys', 'vault.key'));
    const blind = await cli('audit', 'verify');
    expect(blind.code).toBe(0);
    expect(blind.out).toContain('Signatures were NOT checked (2 entries carry one)');
    expect(blind.out).toContain('The anchor in the vault was NOT checked');
  });

  it('exports to a new file only, by day, and refuses what it does not know', async () => {
    const log = await byApp();
    await log.append({ actor: '=cmd()', kind: 'a', detail: 'x' }, { sync: true });
    await log.close();
    const out = path.join(home, 'out.csv');
    const day = new Date().toISOString().slice(0, 10);
    expect(
      (await cli('audit', 'export', '--format', 'csv', '--from', day, '--to', day, '--out', out)).code,
    ).toBe(0);
    expect(await fs.readFile(out, 'utf8')).toContain(",'=cmd(),");
    if (process.platform !== 'win32') expect((await fs.stat(out)).mode & 0o077).toBe(0);
    expect((await cli('audit', 'export', '--out', out)).err).toContain('INPUT_INVALID');
    expect((await cli('audit', 'export', '--to', '2001-01-01')).out).toBe('');
    expect((await cli('audit', 'export')).out.split('\n')).toHaveLength(3);
    for (const args of [
      ['export', '--format', 'xml'],
      ['export', '--from', 'monday'],
      ['tail', '-1'],
      ['tail', 'x'],
    ])
      expect([args, (await cli('audit', ...args)).code]).toEqual([args, 2]);
  });
});
