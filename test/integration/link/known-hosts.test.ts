import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, afterAll, describe, expect, it } from 'vitest';
import { startFaultyLink } from '../../helpers/faulty-link.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from './harness.ts';
import type { Droplet, RigOptions } from './harness.ts';

describe.skipIf(!sshdAvailable)(`known_hosts (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let sshd: Sshd;
  let droplet: Droplet;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    sshd = await startSshd({ config: ['LogLevel DEBUG1'], hostKeys: ['ed25519', 'ecdsa', 'rsa'] });
    droplet = await startDroplet();
  });
  afterAll(async () => {
    await sshd?.stop();
    await droplet?.stop();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const rigOf = (
    lines: string,
    change: Parameters<typeof sshTo>[1] = {},
    options: Partial<RigOptions> = {},
  ) => {
    const rig = makeRig({ links: [sshTo(sshd, change)], mcpUrl: droplet.mcpUrl, ...options });
    ends.push(rig.dispose);
    if (lines !== '') fs.writeFileSync(rig.knownHosts, lines);
    rig.link.connect();
    return rig;
  };
  const key = () => sshd.knownHostsLine().split(' ').slice(1).join(' ');
  const written = (name: string, text: string) => {
    const file = path.join(sshd.dir, name);
    fs.writeFileSync(file, text);
    return file;
  };
  const strangers = () =>
    execFileSync('ssh-keygen', ['-y', '-f', sshd.makeKey(`x${Math.random()}`)], { encoding: 'utf8' });

  it.each<[string, (key: string, port: number) => string]>([
    ['a hashed name', (key, port) => `[127.0.0.1]:${port} ${key}`],
    ['a pattern', (key, port) => `[127.0.0.?]:${port} ${key}`],
    ['the name without the port', (key) => `127.0.0.1 ${key}`],
    ['Windows line ends', (key, port) => `# mine\r\n\r\n[127.0.0.1]:${port} ${key.trim()}\r\n`],
    ['odd lines around it', (key, port) => `junk\n@new x y\n|1|broken\n [127.0.0.1]:${port}\t${key}|1|\n`],
  ])('knows the server by %s', async (name, line) => {
    const file = written('user_known', line(key(), sshd.port));
    if (name === 'a hashed name') {
      execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
      expect(fs.readFileSync(file, 'utf8')).toMatch(/^\|1\|/);
    }
    await rigOf('', {}, { userKnownHostsFiles: [file] }).until('live');
  });

  it.each<[string, (key: string, port: number) => string]>([
    ['negated', (key, port) => `*,!127.0.0.1,![127.0.0.1]:${port} ${key}`],
    ['a certificate authority', (key) => `@cert-authority * ${key}`],
    ['of another port', (key) => `[127.0.0.1]:1 ${key}`],
  ])('does not know it by a line that is %s', async (_name, line) => {
    const before = sshd.log().length;
    const rig = rigOf(line(key(), sshd.port));
    expect((await rig.until('blocked')).reason).toBe('host-key-unknown');
    expect(sshd.log().slice(before)).not.toContain('userauth-request');
  });

  it('refuses a revoked key for good, whatever else is stored, before a user name leaves', async () => {
    const before = sshd.log().length;
    const rig = rigOf(`${sshd.knownHostsLine()}@revoked * ${key()}`);
    const blocked = await rig.until('blocked');
    expect(blocked.reason).toBe('host-key-changed');
    expect(blocked.error.message).toContain('revoked');
    await expect(rig.link.trust(sshd.fingerprint())).rejects.toMatchObject({ code: 'LINK_HOST_KEY_CHANGED' });
    expect(sshd.log().slice(before)).not.toContain('userauth-request');
  });

  it.each(['password', 'key'])('lets no %s leave to a changed key', async (kind) => {
    const before = sshd.log().length;
    const auth = [kind === 'key' ? { kind: 'key' as const, file: sshd.key } : { kind: 'password' as const }];
    const stored = `[127.0.0.1]:${sshd.port} ${strangers()}`;
    const rig = rigOf(stored, { auth }, { secrets: { password: 'a password' } });
    const blocked = await rig.until('blocked');
    expect(blocked.reason).toBe('host-key-changed');
    expect(blocked.hostKey?.fingerprint).toBe(sshd.fingerprint());
    expect(blocked.hostKey?.known).toHaveLength(1);
    expect(sshd.log().slice(before)).toContain('Connection from');
    expect(sshd.log().slice(before)).not.toContain('userauth-request');
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe(stored);
  });

  it('asks for the kind of key that is stored, so that a server with several is known', async () => {
    for (const type of ['ecdsa', 'rsa']) {
      const line = fs.readFileSync(path.join(sshd.dir, `host_${type}.pub`), 'utf8');
      await rigOf(`[127.0.0.1]:${sshd.port} ${line}`).until('live');
    }
  });

  it('stores and finds the key under the alias, whatever the address and the port are', async () => {
    const rig = rigOf('', { hostKeyAlias: 'My-Droplet' });
    const blocked = await rig.until('blocked');
    expect(blocked.hostKey?.host).toBe('my-droplet');
    await rig.link.trust(sshd.fingerprint());
    await rig.until('live');
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe(`my-droplet ${key()}`);
    const proxy = await startFaultyLink({ port: sshd.port });
    ends.push(() => proxy.stop());
    await rigOf(`my-droplet ${key()}`, { hostKeyAlias: 'My-Droplet', port: proxy.port }).until('live');
    // the address alone means nothing then
    const plain = rigOf(sshd.knownHostsLine(), { hostKeyAlias: 'other' });
    expect((await plain.until('blocked')).reason).toBe('host-key-unknown');
    // and untrust knows the alias
    expect(await rig.link.untrust(sshd.fingerprint())).toBe(1);
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe('');
  });

  it("reads the link's own files in the place of the user's usual one", async () => {
    const own = written('own_known', sshd.knownHostsLine());
    const usual = written('usual_known', `[127.0.0.1]:${sshd.port} ${strangers()}`);
    await rigOf('', { knownHosts: [own] }, { userKnownHostsFiles: [usual] }).until('live');
    const rig = rigOf('', { knownHosts: [] }, { userKnownHostsFiles: [own] });
    expect((await rig.until('blocked')).reason).toBe('host-key-unknown');
  });

  it('is closed where a file cannot be read', async () => {
    const before = sshd.log().length;
    const rig = rigOf(sshd.knownHostsLine(), { knownHosts: [sshd.dir] });
    expect(await rig.until('blocked')).toMatchObject({
      reason: 'config',
      error: { code: 'LINK_KNOWN_HOSTS_UNREADABLE' },
    });
    expect(sshd.log().slice(before)).not.toContain('Connection from');
  });
});
