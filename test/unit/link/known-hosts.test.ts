import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import type { SshLink } from '../../../electron/contract/profile.ts';
import type { DialContext } from '../../../electron/core/link/dialling.ts';
import { HostKeyCheck } from '../../../electron/core/link/ssh/host-key.ts';
import { HostTrust } from '../../../electron/core/link/ssh/host-trust.ts';
import {
  addKnownHost,
  checkHostText,
  fingerprint,
  hostKeyAlgorithms,
  judgeKey,
  knownName,
  matchesHost,
  parseKnownHosts,
  readKnownHosts,
  removeKnownHost,
} from '../../../electron/core/link/ssh/known-hosts.ts';

/** A public key in wire format that no one holds. */
function publicKey(type: string, fill: string): Buffer {
  const part = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
  return Buffer.concat([part(type), part(fill.repeat(32))]);
}
const one = publicKey('ssh-ed25519', 'a');
const two = publicKey('ssh-ed25519', 'b');
const rsa = publicKey('ssh-rsa', 'c');
const line = (hosts: string, key: Buffer, marker = '') =>
  `${marker}${hosts} ${key.subarray(4, 4 + key.readUInt32BE(0)).toString()} ${key.toString('base64')} note\n`;
const judged = (text: string, key: Buffer, host = 'droplet', port = 22) =>
  judgeKey(parseKnownHosts(text), { host, port }, key).verdict;

describe('judgeKey', () => {
  it.each<[string, string, Buffer, string]>([
    ['nothing stored', '', one, 'unknown'],
    ['the same key', line('droplet', one), one, 'known'],
    ['another key of the type', line('droplet', one), two, 'changed'],
    ['another type only', line('droplet', one), rsa, 'unknown'],
    ['any of several lines', line('droplet', two) + line('droplet', one), one, 'known'],
    ['a list of names', line('web,droplet,10.0.0.1', one), one, 'known'],
    ['a pattern', line('dro*t', one), one, 'known'],
    ['a question mark', line('drople?', one), one, 'known'],
    ['a negated pattern', line('*,!droplet', one), one, 'unknown'],
    ['upper case in the file', line('DROPLET', one), one, 'known'],
    ['revoked', line('*', one, '@revoked '), one, 'revoked'],
    ['revoked although stored', line('droplet', one) + line('*', one, '@revoked '), one, 'revoked'],
    ['a revoked key of another', line('*', two, '@revoked '), one, 'unknown'],
    ['a certificate authority', line('*', one, '@cert-authority '), one, 'unknown'],
    ['an unknown marker', line('droplet', one, '@new '), one, 'unknown'],
    ['a comment', `# ${line('droplet', one)}`, one, 'unknown'],
    ['a type that is not the key’s', line('droplet', one).replace('ssh-ed25519', 'ssh-rsa'), one, 'unknown'],
    ['a dot is no wildcard', line('dr.plet', one), one, 'unknown'],
  ])('%s', (_name, text, key, verdict) => {
    expect(judged(text, key)).toBe(verdict);
  });

  it('takes no line that was cut off for another key of the host', () => {
    const whole = line('droplet', one);
    for (let length = 1; length < whole.length - ' note\n'.length; length++) {
      expect(judged(whole.slice(0, length), one)).toBe('unknown');
      expect(judged(`${whole.slice(0, length)}\n${whole}`, one)).toBe('known');
    }
  });

  it('keeps ports apart, except that a key stored for the plain name counts everywhere', () => {
    expect(judged(line('[droplet]:2222', one), one, 'droplet', 2222)).toBe('known');
    expect(judged(line('[droplet]:2222', one), one)).toBe('unknown');
    expect(judged(line('droplet', one), one, 'droplet', 2222)).toBe('known');
    expect(judged(line('droplet', one), two, 'droplet', 2222)).toBe('unknown');
    expect(judged(line('[droplet]:2222', two) + line('droplet', one), one, 'droplet', 2222)).toBe('changed');
  });

  it('offers the algorithms of stored keys first, and no SHA-1', () => {
    const known = parseKnownHosts(line('droplet', rsa));
    expect(hostKeyAlgorithms(known, { host: 'droplet', port: 22 }).slice(0, 3)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
    ]);
    expect(hostKeyAlgorithms([], { host: 'droplet', port: 22 })).not.toContain('ssh-rsa');
  });
});

