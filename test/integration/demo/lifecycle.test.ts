import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import { parseFault } from '../../../electron/core/demo/faults.ts';
import { afterThisTest, droplet, forward, mcpClient, portOf, signIn } from './droplet.ts';
import { startDemoDroplet, type DemoDroplet } from '../../../electron/core/demo/demo-droplet.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const ports = (of: DemoDroplet): number[] => [
  of.ssh.port,
  portOf(of.mcpUrl),
  ...of.services.map(({ url }) => portOf(url)),
];

function refused(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

function ownAddress(): string | undefined {
  return Object.values(os.networkInterfaces())
    .flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address;
}

describe('the demo droplet', () => {
  it('describes itself as a valid profile', async () => {
    const it = await droplet();
    const profile = { ...it.profile(), name: 'demo', links: [it.link('/home/user/key')], wanted: true };
    expect(Profile.parse(profile)).toMatchObject({
      preset: 'catalyst',
      environment: 'demo',
      mcpUrl: it.mcpUrl,
    });
  });

  it('listens on loopback only', async () => {
    const it = await droplet();
    const address = ownAddress() ?? '127.0.0.2';
    expect(await Promise.all(ports(it).map((port) => refused(port, address)))).toEqual(Array(10).fill(true));
    expect(await Promise.all(ports(it).map((port) => refused(port)))).toEqual(Array(10).fill(false));
  });

  it('closes every port and connection at stop, twice if asked', async () => {
    const it = await droplet();
    const ssh = await signIn(it);
    const closed = new Promise<void>((resolve) => ssh.once('close', () => resolve()));
    await forward(ssh, portOf(it.mcpUrl));
    await mcpClient(it);
    ssh.exec('cd ~/catalyst-trading-mcp && docker-compose logs -f', () => {});
    await Promise.all([it.stop(), it.stop()]);
    await it.stop();
    await closed;
    expect(await Promise.all(ports(it).map((port) => refused(port)))).toEqual(Array(10).fill(true));
    await it.setFault(parseFault('mcp-down'));
    await it.clearFault(parseFault('mcp-down'));
    expect(await refused(portOf(it.mcpUrl))).toBe(true);
  });

  it('leaves no timer behind', async () => {
    const clock = new ManualClock(Date.UTC(2026, 10, 20, 14, 30));
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const faults = ['drop-link=5', 'slow=news:100'].map(parseFault);
    const it = await startDemoDroplet({ seed: 1, clock, log, faults });
    clock.advance(12_000);
    expect(clock.waiting).toBeGreaterThan(0);
    await it.stop();
    expect(clock.waiting).toBe(0);
  });

  it('lets the process end when its keys could not be written', async () => {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'demo-'));
    afterThisTest(() => fs.rm(dir, { recursive: true }));
    const core = path.join(import.meta.dirname, '../../../electron/core');
    const program = `
      import fs from 'node:fs';
      import { homeAt, makeHome } from ${JSON.stringify(path.join(core, 'files.ts'))};
      import { startDemo } from ${JSON.stringify(path.join(core, 'profiles/demo-profile.ts'))};
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const home = homeAt(${JSON.stringify(dir)});
      await makeHome(home);
      fs.mkdirSync(home.keys + '/demo/in-the-way', { recursive: true });
      await startDemo(home, log).catch((error) => console.log(error.code));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env: {} });
    afterThisTest(() => child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, output]).toEqual([0, 'STATE_WRITE_FAILED\n']);
  });

  it('lets the process end after stop, with connections left open by peers, and writes no file', async () => {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'demo-'));
    const module = path.join(import.meta.dirname, '../../../electron/core/demo/demo-droplet.ts');
    const program = `
      import net from 'node:net';
      import { startDemoDroplet } from ${JSON.stringify(module)};
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const demo = await startDemoDroplet({ log, faults: [{ kind: 'drop-link', seconds: 60 }] });
      const peer = net.connect(demo.ssh.port, '127.0.0.1');
      peer.on('error', () => {});
      await new Promise((resolve) => peer.once('data', resolve));
      const slow = fetch(demo.mcpUrl.replace('/mcp', '/health')).then((r) => r.text());
      console.log(await slow);
      await demo.stop();
      console.log('stopped');
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: dir, env: {} });
    afterThisTest(() => child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect(output).toBe('OK - Orchestration v6.0.3\nstopped\n');
    expect(code).toBe(0);
    expect(await fs.readdir(dir)).toEqual([]);
    await fs.rm(dir, { recursive: true });
  });
});
