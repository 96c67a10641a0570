import fs from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exchange } from '../../../electron/core/http/request.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { startFaultyLink } from '../../helpers/faulty-link.ts';
import { makeDialRig } from './dial-rig.ts';
import { asFastMcp, makeRig, sshTo, startDroplet } from './harness.ts';
import type { Droplet, RigOptions } from './harness.ts';

describe.skipIf(!sshdAvailable)(`SSH link (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
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
    droplet.mcp = asFastMcp;
    for (const end of ends.splice(0).toReversed()) await end();
  });

  /** A server of the test's own that logs every user name it is told. */
  const talkative = async () => {
    const server = await startSshd({ config: ['LogLevel DEBUG1'] });
    ends.push(server.stop);
    return server;
  };
  const rigOf = (options: Partial<RigOptions> = {}) => {
    const rig = makeRig({ links: [sshTo(sshd)], mcpUrl: droplet.mcpUrl, ...options });
    ends.push(rig.dispose);
    return rig;
  };
  /** A rig that already trusts the server. */
  const trusting = (options: Partial<RigOptions> = {}) => {
    const rig = rigOf(options);
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
    return rig;
  };

  it('shows the fingerprint of an unknown host and sends no user name before it is trusted', async () => {
    const sshd = await talkative();
    const rig = rigOf({ links: [sshTo(sshd)] });
    rig.link.connect();
    const blocked = await rig.until('blocked');
    expect(blocked.reason).toBe('host-key-unknown');
    expect(blocked.hostKey).toEqual({
      host: `[127.0.0.1]:${sshd.port}`,
      type: 'ssh-ed25519',
      fingerprint: sshd.fingerprint(),
      known: [],
    });
    expect(sshd.log()).not.toContain('userauth-request');
    expect(fs.existsSync(rig.knownHosts)).toBe(false);
    expect(sshd.log()).toContain('Connection from');
    expect(rig.link.transport).toBeUndefined();

    await expect(rig.link.trust('SHA256:wrong')).rejects.toMatchObject({ code: 'LINK_HOST_KEY_UNKNOWN' });
    await rig.link.trust(sshd.fingerprint());
    const live = await rig.until('live');
    expect(live.via.label).toBe(`ssh ${sshd.user}@127.0.0.1:${sshd.port}`);
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe(sshd.knownHostsLine());
    expect(fs.statSync(rig.knownHosts).mode & 0o777).toBe(0o600);
    expect(sshd.log()).toContain(`userauth-request for user ${sshd.user}`);
    const stages = rig.states.flatMap((state) => (state.state === 'connecting' ? [state.stage] : []));
    expect(stages.slice(-5)).toEqual(['tcp', 'host-key', 'auth', 'tunnel', 'probe']);
  });

  it('does not save a trusted key when signing in fails', async () => {
    const rig = rigOf({
      links: [sshTo(sshd, { auth: [{ kind: 'key', file: sshd.makeKey('stranger') }] })],
    });
    rig.link.connect();
    await rig.until('blocked');
    await rig.link.trust(sshd.fingerprint());
    await rig.until('blocked', (state) => state.reason === 'auth-refused');
    expect(fs.existsSync(rig.knownHosts)).toBe(false);
  });

  it('takes the key from the known_hosts of the user, which is never written', async () => {
    const file = path.join(sshd.dir, 'user_known_hosts');
    fs.writeFileSync(file, sshd.knownHostsLine());
    const rig = rigOf({ userKnownHostsFiles: [file] });
    rig.link.connect();
    await rig.until('live');
    expect(fs.readFileSync(file, 'utf8')).toBe(sshd.knownHostsLine());
    expect(fs.existsSync(rig.knownHosts)).toBe(false);
  });

  it('reconnects by itself after sshd was killed and started again', async () => {
    const rig = trusting();
    rig.link.connect();
    await rig.until('live');
    const first = rig.link.transport;
    await sshd.kill();
    const waiting = await rig.until('reconnecting');
    expect(waiting.lastError.code).toMatch(/^LINK_(LOST|PORT_CLOSED)$/);
    expect(rig.link.transport).toBeUndefined();
    expect(rig.link.reason()).toContain('Retrying in');
    await sshd.restart();
    await rig.until('live');
    expect(rig.link.transport).not.toBe(first);
  });

  it('refuses a refused key once, and never by itself again', async () => {
    const rig = trusting({
      links: [sshTo(sshd, { auth: [{ kind: 'key', file: sshd.makeKey('refused') }] })],
    });
    const before = sshd.log().length;
    rig.link.connect();
    const blocked = await rig.until('blocked');
    expect(blocked.reason).toBe('auth-refused');
    expect(blocked.error.code).toBe('LINK_AUTH_REFUSED');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(rig.link.state).toBe(blocked);
    expect(
      sshd
        .log()
        .slice(before)
        .match(/Connection from/g),
    ).toHaveLength(1);
  });

  it('goes over channels: MCP, services, commands; and opens no local port', async () => {
    const services = [{ name: 'orchestration', url: `http://127.0.0.1:${droplet.port}` }];
    const rig = trusting({ services });
    rig.link.connect();
    const transport = await rig.link.whenOpen(10_000);
    const route = transport?.route({ to: 'service', name: 'orchestration', path: '/health' });
    if (!transport || !route) throw new Error('no transport');
    expect((await exchange(route, { timeoutMs: 30_000 })).body.toString()).toContain('healthy');
    expect(transport.route({ to: 'service', name: 'nobody', path: '/' })).toBeUndefined();
    const running = await transport.exec?.('echo out; echo err >&2; exit 3');
    let text = '';
    running?.stdout.on('data', (data: Buffer) => (text += data.toString()));
    running?.stderr.on('data', (data: Buffer) => (text += data.toString()));
    expect(await running?.exited).toBe(3);
    expect(text.split('\n').sort()).toEqual(['', 'err', 'out']);
    const endless = await transport.exec?.('while echo line-4242; do sleep 0.05; done');
    endless?.kill();
    expect(await endless?.exited).toBeNull();
    const count = async () => {
      const list = await transport.exec?.("ps -eo args | grep -q 'line-424[2]'");
      return list?.exited;
    };
    // grep ends with 1 when it found nothing: the remote process is gone too
    await expect.poll(count).toBe(1);
  });

  it('is degraded, not lost, while the MCP port alone is closed, and live again when it answers', async () => {
    const rig = trusting({ mcpUrl: 'http://127.0.0.1:1/mcp' });
    rig.link.connect();
    const degraded = await rig.until('degraded');
    expect(degraded).toMatchObject({ reason: 'mcp', lastProof: null, error: { code: 'LINK_PORT_CLOSED' } });

    const other = trusting();
    other.link.connect();
    await other.until('live');
    droplet.mcp = (_request, response) => response.writeHead(503).end();
    await other.until('degraded', (state) => state.error.code === 'MCP_SERVER_ERROR');
    expect(other.link.transport).toBeDefined();
    droplet.mcp = asFastMcp;
    await other.until('live');
  });

  it.each([
    ['MCP_NOT_FOUND', 404, 'text/plain'],
    ['MCP_NOT_MCP', 200, 'text/html; charset=utf-8'],
    ['MCP_SERVER_ERROR', 500, 'application/json'],
  ])('says %s for HTTP %i %s', async (code, status, type) => {
    droplet.mcp = (_request, response) => response.writeHead(status, { 'content-type': type }).end('x');
    const rig = trusting();
    rig.link.connect();
    const degraded = await rig.until('degraded');
    expect(degraded).toMatchObject({ reason: 'mcp', error: { code } });
    expect(degraded.lastProof).not.toBeNull();
  });

  it('follows the redirect of FastMCP to the other slash on the same origin', async () => {
    droplet.mcp = (request, response) => {
      if (request.url === '/mcp/') asFastMcp(request, response);
      else response.writeHead(307, { location: `http://127.0.0.1:${droplet.port}/mcp/` }).end();
    };
    const rig = trusting();
    rig.link.connect();
    await rig.until('live');
    expect(rig.link.transport?.route({ to: 'mcp' })?.url.pathname).toBe('/mcp/');
  });

  it('leaves live within bounds when the network swallows everything, and comes back', async () => {
    const proxy = await startFaultyLink({ port: sshd.port });
    ends.push(proxy.stop);
    const rig = rigOf({
      links: [sshTo(sshd, { port: proxy.port })],
      timing: { keepaliveMs: 200, keepaliveCount: 2, probeMs: 1_000, connectMs: 2_000, readyMs: 2_000 },
    });
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine().replace(String(sshd.port), String(proxy.port)));
    rig.link.connect();
    await rig.until('live');
    proxy.blackhole();
    await rig.until('reconnecting');
    await proxy.heal();
    await rig.until('live');
  });

  it("takes the link's own keepalive before the general one", async () => {
    const proxy = await startFaultyLink({ port: sshd.port });
    ends.push(proxy.stop);
    const rig = makeDialRig();
    ends.push(rig.dispose);
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine().replace(String(sshd.port), String(proxy.port)));
    const link = await rig.dial(sshTo(sshd, { port: proxy.port, keepaliveSeconds: 1, keepaliveCount: 1 }));
    proxy.blackhole();
    // the general one would take longer than this test may
    expect(await link.closed).toMatchObject({ code: 'LINK_LOST', message: '127.0.0.1 stopped answering.' });
  });

  it('ends a request at its deadline although the channel is dead', async () => {
    const proxy = await startFaultyLink({ port: sshd.port });
    ends.push(proxy.stop);
    const rig = rigOf({ links: [sshTo(sshd, { port: proxy.port })], timing: { probeEveryMs: 60_000 } });
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine().replace(String(sshd.port), String(proxy.port)));
    rig.link.connect();
    await rig.until('live');
    let held = () => {};
    droplet.mcp = () => held();
    const reached = new Promise<void>((resolve) => (held = resolve));
    const route = rig.link.transport?.route({ to: 'mcp' });
    if (!route) throw new Error('no route');
    const call = exchange(route, { method: 'POST', body: '{}', timeoutMs: 500 });
    await reached;
    proxy.blackhole();
    await expect(call).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
  });

  it('never writes a request into a connection that the server has closed while idle', async () => {
    const rig = trusting({ timing: { probeEveryMs: 60_000 } });
    const sockets = new Set<Socket>();
    const track = (socket: Socket) => sockets.add(socket);
    droplet.server.on('connection', track);
    ends.push(() => droplet.server.off('connection', track));
    rig.link.connect();
    await rig.until('live');
    const route = rig.link.transport?.route({ to: 'mcp' });
    if (!route) throw new Error('no route');
    const idle = () => Object.values(route.agent.freeSockets).flat().length;
    let quick = 0;
    for (let i = 0; i < 3; i++) {
      expect((await exchange(route, { method: 'POST', body: '{}', timeoutMs: 30_000 })).status).toBe(400);
      await expect.poll(idle).toBe(1);
      for (const socket of sockets) socket.end();
      const ended = performance.now();
      await expect.poll(idle).toBe(0);
      if (performance.now() - ended < 3_000) quick += 1;
    }
    // the agent's own limit of 4 s would have closed every one of them late
    expect(quick).toBeGreaterThan(0);
  });

  it('prints how long an SSE answer takes over the link', async () => {
    const rig = trusting();
    rig.link.connect();
    await rig.until('live');
    const route = rig.link.transport?.route({ to: 'mcp' });
    if (!route) throw new Error('no route');
    const times: number[] = [];
    for (let i = 0; i < 200; i++) {
      const url = new URL('/sse-answer', route.url);
      const answer = await exchange({ ...route, url }, { method: 'POST', body: '{}', timeoutMs: 5_000 });
      times.push(answer.ms);
    }
    const sorted = times.slice(50).toSorted((a, b) => a - b);
    console.log(`SSE answer over SSH: p50 ${sorted[75].toFixed(2)} ms, p95 ${sorted[142].toFixed(2)} ms`);
    expect(times).toHaveLength(200);
  });

  it('says that forwarding is off', async () => {
    const closed = await startSshd({ config: ['AllowTcpForwarding no'] });
    ends.push(closed.stop);
    const rig = rigOf({ links: [sshTo(closed)] });
    fs.writeFileSync(rig.knownHosts, closed.knownHostsLine());
    rig.link.connect();
    const blocked = await rig.until('blocked');
    expect(blocked).toMatchObject({ reason: 'config', error: { code: 'LINK_FORWARD_REFUSED' } });
  });

  it('blocks a changed host key before anything is sent, and removes only what it is told', async () => {
    const sshd = await talkative();
    const old = sshd.fingerprint();
    const rig = rigOf({ links: [sshTo(sshd)] });
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
    rig.link.connect();
    await rig.until('live');
    await sshd.kill();
    await rig.until('reconnecting');
    const before = sshd.log().length;
    await sshd.restart({ newHostKey: true });
    const blocked = await rig.until('blocked');
    expect(blocked.reason).toBe('host-key-changed');
    expect(blocked.hostKey).toMatchObject({ known: [old], fingerprint: sshd.fingerprint() });
    expect(sshd.log().slice(before)).not.toContain('userauth-request');
    const stored = fs.readFileSync(rig.knownHosts, 'utf8');
    await expect(rig.link.trust(sshd.fingerprint())).rejects.toMatchObject({ code: 'LINK_HOST_KEY_CHANGED' });
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe(stored);
    expect(rig.link.state).toBe(blocked);

    fs.appendFileSync(rig.knownHosts, '# kept\n');
    expect(await rig.link.untrust('SHA256:other')).toBe(0);
    expect(await rig.link.untrust(old)).toBe(1);
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe('# kept\n');
    await rig.until('blocked', (state) => state.reason === 'host-key-unknown');
    await rig.link.trust(sshd.fingerprint());
    await rig.until('live');
  });
});