describe('host names', () => {
  it.each([
    'droplet\n* ssh-ed25519 AAAA',
    '127.0.0.1 \t',
    'a b',
    'a,b',
    '*',
    'droplet?',
    '!droplet',
    '#droplet',
    '@revoked',
    '|1|c2FsdA==|aGFzaA==',
    '[droplet]:22',
    '-oProxyCommand=x',
    'dröplet',
    '\u{ff11}27.0.0.1',
    '',
  ])('refuses %j, which is no single name in a line', async (host) => {
    expect(() => checkHostText(host)).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }));
    const link = { kind: 'ssh', host, port: 2222, user: 'root', auth: [{ kind: 'agent' }], jump: [] };
    await expect(HostKeyCheck.read(link as SshLink, {} as DialContext)).rejects.toMatchObject({
      code: 'PROFILE_INVALID',
    });
  });

  it.each([
    'droplet',
    'my_droplet.example',
    '10.0.0.7',
    '::1',
    'fe80::1%eth0',
    'XN--BCHER-KVA.example',
    'a-b',
  ])('takes %s', (host) => expect(() => checkHostText(host)).not.toThrow());

  it('matches a line of many stars at once', () => {
    const started = performance.now();
    expect(matchesHost(`${'*a'.repeat(60)}*b`, 'a'.repeat(255))).toBe(false);
    // ten times what it may take: a hang is what is looked for, not a busy machine
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe('known_hosts files', () => {
  let dir: string;
  beforeAll(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-known-'));
  });
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

  it('agrees with ssh-keygen -F, hashed and plain', () => {
    const names = ['droplet', '[droplet]:2222', '10.0.0.7', 'web.example.test'];
    const file = path.join(dir, 'generated');
    const keys = names.map((_name, i) => publicKey('ssh-ed25519', String(i)));
    fs.writeFileSync(file, names.map((name, i) => line(name, keys[i])).join('') + line('*.wild.test', two));
    const agree = () => {
      const entries = parseKnownHosts(fs.readFileSync(file, 'utf8'));
      for (const name of [...names, 'a.wild.test', 'wild.test', 'nobody', '[droplet]:2223']) {
        let found = '';
        try {
          found = execFileSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' });
        } catch {
          // exit code 1: not found
        }
        const ours = entries.filter((entry) => matchesHost(entry.hosts, name));
        expect([name, ours.map((entry) => entry.key.toString('base64'))]).toEqual([
          name,
          [...found.matchAll(/ssh-ed25519 (\S+)/g)].map((match) => match[1]),
        ]);
      }
    };
    agree();
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
    expect(fs.readFileSync(file, 'utf8')).toContain('|1|');
    agree();
  });

  it('appends without losing a line to another writer, mode 0600, and not twice', async () => {
    const file = path.join(dir, 'state', 'known_hosts');
    const keys = Array.from({ length: 8 }, (_, i) => publicKey('ssh-ed25519', String(i)));
    await Promise.all(keys.map((key, i) => addKnownHost(file, `host${i}`, key)));
    await addKnownHost(file, 'host0', keys[0]);
    expect((await readKnownHosts([file])).length).toBe(8);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    fs.appendFileSync(file, '# by hand');
    await addKnownHost(file, knownName({ host: 'New', port: 2222 }), one);
    expect(fs.readFileSync(file, 'utf8')).toMatch(/# by hand\n\[new\]:2222 ssh-ed25519 \S+\n$/);
    expect(await removeKnownHost(file, ['host3'], fingerprint(keys[3]))).toBe(1);
    expect(await removeKnownHost(file, ['host4'], fingerprint(keys[3]))).toBe(0);
    const single = path.join(dir, 'single');
    await addKnownHost(single, 'host', one);
    expect(await removeKnownHost(single, ['host'], fingerprint(one))).toBe(1);
    expect(fs.readFileSync(single, 'utf8')).toBe('');
    expect((await readKnownHosts([file])).length).toBe(8);
    expect(fs.readFileSync(file, 'utf8')).toContain('# by hand\n');
  });

  it('forgets a key under the names of the link, of its alias and of its jump hosts', async () => {
    const file = path.join(dir, 'chain');
    const links = [
      {
        kind: 'ssh',
        host: 'Droplet',
        port: 22,
        user: 'root',
        auth: [{ kind: 'agent' }],
        hostKeyAlias: 'Live',
      },
      {
        kind: 'ssh',
        host: 'inner',
        port: 2222,
        user: 'root',
        auth: [{ kind: 'agent' }],
        jump: [
          { host: 'bastion', port: 22, user: 'root' },
          { host: 'b', user: 'root', hostKeyAlias: 'second' },
        ],
      },
    ];
    const mcpUrl = 'http://127.0.0.1:5000/mcp';
    const profile = Profile.parse({ name: 'p', preset: 'generic', environment: 'demo', links, mcpUrl });
    const names = ['live', '[inner]:2222', 'bastion', 'second'];
    const kept = ['droplet', 'b', 'inner'];
    fs.writeFileSync(file, [...names, ...kept].map((name) => line(name, one)).join(''));
    expect(await new HostTrust().forget(profile, file, fingerprint(one))).toBe(names.length);
    expect((await readKnownHosts([file])).map(({ hosts }) => hosts)).toEqual(kept);
  });

  it('is closed where a file cannot be read, and empty where there is none', async () => {
    expect(await readKnownHosts([path.join(dir, 'none'), 'none', '/dev/null'])).toEqual([]);
    const fifo = path.join(dir, 'fifo');
    execFileSync('mkfifo', [fifo]);
    await expect(readKnownHosts([fifo])).rejects.toMatchObject({ code: 'LINK_KNOWN_HOSTS_UNREADABLE' });
    await expect(readKnownHosts([dir])).rejects.toMatchObject({ code: 'LINK_KNOWN_HOSTS_UNREADABLE' });
    await expect(removeKnownHost(dir, ['x'], 'SHA256:x')).rejects.toMatchObject({
      code: 'LINK_KNOWN_HOSTS_UNREADABLE',
    });
  });
});
