import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshHop } from '../../../electron/contract/profile.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import { linkVia } from '../../../electron/core/link/dial.ts';
import type { OpenLink } from '../../../electron/core/link/dialling.ts';
import { HostKeyRefused } from '../../../electron/core/link/refusal.ts';
import { freePort, sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeDialRig } from './dial-rig.ts';
import type { DialRigOptions } from './dial-rig.ts';
import { asFastMcp, sshTo, startDroplet } from './harness.ts';
import type { Droplet } from './harness.ts';

/** The processes that a server has for its connections. */
function connections(sshd: Sshd): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const fields = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row)?.slice(1) ?? []);
  const server = fields.find(([, , args]) => args?.includes(`-f ${sshd.dir}/`))?.[0];
  return fields.filter(([, parent]) => parent !== undefined && parent === server).length;
}

const hop = (sshd: Sshd, change: Partial<SshHop> = {}): SshHop => ({
  host: '127.0.0.1',
  port: sshd.port,
  user: sshd.user,
  auth: [{ kind: 'key', file: sshd.key }],
  ...change,
});

describe.skipIf(!sshdAvailable)(`jump hosts (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let bastion: Sshd;
  let inner: Sshd;
  let target: Sshd;
  let droplet: Droplet;
  const ends: (() => unknown)[] = [];
  const all = () => [bastion, inner, target];

  beforeAll(async () => {
    [bastion, inner, target] = await Promise.all([startSshd(), startSshd(), startSshd()]);
    droplet = await startDroplet();
  });
  afterAll(async () => {
    for (const sshd of all()) await sshd?.stop();
    await droplet?.stop();
  });
  afterEach(async () => {
    droplet.mcp = asFastMcp;
    for (const end of ends.splice(0).toReversed()) await end();
    for (const sshd of all()) await expect.poll(() => connections(sshd)).toBe(0);
  });

  const rigOf = (options: DialRigOptions = {}) => {
    const rig = makeDialRig({ mcpUrl: droplet.mcpUrl, trusts: all(), ...options });
    ends.push(rig.dispose);
    return rig;
  };
  const ask = async (link: OpenLink, timeoutMs = 5_000) => {
    const route = link.route({ to: 'mcp' });
    if (!route) throw new Error('no route');
    return exchange(route, { timeoutMs });
  };

  it.each([1, 2])('goes through %i, each with a key of its own, and leaves nothing behind', async (count) => {
    const rig = rigOf();
    const hops = [bastion, inner].slice(0, count);
    const link = await rig.dial(sshTo(target, { jump: hops.map((sshd) => hop(sshd)) }));
    expect((await ask(link)).status).toBe(400);
    // each connection is an SSH connection of its own, from the one before
    for (const sshd of [...hops, target]) expect(connections(sshd)).toBe(1);
    expect(rig.stages.filter((stage) => stage === 'auth')).toHaveLength(count + 1);
    expect(rig.stages.at(-1)).toBe('tunnel');
    const running = await link.exec?.('echo "$SSH_CONNECTION"');
    let text = '';
    running?.stdout.on('data', (data: Buffer) => (text += data.toString()));
    await running?.exited;
    expect(text.trim().endsWith(` ${target.port}`)).toBe(true);
    link.close();
    expect(await link.closed).toMatchObject({ code: 'LINK_LOST' });
    for (const sshd of all()) {
      await expect.poll(() => connections(sshd)).toBe(0);
      expect(sshd.log()).not.toMatch(/Connection (reset|closed) by authenticating/);
    }
    // every server was told goodbye
    for (const sshd of [...hops, target]) {
      await expect.poll(() => sshd.log().slice(-600)).toContain('Received disconnect from');
    }
  });

  it('names its jump hosts', () => {
    const config = { ...sshTo(target), host: 'droplet', port: 22, user: 'root' } as ReturnType<typeof sshTo>;
    const jump = [hop(bastion, { host: 'bastion', port: 22 }), hop(inner, { host: 'fe80::1', port: 2222 })];
    expect(linkVia(config, 0).label).toBe('ssh root@droplet:22');
    expect(linkVia({ ...config, jump: jump.slice(0, 1) } as typeof config, 0).label).toBe(
      'ssh root@droplet:22 via bastion',
    );
    expect(linkVia({ ...config, jump } as typeof config, 0).label).toBe(
      'ssh root@droplet:22 via bastion, [fe80::1]:2222',
    );
  });

  it('signs in to a hop without ways of its own as to the droplet', async () => {
    const key = target.makeKey(`shared-${Date.now()}`, { authorised: true });
    fs.appendFileSync(`${bastion.dir}/authorized_keys`, fs.readFileSync(`${key}.pub`));
    const { auth: _own, ...bare } = hop(bastion);
    const rig = rigOf();
    const link = await rig.dial(sshTo(target, { auth: [{ kind: 'key', file: key }], jump: [bare] }));
    expect((await ask(link)).status).toBe(400);
    link.close();
  });

  it('has the jump host resolve the name of the next, and stores the key under that name', async () => {
    const rig = rigOf({ trusts: [bastion] });
    // known to the machine's own resolver alone, which here is the jump host's too
    const config = sshTo(target, { host: 'localhost', jump: [hop(bastion)] });
    const refusal = await rig.dial(config).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(HostKeyRefused);
    expect((refusal as HostKeyRefused).hostKey.host).toBe(`[localhost]:${target.port}`);
    expect(rig.stages).toEqual(['tcp', 'host-key', 'auth', 'tcp', 'host-key']);
    const pins = [(refusal as HostKeyRefused).hostKey];
    const link = await rig.dial(config, { pins });
    link.close();
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toContain(
      target.knownHostsLine().replace('127.0.0.1', 'localhost'),
    );
    const nowhere = sshTo(target, { host: 'no-such-host.invalid', jump: [hop(bastion)] });
    await expect(rig.dial(nowhere)).rejects.toMatchObject({ code: 'LINK_HOST_NOT_FOUND' });
  });

  it('blocks on an unknown key of a hop with the facts of that hop, and saves it once trusted', async () => {
    const rig = rigOf({ trusts: [bastion, target] });
    const before = inner.log().length;
    const config = sshTo(target, { jump: [hop(bastion), hop(inner)] });
    const refusal = (await rig.dial(config).catch((error: unknown) => error)) as HostKeyRefused;
    expect(refusal).toBeInstanceOf(HostKeyRefused);
    expect(refusal.code).toBe('LINK_HOST_KEY_UNKNOWN');
    expect(refusal.message).toMatch(new RegExp(`^Jump host 127.0.0.1:${inner.port}: `));
    expect(refusal.hostKey).toMatchObject({
      host: `[127.0.0.1]:${inner.port}`,
      fingerprint: inner.fingerprint(),
    });
    expect(inner.log().slice(before)).not.toContain('Accepted publickey');
    const link = await rig.dial(config, { pins: [refusal.hostKey] });
    link.close();
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toContain(inner.knownHostsLine());
  });

  it('judges a hop under its alias, not under the name of another hop', async () => {
    const rig = rigOf({ trusts: [target] });
    // the key of the droplet stored for the bastion's alias: somebody else answers there
    fs.appendFileSync(rig.knownHosts, target.knownHostsLine().replace(/^\S+/, 'front-door'));
    const config = sshTo(target, { jump: [hop(bastion, { hostKeyAlias: 'front-door' })] });
    const refusal = (await rig.dial(config).catch((error: unknown) => error)) as HostKeyRefused;
    expect(refusal).toMatchObject({ code: 'LINK_HOST_KEY_CHANGED', hostKey: { host: 'front-door' } });
    expect(refusal.hostKey.known).toEqual([target.fingerprint()]);
  });

  it('stops at the changed key of an inner hop before it sends a user name there', async () => {
    const rig = rigOf();
    const old = inner.fingerprint();
    await inner.restart({ newHostKey: true, config: ['LogLevel DEBUG1'] });
    ends.push(() => inner.restart());
    const before = inner.log().length;
    const config = sshTo(target, { jump: [hop(bastion), hop(inner)] });
    const refusal = (await rig.dial(config).catch((error: unknown) => error)) as HostKeyRefused;
    expect(refusal).toMatchObject({ code: 'LINK_HOST_KEY_CHANGED', hostKey: { known: [old] } });
    expect(refusal.message).toContain(`Jump host 127.0.0.1:${inner.port}`);
    expect(inner.log().slice(before)).toContain('Connection from');
    expect(inner.log().slice(before)).not.toContain('userauth-request');
  });

  it('says which hop refused to sign in, and asks no further one', async () => {
    const rig = rigOf();
    const stranger = bastion.makeKey(`stranger-${Date.now()}`);
    const before = target.log().length;
    const jump = [hop(bastion, { auth: [{ kind: 'key', file: stranger }] })];
    await expect(rig.dial(sshTo(target, { jump }))).rejects.toMatchObject({
      code: 'LINK_AUTH_REFUSED',
      message: expect.stringMatching(new RegExp(`^Jump host 127.0.0.1:${bastion.port}: `)),
    });
    expect(target.log().slice(before)).not.toContain('Connection from');
  });

  it('says which hop forwards nothing, and that nothing listens behind one', async () => {
    const closed = await startSshd({ config: ['AllowTcpForwarding no'] });
    ends.push(closed.stop);
    const rig = rigOf({ trusts: [...all(), closed] });
    await expect(rig.dial(sshTo(target, { jump: [hop(bastion), hop(closed)] }))).rejects.toMatchObject({
      code: 'LINK_FORWARD_REFUSED',
      message: `The jump host 127.0.0.1:${closed.port} does not allow forwarding to 127.0.0.1:${target.port}.`,
    });
    const port = await freePort();
    await expect(rig.dial(sshTo(target, { port, jump: [hop(bastion)] }))).rejects.toMatchObject({
      code: 'LINK_PORT_CLOSED',
      message: `The jump host 127.0.0.1:${bastion.port} says that nothing listens on 127.0.0.1:${port}.`,
    });
  });

  it.each(['first', 'second'] as const)('ends a call under way when the %s hop is killed', async (which) => {
    const rig = rigOf();
    const victim = which === 'first' ? bastion : inner;
    const link = await rig.dial(sshTo(target, { jump: [hop(bastion), hop(inner)] }));
    const reached = new Promise<void>((resolve) => (droplet.mcp = () => resolve()));
    const call = ask(link, 60_000).catch((error: unknown) => error);
    await reached;
    await victim.kill();
    ends.push(() => victim.restart());
    // by the loss itself, not by its own deadline
    const error = await call;
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toMatchObject({ code: 'LINK_TIMEOUT' });
    expect(await link.closed).toMatchObject({
      code: 'LINK_LOST',
      message: expect.stringContaining(`127.0.0.1:${victim.port}`),
    });
  });

  it('leaves nothing behind an attempt that was given up on its way', async () => {
    const stop = new AbortController();
    const rig = rigOf();
    const stages: string[] = [];
    const config = sshTo(target, { jump: [hop(bastion), hop(inner)] });
    const stage = (name: string) => {
      stages.push(name);
      // while the second hop is being signed in to
      if (stages.filter((one) => one === 'auth').length === 2) stop.abort();
    };
    await expect(rig.dial(config, { signal: stop.signal, stage })).rejects.toThrow();
    for (const sshd of all()) await expect.poll(() => connections(sshd)).toBe(0);
  });
});
