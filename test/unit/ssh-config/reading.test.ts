import { execFileSync } from 'node:child_process';
import fs from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SshConfig } from '../../../electron/core/ssh-config/load.ts';
import { loadSshConfig } from '../../../electron/core/ssh-config/load.ts';
import { resolveInConfig, resolveSshHost } from '../../../electron/core/ssh-config/resolve.ts';
import { splitArguments } from '../../../electron/core/ssh-config/lines.ts';
import { covers, matchesPattern } from '../../../electron/core/ssh-config/patterns.ts';
import { listSshHosts } from '../../../electron/core/ssh-config/hosts.ts';
import type { Scene } from './scene.ts';
import { createScene } from './scene.ts';

let scene: Scene;

beforeEach(async () => {
  scene = await createScene();
});

afterEach(async () => {
  await scene.remove();
});

const resolve = (alias: string) => resolveSshHost(alias, { around: scene.around });

const invalid = (words: RegExp) =>
  expect.objectContaining({
    code: 'SSH_CONFIG_INVALID',
    message: expect.stringMatching(words) as string,
    next: expect.stringMatching(/\.$|"$|\w$/) as string,
  }) as Error;

describe('reading ~/.ssh/config', () => {
  it('takes a missing file as an empty one', async () => {
    expect(await loadSshConfig(scene.around)).toMatchObject({
      files: [],
      notes: [],
    } satisfies Partial<SshConfig>);
    expect(await listSshHosts(scene.around)).toEqual([]);
  });

  it('reads a file with a byte order mark and one without a final newline', async () => {
    await scene.write({ '.ssh/config': '\uFEFFHost a\n  HostName a.ex' });
    expect((await resolve('a')).hostName).toBe('a.ex');
  });

  it('reads the system file after the user’s', async () => {
    await scene.write({
      '.ssh/config': 'Host a\n User mine',
      etc: 'Include etc.d/*\nUser theirs\nPort 44\nCiphers aes256-ctr\nBindAddress 10.0.0.1',
      'etc.d/1': 'Port 55',
    });
    const around = { ...scene.around, systemFile: scene.at('etc') };
    const resolved = await resolveSshHost('a', { around });
    expect(resolved).toMatchObject({ user: 'mine', port: 55 });
    // a distribution's choice of ciphers is no news
    expect(resolved.notes.map((note) => note.text)).toEqual(['BindAddress is not taken over']);
  });

  it('refuses what it cannot read as a text of configuration', async () => {
    await fs.mkdir(scene.at('.ssh/config'), { recursive: true });
    await expect(resolve('a')).rejects.toThrow(invalid(/not a regular file/));
    await fs.rmdir(scene.at('.ssh/config'));
    await scene.write({ '.ssh/config': 'Host a\0b' });
    await expect(resolve('a')).rejects.toThrow(invalid(/not a text/));
    await scene.write({ '.ssh/config': `#${'x'.repeat(1 << 20)}` });
    await expect(resolve('a')).rejects.toThrow(invalid(/larger than 1 MiB/));
    await scene.write({ '.ssh/config': '#'.repeat(1 << 20) });
    await expect(loadSshConfig(scene.around)).resolves.toBeDefined();
  });

  it('names file and line of a mistake', async () => {
    await scene.write({ '.ssh/config': 'Host a\n\n  Port seven\n' });
    await expect(resolve('a')).rejects.toThrow(invalid(/config, line 3: Port takes a port from 1 to 65535/));
  });

  it.skipIf(process.platform === 'win32')('refuses files that others may write or own', async () => {
    await scene.write({ '.ssh/config': 'Include more', '.ssh/more': 'Host a\n' });
    await fs.chmod(scene.at('.ssh/more'), 0o646);
    await expect(resolve('a')).rejects.toThrow(invalid(/more cannot be used: others may write/));
    await fs.chmod(scene.at('.ssh/more'), 0o664);
    expect((await resolve('a')).named).toBe(true); // the user's own group
    const strange = { ...scene.around, gid: (scene.around.gid ?? 0) + 1 };
    await expect(resolveSshHost('a', { around: strange })).rejects.toThrow(invalid(/others may write/));
    await fs.chmod(scene.at('.ssh/more'), 0o600);
    if (process.getuid?.() !== 0) return;
    await fs.chown(scene.at('.ssh/more'), 12_345, 0);
    await expect(resolve('a')).rejects.toThrow(invalid(/belongs to another user/));
  });
});

describe('Include', () => {
  it('is relative to ~/.ssh, knows ~, ${ENV} and tokens, and leaves out what has no value', async () => {
    const around = { ...scene.around, env: { WHERE: 'by-env' } };
    await scene.write({
      '.ssh/config': 'Include sub/a\nInclude ~/b\nInclude ${WHERE}/c\nInclude u-%u\nInclude ${NOWHERE}/d %h',
      '.ssh/sub/a': 'Port 1001',
      b: 'User bee',
      '.ssh/by-env/c': 'ConnectTimeout 9',
      '.ssh/u-trader': 'ServerAliveInterval 8',
    });
    const resolved = await resolveSshHost('host.example', { around });
    expect(resolved).toMatchObject({ port: 1001, user: 'bee', connectTimeout: 9, serverAliveInterval: 8 });
    expect(resolved.notes.map(({ line, text }) => [line, text])).toEqual([
      [5, 'Include ${NOWHERE}/d was left out: ${NOWHERE} has no value'],
      [5, 'Include %h was left out: "%h" is no token that is known here'],
    ]);
  });

  it('leaves out what is no regular file, without waiting for it, and says so', async () => {
    await scene.write({ '.ssh/config': 'Include folder pipe\nUser me' });
    await fs.mkdir(scene.at('.ssh/folder'));
    execFileSync('/usr/bin/mkfifo', [scene.at('.ssh/pipe')]);
    const { notes, user } = await resolve('a.ex');
    expect(user).toBe('me');
    expect(notes.map((note) => note.text)).toEqual([
      expect.stringMatching(/folder was left out: it is not a regular file/),
      expect.stringMatching(/pipe was left out: it is not a regular file/),
    ]);
  });

  it('refuses circles, also by way of another name, and depth', async () => {
    await scene.write({ '.ssh/config': 'Include b', '.ssh/b': 'Include c' });
    await fs.symlink('b', scene.at('.ssh/c'));
    await expect(resolve('a')).rejects.toThrow(invalid(/b, line 1: .*c includes itself/));
    const deep = Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`.ssh/${i}`, `Include ${i + 1}`]));
    await scene.write({ ...deep, '.ssh/config': 'Include 0' });
    await expect(resolve('a')).rejects.toThrow(invalid(/more than 16 deep/));
    await scene.write({ '.ssh/config': 'Include 3', '.ssh/17': 'Port 99' });
    expect((await resolve('a.ex')).port).toBe(99);
  });

  it('ends soon where files include each other many times over', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 14 }, (_, i) => [`.ssh/${i}`, `Include ${i + 1} ${i + 1} ${i + 1}\n`]),
    );
    await scene.write({ ...files, '.ssh/config': 'Include 0' });
    await expect(resolve('a')).rejects.toThrow(invalid(/far too many/));
    await scene.write(Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`.ssh/many/${i}`, ''])));
    await scene.write({ '.ssh/config': 'Include many/*' });
    await expect(resolve('a')).rejects.toThrow(invalid(/more than 512 files/));
  });
});

