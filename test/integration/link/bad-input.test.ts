import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort, sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from './harness.ts';
import type { Droplet, RigOptions } from './harness.ts';

/** Every state that a wrong input ends in carries a code, a sentence and a next step, and nothing is written. */
describe.skipIf(!sshdAvailable)(`SSH link, bad input (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let sshd: Sshd;
  let droplet: Droplet;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    droplet = await startDroplet();
  });
  afterAll(async () => {
    await sshd?.stop();
    await droplet?.stop();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const rigOf = (change: Parameters<typeof sshTo>[1], options: Partial<RigOptions> = {}) => {
    const rig = makeRig({ links: [sshTo(sshd, change)], mcpUrl: droplet.mcpUrl, ...options });
    ends.push(rig.dispose);
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
    return rig;
  };
  const codeOf = async (rig: ReturnType<typeof rigOf>) => {
    const files = fs.readdirSync(rig.home);
    const stored = fs.readFileSync(rig.knownHosts, 'utf8');
    rig.link.connect();
    await expect.poll(() => rig.link.state.state).toMatch(/^(blocked|reconnecting|live|degraded)$/);
    const { state } = rig.link;
    const error =
      state.state === 'reconnecting' ? state.lastError : state.state === 'blocked' ? state.error : undefined;
    if (error) {
      expect(error.message).toMatch(/^[^\n]+\.$/);
      expect(error.next).not.toBe('');
    }
    expect(fs.readdirSync(rig.home)).toEqual(files);
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe(stored);
    return [state.state, error?.code];
  };
  const key = (file: string) => ({ auth: [{ kind: 'key' as const, file }] });
  const written = (name: string, text: string) => {
    const file = path.join(sshd.dir, name);
    fs.writeFileSync(file, text, { mode: 0o600 });
    return file;
  };
  const listening = async (server: net.Server) => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => server.close());
    return (server.address() as net.AddressInfo).port;
  };

  it('no key file', async () => {
    expect(await codeOf(rigOf(key('/nowhere/id_ed25519')))).toEqual(['blocked', 'LINK_KEY_MISSING']);
  });
  it('a folder for a key', async () => {
    expect(await codeOf(rigOf(key(sshd.dir)))).toEqual(['blocked', 'LINK_KEY_UNREADABLE']);
  });
  it('a PuTTY key', async () => {
    const rig = rigOf(key(written('p.ppk', 'PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\n')));
    expect(await codeOf(rig)).toEqual(['blocked', 'LINK_KEY_FORMAT']);
    expect(JSON.stringify(rig.link.state)).toContain('Export OpenSSH key');
  });
  it('the public half, and rubbish', async () => {
    expect(await codeOf(rigOf(key(`${sshd.key}.pub`)))).toEqual(['blocked', 'LINK_KEY_FORMAT']);
    expect(await codeOf(rigOf(key(written('junk', 'hello'))))).toEqual(['blocked', 'LINK_KEY_FORMAT']);
  });
  it('an encrypted key without, with the wrong and with the right passphrase', async () => {
    const file = sshd.makeKey('locked', { authorised: true, passphrase: 'open sesame' });
    expect(await codeOf(rigOf(key(file)))).toEqual(['blocked', 'LINK_KEY_ENCRYPTED']);
    const wrong = rigOf(key(file), { secrets: { passphrase: 'open barley' } });
    expect(await codeOf(wrong)).toEqual(['blocked', 'LINK_KEY_PASSPHRASE_WRONG']);
    expect(JSON.stringify(wrong.states)).not.toContain('barley');
    expect(await codeOf(rigOf(key(file), { secrets: { passphrase: 'open sesame' } }))).toEqual([
      'live',
      undefined,
    ]);
  });
  it.each([
    ['rsa', ['-t', 'rsa', '-b', '2048']],
    ['ecdsa', ['-t', 'ecdsa']],
    ['rsa-pkcs1', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
    ['rsa-pkcs8', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8']],
    ['ecdsa-pkcs8', ['-t', 'ecdsa', '-m', 'PKCS8']],
  ])('signs in with a %s key, plain and encrypted', async (name, args) => {
    const plain = sshd.makeKey(name, { authorised: true, args });
    expect(await codeOf(rigOf(key(plain)))).toEqual(['live', undefined]);
    const locked = sshd.makeKey(`${name}-locked`, { authorised: true, args, passphrase: 'secret pass' });
    const wrong = rigOf(key(locked), { secrets: { passphrase: 'other pass' } });
    expect(await codeOf(wrong)).toEqual(['blocked', 'LINK_KEY_PASSPHRASE_WRONG']);
    const right = rigOf(key(locked), { secrets: { passphrase: 'secret pass' } });
    expect(await codeOf(right)).toEqual(['live', undefined]);
  });
  it('too many bcrypt rounds', async () => {
    const file = sshd.makeKey('slow', { passphrase: 'pass phrase', args: ['-t', 'ed25519', '-a', '1'] });
    const body = Buffer.from(fs.readFileSync(file, 'utf8').replace(/-----.*-----|\s/g, ''), 'base64');
    const at = body.indexOf('bcrypt') + 6 + 4 + 4 + 16;
    expect(body.readUInt32BE(at)).toBe(1);
    body.writeUInt32BE(4_000_000, at);
    const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
    const rig = rigOf(key(written('endless', text)), { secrets: { passphrase: 'pass phrase' } });
    expect(await codeOf(rig)).toEqual(['blocked', 'LINK_KEY_FORMAT']);
  });
  it('no agent, a dead agent, no password', async () => {
    expect(await codeOf(rigOf({ auth: [{ kind: 'agent' }] }))).toEqual(['blocked', 'LINK_AGENT_UNAVAILABLE']);
    const dead = rigOf({ auth: [{ kind: 'agent' }] }, { agentSocket: path.join(sshd.dir, 'no-agent') });
    expect(await codeOf(dead)).toEqual(['reconnecting', 'LINK_AGENT_NOT_READY']);
    expect(await codeOf(rigOf({ auth: [{ kind: 'password' }] }))).toEqual([
      'blocked',
      'LINK_PASSWORD_MISSING',
    ]);
  });
  it('an agent that never answers does not hold the link for ever', async () => {
    const socket = path.join(sshd.dir, 'silent-agent');
    const server = net.createServer(() => {});
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    ends.push(() => server.close());
    const rig = rigOf({ auth: [{ kind: 'agent' }] }, { agentSocket: socket, timing: { agentMs: 300 } });
    expect(await codeOf(rig)).toEqual(['reconnecting', 'LINK_AGENT_NOT_READY']);
  });
  it('a host that does not resolve', async () => {
    const rig = rigOf({ host: 'no-such-host.invalid' });
    expect(await codeOf(rig)).toEqual(['reconnecting', 'LINK_HOST_NOT_FOUND']);
  });
  it('a closed port', async () => {
    const rig = rigOf({ port: await freePort() });
    expect(await codeOf(rig)).toEqual(['reconnecting', 'LINK_PORT_CLOSED']);
  });
  it('a web server on the port', async () => {
    const rig = rigOf({ port: await listening(http.createServer()) });
    expect(await codeOf(rig)).toEqual(['reconnecting', 'LINK_NOT_SSH']);
  });
  it('a server that says nothing, and one that hangs up', async () => {
    const mute = await listening(net.createServer());
    const rig = rigOf({ port: mute }, { timing: { readyMs: 300 } });
    expect(await codeOf(rig)).toEqual(['reconnecting', 'LINK_NOT_SSH']);
    const rude = await listening(net.createServer((socket) => socket.end()));
    expect(await codeOf(rigOf({ port: rude }))).toEqual(['reconnecting', 'LINK_LOST']);
  });
  it('a server with nothing but old algorithms', async () => {
    const old = await startSshd({ config: ['KexAlgorithms diffie-hellman-group14-sha1'] });
    ends.push(old.stop);
    expect(await codeOf(rigOf({ port: old.port }))).toEqual(['blocked', 'LINK_SSH_PROTOCOL']);
    const cbc = await startSshd({ config: ['Ciphers aes256-cbc,chacha20-poly1305@openssh.com'] });
    ends.push(cbc.stop);
    expect(await codeOf(rigOf({ port: cbc.port }))).toEqual(['blocked', 'LINK_SSH_PROTOCOL']);
  });
  it('known_hosts that cannot be read trusts nobody', async () => {
    const rig = rigOf({}, { userKnownHostsFiles: [sshd.dir] });
    expect(await codeOf(rig)).toEqual(['blocked', 'LINK_KNOWN_HOSTS_UNREADABLE']);
  });
});
