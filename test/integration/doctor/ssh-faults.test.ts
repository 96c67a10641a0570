import fs from 'node:fs';
import { spawn } from 'node:child_process';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { freePort, sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { sshTo } from '../link/harness.ts';
import { examine, named } from './examine.ts';
import type { Patient } from './examine.ts';

const PYTHON = '/usr/bin/python3';

describe.skipIf(!sshdAvailable)(`doctor on SSH faults (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let sshd: Sshd;
  let server: RawUpstream;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    server = new RawUpstream();
    await server.listen();
  });
  afterAll(async () => {
    await sshd?.stop();
    await server?.close();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const patient = (change: Partial<Patient> = {}): Patient => ({
    links: [sshTo(sshd)],
    mcpUrl: server.url,
    knownHosts: sshd.knownHostsLine(),
    ...change,
  });

  it('finds nothing on a link that is well, and looked at every layer of it', async () => {
    server.seen.length = 0;
    const run = await examine(patient());
    expect(run.checks.filter(({ state }) => state === 'failed' || state === 'warning')).toEqual([]);
    expect(run.verdict.result).toBe('healthy');
    const layers = new Set(run.checks.filter(({ state }) => state === 'ok').map(({ layer }) => layer));
    for (const layer of ['profile', 'name', 'tcp', 'ssh', 'tunnel', 'web', 'mcp', 'session', 'tools'])
      expect(layers).toContain(layer);
    // it asks, and never calls
    expect(server.count('tools/call')).toBe(0);
    expect(server.count('tools/list')).toBeGreaterThan(0);
    // what it opened it closed
    expect(server.deleted.length).toBe(server.count('initialize'));
  });

  it('names the name that does not resolve', async () => {
    const run = await examine(patient({ links: [sshTo(sshd, { host: 'no-such-host.invalid' })] }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'name', check: 'name.resolve' });
    expect(run.of('tcp.connect')?.state).toBe('skipped');
    expect(run.of('tools.list')?.state).toBe('skipped');
  });

  it('names the port that nobody listens on', async () => {
    const port = await freePort();
    const run = await examine(patient({ links: [sshTo(sshd, { port })] }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'tcp', check: 'tcp.connect' });
    expect(run.of('tcp.connect')?.remedy?.command).toBe(`nc -vz 127.0.0.1 ${port}`);
  });

  it('names the port that is silent: it takes connections and never greets', async () => {
    const silent = net.createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    ends.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const run = await examine(
      patient({
        links: [sshTo(sshd, { port })],
        ports: { timing: { readyMs: 1_000 } },
      }),
    );
    expect(named(run)).toEqual({ result: 'broken', layer: 'ssh', check: 'ssh.greeting' });
    expect(run.of('tcp.connect')?.state).toBe('ok');
  });

  it.skipIf(!fs.existsSync(PYTHON))(
    'names the port whose firewall drops what comes (no answer to SYN)',
    async () => {
      // a full queue of a program that never accepts: the kernel then answers no more
      const program = `import socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)
port = s.getsockname()[1]
held = [socket.socket() for _ in range(4)]
for one in held:
    one.setblocking(False)
    one.connect_ex(("127.0.0.1", port))
print(port, flush=True); sys.stdin.read()`;
      const full = spawn(PYTHON, ['-c', program], { stdio: ['pipe', 'pipe', 'ignore'] });
      ends.push(() => full.kill('SIGKILL'));
      const port = await new Promise<number>((resolve) =>
        full.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
      );
      const run = await examine(
        patient({ links: [sshTo(sshd, { port })], ports: { timing: { connectMs: 600, readyMs: 1_000 } } }),
      );
      expect(named(run)).toEqual({ result: 'broken', layer: 'tcp', check: 'tcp.connect' });
      expect(run.of('tcp.connect')?.seen).toContain('did not answer in time');
    },
  );

  it('names an unknown host key, shows it, and accepts nothing', async () => {
    const run = await examine(patient({ knownHosts: '' }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'ssh', check: 'ssh.host-key' });
    expect(run.of('ssh.greeting')?.state).toBe('ok');
    expect(run.of('ssh.host-key')?.remedy?.command).toBe(
      `catalyst-companion trust real ${sshd.fingerprint()}`,
    );
    // nothing was stored: the next run finds the same
    const again = await examine(patient({ knownHosts: '' }));
    expect(named(again).check).toBe('ssh.host-key');
  });

  it('sends no user name to a host that is not known', async () => {
    const loud = await startSshd({ config: ['LogLevel DEBUG1'] });
    ends.push(() => loud.stop());
    await examine(patient({ links: [sshTo(loud)], knownHosts: '' }));
    expect(loud.log()).toContain('Connection from');
    expect(loud.log()).not.toContain('userauth-request');
  });

  it('names a changed host key', async () => {
    const other = await startSshd();
    ends.push(() => other.stop());
    const stored = other.knownHostsLine().replace(String(other.port), String(sshd.port));
    const run = await examine(patient({ knownHosts: stored }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'ssh', check: 'ssh.host-key' });
    expect(run.of('ssh.host-key')?.seen).toContain('has changed');
  });

  it('names a key that is refused', async () => {
    const file = sshd.makeKey('stranger');
    const run = await examine(patient({ links: [sshTo(sshd, { auth: [{ kind: 'key', file }] })] }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'ssh', check: 'ssh.sign-in' });
    expect(run.of('ssh.host-key')?.state).toBe('ok');
  });

  it('names a missing key file, and looks at the host all the same', async () => {
    const auth = [{ kind: 'key' as const, file: '/nowhere/id_ed25519' }];
    const run = await examine(patient({ links: [sshTo(sshd, { auth })] }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'ssh', check: 'ssh.keys' });
    expect(run.of('tcp.connect')?.state).toBe('ok');
    expect(run.of('ssh.host-key')?.state).toBe('ok');
    expect(run.of('ssh.sign-in')?.state).toBe('skipped');
  });

  it('names a password that is not stored', async () => {
    const run = await examine(patient({ links: [sshTo(sshd, { auth: [{ kind: 'password' }] })] }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'ssh', check: 'ssh.keys' });
    expect(run.of('ssh.keys')?.remedy?.command).toBe('catalyst-companion secret set real password');
  });

  it('skips with a warning what needs a secret where no app can open the vault', async () => {
    const run = await examine(
      patient({ links: [sshTo(sshd, { auth: [{ kind: 'password' }] })], secrets: null }),
    );
    expect(named(run)).toEqual({ result: 'warnings', layer: 'ssh', check: 'ssh.keys' });
    expect(run.of('ssh.host-key')?.state).toBe('ok');
    expect(run.of('tools.list')?.state).toBe('skipped');
  });

  it('names forwarding that is forbidden', async () => {
    const strict = await startSshd({ config: ['AllowTcpForwarding no'] });
    ends.push(() => strict.stop());
    const run = await examine(patient({ links: [sshTo(strict)], knownHosts: strict.knownHostsLine() }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'tunnel', check: 'tunnel.forward' });
    expect(run.of('tunnel.forward')?.remedy?.command).toContain('sshd -T');
  });

  it('names the MCP port that is dead behind the tunnel, and still asks the services', async () => {
    const dead = await freePort();
    const health = new URL(server.url).origin;
    const run = await examine(
      patient({ mcpUrl: `http://127.0.0.1:${dead}/mcp`, services: [{ name: 'scanner', url: health }] }),
    );
    expect(named(run)).toEqual({ result: 'broken', layer: 'tunnel', check: 'tunnel.port' });
    expect(run.of('tunnel.port')?.remedy?.command).toContain('docker compose');
    expect(run.of('services.health')?.state).not.toBe('skipped');
  });

  it('names the jump host that refuses us, by its address', async () => {
    const bastion = await startSshd();
    ends.push(() => bastion.stop());
    const file = bastion.makeKey('stranger');
    const jump = [
      { host: '127.0.0.1', port: bastion.port, user: bastion.user, auth: [{ kind: 'key' as const, file }] },
    ];
    const run = await examine(
      patient({
        links: [sshTo(sshd, { jump })],
        knownHosts: sshd.knownHostsLine() + bastion.knownHostsLine(),
      }),
    );
    expect(named(run)).toEqual({ result: 'broken', layer: 'ssh', check: 'ssh.sign-in' });
    expect(run.of('ssh.sign-in')?.subject).toBe(`127.0.0.1:${bastion.port}`);
  });

  it('opens none of the ports that the link exposes', async () => {
    const localPort = await freePort();
    const expose = [{ localPort, host: '127.0.0.1', port: server.port }];
    const seen: string[] = [];
    const look = setInterval(() => {
      const socket = net.connect(localPort, '127.0.0.1', () => {
        seen.push('open');
        socket.destroy();
      });
      socket.on('error', () => undefined);
    }, 5);
    const run = await examine(patient({ links: [sshTo(sshd, { expose })] }));
    clearInterval(look);
    expect(run.verdict.result).toBe('healthy');
    expect(seen).toEqual([]);
  });

  it('uses the second link of the chain to look behind, and names the first as broken', async () => {
    const port = await freePort();
    const run = await examine(patient({ links: [sshTo(sshd, { port }), sshTo(sshd)] }));
    expect(named(run)).toEqual({ result: 'broken', layer: 'tcp', check: 'tcp.connect' });
    expect(run.of('tcp.connect')?.subject).toContain('link 1');
    expect(run.of('tools.list')).toMatchObject({ state: 'ok', subject: 'link 2, ssh' });
  });

  it('names a state file that does not parse', async () => {
    const run = await examine(patient());
    expect(run.of('profile.files')?.state).toBe('ok');
    const { makeState } = await import('./examine.ts');
    const home = makeState();
    ends.push(() => fs.rmSync(home.dir, { recursive: true, force: true }));
    fs.writeFileSync(home.settings, '{"version": 1,');
    const broken = await examine(patient({ home }));
    expect(named(broken)).toEqual({ result: 'broken', layer: 'profile', check: 'profile.files' });
  });
});