describe('the notes', () => {
  it('name what is not supported with file and line, where it is in force', async () => {
    await scene.write({
      '.ssh/config': [
        'Host a',
        '  ProxyCommand nc %h %p',
        '  LocalCommand echo hi',
        '  KnownHostsCommand /bin/kh',
        '  PKCS11Provider /lib/x.so',
        '  SecurityKeyProvider /lib/sk.so',
        '  CanonicalizeHostname yes',
        '  StrictHostKeyChecking no',
        '  UseKeychain yes',
        '  Compression yes',
        '  Frobnicate 7',
        'Match host a exec "true"',
        '  User never',
        'Match host b exec "true"',
        'Match tagged work',
        'Host other',
        '  ProxyCommand second',
        'Host a',
        '  ProxyCommand third',
      ].join('\n'),
    });
    const { notes, user } = await resolve('a');
    expect(user).toBe('trader');
    expect(new Set(notes.map(({ file }) => file))).toEqual(new Set([scene.at('.ssh/config')]));
    expect(
      notes.toSorted((a, b) => a.line - b.line).map(({ line, text }) => `${line} ${text.split(/[:;]/)[0]}`),
    ).toEqual([
      '2 ProxyCommand is not supported',
      '3 LocalCommand is not supported',
      '4 KnownHostsCommand is not supported',
      '5 PKCS11Provider is not supported',
      '6 SecurityKeyProvider is not supported',
      '7 CanonicalizeHostname is not supported',
      '8 StrictHostKeyChecking no is ignored',
      '11 Frobnicate is not known here and was ignored',
      '12 Match exec is not supported, nothing is run',
      '15 Match tagged is not supported',
    ]);
  });

  it('offer ProxyJump for the old way to write a jump host', async () => {
    await scene.write({
      '.ssh/config': 'Host a\n ProxyCommand ssh -W %h:%p gw\nHost b\n ProxyCommand ssh -q gw -W [%h]:%p',
    });
    for (const alias of ['a', 'b'])
      expect((await resolve(alias)).notes[0]?.text).toContain('write ProxyJump gw instead');
  });

  it('count a Match with a criterion that is not supported as not matching, negated or not', async () => {
    await scene.write({
      '.ssh/config':
        'Match !exec "false"\n User x\nMatch !localnetwork 10.0.0.0/8\n User y\nMatch version *\n User z',
    });
    const { user, notes } = await resolve('a.ex');
    expect(user).toBe('trader');
    expect(notes.map((note) => note.text.split(' ')[1])).toEqual(['!exec', '!localnetwork', 'version']);
  });
});

