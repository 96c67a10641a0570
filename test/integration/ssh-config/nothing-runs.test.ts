import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshConfigReader } from '../../../electron/core/ssh-config/import-link.ts';
import { resolveSshHost } from '../../../electron/core/ssh-config/resolve.ts';
import type { Scene } from './real-ssh.ts';
import { createScene, ENV, sshAvailable, sshMissing } from './real-ssh.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await createScene();
});

afterEach(async () => {
  await scene.remove();
});

/** Every way of ssh_config to have something run, each leaving a file behind. */
const TRAPS = `Match exec "touch @/exec"
  User by-exec
Match host trap !exec "touch @/not-exec"
  User by-not-exec
Host trap
  HostName trap.invalid
  ProxyCommand touch @/proxy
  PermitLocalCommand yes
  LocalCommand touch @/local
  KnownHostsCommand /usr/bin/touch @/known-hosts
  PKCS11Provider @/provider.so
  SecurityKeyProvider @/sk.so
  CanonicalizeHostname always
  CanonicalDomains example.invalid
  RemoteCommand touch @/remote
  IdentityFile "$(touch @/identity)"
  IdentityAgent "\`touch @/agent\`"
  User "$(touch @/user)"
Host trap2
  HostName ";touch @/host;"
  ProxyJump trap
`;

describe('nothing of a configuration is executed', () => {
  it('neither by resolving a host, nor by listing them, nor by making a link', async () => {
    await scene.write({ config: TRAPS });
    const around = { userFile: `${scene.dir}/config`, systemFile: undefined, userHome: scene.dir };
    const reader = createSshConfigReader(around);
    const resolved = await resolveSshHost('trap', { around });
    expect(resolved.user).toContain('$(touch'); // as it is written
    expect((await reader.hosts()).map(({ alias }) => alias)).toEqual(['trap', 'trap2']);
    await reader.link('trap', { user: 'me' });
    await resolveSshHost('trap2', { around }).catch(() => undefined);
    expect(await fs.readdir(scene.dir)).toEqual(['config']);
    const named = resolved.notes.map(({ line, text }) => `${line} ${text.split(' ').slice(0, 2).join(' ')}`);
    expect(named).toEqual(
      expect.arrayContaining([
        '1 Match exec',
        '7 ProxyCommand is',
        '9 LocalCommand is',
        '10 KnownHostsCommand is',
        '11 PKCS11Provider is',
        '12 SecurityKeyProvider is',
        '13 CanonicalizeHostname is',
      ]),
    );
  });

  it('starts no process and asks no name server', async () => {
    await scene.write({ config: TRAPS });
    const script = `
      import cp from 'node:child_process';
      import dns from 'node:dns';
      import net from 'node:net';
      import { syncBuiltinESMExports } from 'node:module';
      for (const [owner, names] of [
        [cp, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
        [dns, ['lookup', 'resolve', 'resolve4', 'resolve6']],
        [net, ['connect', 'createConnection']],
      ])
        for (const name of names) owner[name] = () => { console.log('CALLED', name); process.exit(3); };
      syncBuiltinESMExports();
      const { createSshConfigReader } = await import(process.argv[1]);
      const reader = createSshConfigReader({ userFile: process.argv[2], systemFile: undefined });
      await reader.hosts();
      await reader.link('trap', { user: 'me' });
      console.log('DONE');`;
    const module = path.resolve(import.meta.dirname, '../../../electron/core/ssh-config/import-link.ts');
    const args = ['--input-type=module', '-e', script, module, `${scene.dir}/config`];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout.trim()).toBe('DONE');
  });
});

/** The identity files as ssh itself expands them, which only a connection shows: one over a program that says nothing. */
async function identitiesOf(file: string, alias: string): Promise<string[]> {
  const child = spawn('ssh', ['-v', '-F', file, '-o', 'ProxyCommand=/bin/true', alias], {
    env: ENV,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return [...said.matchAll(/identity file (.+) type -?\d+/g)].flatMap(([, name]) =>
    name === undefined || name.endsWith('-cert') ? [] : [name],
  );
}

describe.skipIf(!sshAvailable)(`names of key files are expanded as ssh does (${sshMissing})`, () => {
  it.each([
    ['tokens', 'IdentityFile /k/%h\nIdentityFile /k/%n-%p-%r\nIdentityFile /k/%%-%u'],
    ['the home folder', 'IdentityFile ~/.ssh/x\nIdentityFile %d/y\nIdentityFile ~/a/../b'],
    ['the environment', 'IdentityFile ${KEYS}/x\nIdentityFile "${KEYS}/%h y"\nIdentityFile /k/$KEYS'],
    ['none among others', 'IdentityFile none\nIdentityFile /k/1\nIdentityFile NONE'],
    ['an alias of the host key', 'HostKeyAlias KEY\nIdentityFile /k/%k-%l-%L-%i'],
    ['a name that is no path', 'IdentityFile key\nIdentityFile ./%h/key'],
  ])('%s', async (_name, lines) => {
    await scene.write({ config: `Host a\n HostName Real.Example\n User me\n Port 2200\n${lines}` });
    const file = `${scene.dir}/config`;
    const real = await identitiesOf(file, 'a');
    const { identityFiles } = await resolveSshHost('a', {
      around: { userFile: file, systemFile: undefined, env: ENV },
    });
    expect(real.length).toBeGreaterThan(0);
    expect(identityFiles?.map((each) => each.path)).toEqual(real);
  });
});
