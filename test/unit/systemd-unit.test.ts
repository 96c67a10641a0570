import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FILE = path.join(import.meta.dirname, '../../resources/linux/catalyst-companion.service');
const text = fs.readFileSync(FILE, 'utf8');

/** Settings by section; what repeats keeps its last value, as systemd does for these. */
function settings(): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  let section = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const head = /^\[(\w+)\]$/.exec(line);
    if (head) {
      section = head[1];
      found[section] = {};
      continue;
    }
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    expect(name, line).toBeDefined();
    found[section][name] = value;
  }
  return found;
}

describe('the systemd unit for serve', () => {
  it('starts serve without a browser, privately, and has nothing that a user manager refuses', () => {
    const { Service, Install } = settings();
    expect(Service).toMatchObject({
      ExecStart: '%h/.local/bin/catalyst-companion serve --no-open',
      UMask: '0077',
      NoNewPrivileges: 'yes',
      ProtectSystem: 'strict',
      ReadWritePaths: '%h',
    });
    expect(Install.WantedBy).toBe('default.target');
    const refused = Object.keys(Service).filter((name) =>
      /^(?:User|CapabilityBoundingSet|PrivateDevices|ProtectKernel.*|ProtectClock|MemoryDenyWriteExecute)$/.test(
        name,
      ),
    );
    expect(refused).toEqual([]);
  });
});

const ANALYZE = '/usr/bin/systemd-analyze';

describe.skipIf(!fs.existsSync(ANALYZE))('systemd-analyze verify (Debian package systemd)', () => {
  let home: string;
  beforeAll(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-unit-'));
    fs.mkdirSync(path.join(home, '.local/bin'), { recursive: true });
    fs.writeFileSync(path.join(home, '.local/bin/catalyst-companion'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

  const verify = (unit: string) => {
    const file = path.join(home, 'catalyst-companion.service');
    fs.writeFileSync(file, unit);
    const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home };
    const { status, stderr } = spawnSync(ANALYZE, ['verify', '--user', file], { env, encoding: 'utf8' });
    return { status, stderr };
  };

  it('finds nothing to say', () => expect(verify(text)).toEqual({ status: 0, stderr: '' }));

  it('would name a misspelt setting', () =>
    expect(verify(text.replace('LockPersonality', 'LockPersonalitys')).stderr).toContain('LockPersonalitys'));
});