describe('unknown hosts', () => {
  it('names near ones', async () => {
    await scene.write({
      '.ssh/config': 'Host droplet\n HostName 10.0.0.1\nHost trading-eu\nHost *\n User me',
    });
    await expect(resolve('dropplet')).rejects.toMatchObject({
      code: 'SSH_CONFIG_UNKNOWN_HOST',
      message: `${scene.at('.ssh/config')} has no host "dropplet".`,
      next: expect.stringContaining('Did you mean droplet?') as string,
    });
    await expect(resolve('zzzzzz')).rejects.toMatchObject({
      next: expect.stringContaining('It knows droplet, trading-eu.') as string,
    });
    await expect(resolve('trading')).rejects.toMatchObject({
      next: expect.stringContaining('Did you mean trading-eu?') as string,
    });
  });

  it('takes whole names and addresses as they are, and names the jump host that is unknown', async () => {
    await scene.write({ '.ssh/config': 'Host known\n ProxyJump nobody\nHost w-*\n User me' });
    for (const host of ['a.example.com', '10.0.0.1', '::1', 'localhost', 'w-1'])
      expect((await resolve(host)).alias).toBe(host);
    await expect(resolve('known')).rejects.toMatchObject({
      message: expect.stringContaining('"nobody"') as string,
    });
  });

  it('lists plain names once, from included files too, with what they lead to', async () => {
    await scene.write({
      '.ssh/config':
        'Include more\nHost a b !c d*\n HostName %h.ex\nHost a\n User second\nHost z\n Include only-z\nHost *\n User all',
      '.ssh/more': 'Host inc\n HostName 10.0.0.9\n Port 22022\n User root',
      '.ssh/only-z': 'Host never',
    });
    expect(await listSshHosts(scene.around)).toEqual([
      { alias: 'inc', hostName: '10.0.0.9', user: 'root', port: 22_022 },
      { alias: 'a', hostName: 'a.ex', user: 'second', port: 22 },
      { alias: 'b', hostName: 'b.ex', user: 'all', port: 22 },
      { alias: 'z', hostName: 'z', user: 'all', port: 22 },
    ]);
  });
});

describe('jump hosts', () => {
  it('refuses circles that ssh would never leave', async () => {
    await scene.write({
      '.ssh/config':
        'Host a\n ProxyJump b\nHost b\n HostName b.ex\n ProxyJump c\nHost c\n HostName c.ex\n ProxyJump b',
    });
    await expect(resolve('a')).rejects.toThrow(invalid(/circle .*: trader@a:22 → .*b\.ex.*c\.ex.*b\.ex/));
    const many = Array.from({ length: 12 }, (_, i) => `Host h${i}\n ProxyJump h${i + 1}`).join('\n');
    await scene.write({ '.ssh/config': many });
    await expect(resolve('h0')).rejects.toThrow(invalid(/more than 8/));
  });

  it('resolves each by its own alias and tells its own ways to sign in', async () => {
    await scene.write({
      '.ssh/config':
        'Host a\n ProxyJump one,me@two:99\n IdentityFile /k/a\nHost one\n HostName 10.0.0.1\n IdentityFile /k/one\nHost two\n HostKeyAlias second\n User no',
    });
    const { jumps } = await resolve('a');
    expect(jumps).toMatchObject([
      { hostName: '10.0.0.1', user: 'trader', port: 22, identityFiles: [{ path: '/k/one', line: 6 }] },
      { hostName: 'two', user: 'me', port: 99, hostKeyAlias: 'second', identityFiles: undefined },
    ]);
  });
});

describe('texts', () => {
  it('splits arguments as OpenSSH does', () => {
    expect(splitArguments('a  "b c"\td\\ e \'f"g\' h#i # j')).toEqual(['a', 'b c', 'd e', 'f"g', 'h#i']);
    expect(splitArguments('"" \'\' x""y')).toEqual(['', '', 'xy']);
    expect(splitArguments('C:\\Users\\me \\\\x \\"q\\"')).toEqual(['C:\\Users\\me', '\\x', '"q"']);
    expect(splitArguments('"open')).toBeUndefined();
    expect(splitArguments('   ')).toEqual([]);
  });

  it('matches a hostile pattern quickly', () => {
    const started = performance.now();
    expect(matchesPattern('a'.repeat(3_000), `${'*a'.repeat(1_000)}*b`)).toBe(false);
    expect(matchesPattern('a'.repeat(3_000), `${'*a'.repeat(1_000)}*`)).toBe(true);
    expect(covers([], '')).toBe(true);
    // ten times what it may take: a hang is what is looked for, not a busy machine
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('keeps Windows’ pipe of the agent, of which a backslash is taken away in reading', async () => {
    await scene.write({
      '.ssh/config':
        'Host a\n IdentityAgent \\\\.\\pipe\\openssh-ssh-agent\nHost b\n IdentityAgent $AGENT\nHost c\n IdentityAgent $NONE',
    });
    const config = await loadSshConfig({ ...scene.around, env: { AGENT: '/run/agent' } });
    const agentOf = (alias: string) => resolveInConfig(config, alias).identityAgent;
    expect(['a', 'b', 'c', 'd'].map(agentOf)).toEqual([
      '\\\\.\\pipe\\openssh-ssh-agent',
      '/run/agent',
      'none',
      undefined,
    ]);
  });
});
