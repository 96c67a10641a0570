import fs from 'node:fs';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startDemoDroplet } from '../../../electron/core/demo/demo-droplet.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { makeRig } from './harness.ts';

const TIMES = process.env['COMPANION_SOAK'] ? 500 : 40;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Sockets and timers that keep the process alive. */
const held = () =>
  process.getActiveResourcesInfo().filter((one) => one === 'TCPSocketWrap' || one === 'ConnectWrap').length;

describe(`a link that is opened ${TIMES} times`, () => {
  it('holds nothing after servers that fail in every way at once', async () => {
    await expect.poll(held).toBe(0);
    let connections = 0;
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
      const way = connections++ % 4;
      if (way === 0) socket.destroy();
      else if (way === 1) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      else if (way === 2) socket.end('SSH-2.0-x\r\n');
      else socket.write('SSH-2.0-x\r\nnonsense that is no packet, and then silence');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => server.close());
    const { port } = server.address() as net.AddressInfo;
    const auth = [{ kind: 'password' as const }];
    const rig = makeRig({
      links: [{ kind: 'ssh', host: '127.0.0.1', port, user: 'root', auth, jump: [] }],
      secrets: { password: 'x' },
      timing: { readyMs: 100 },
    });
    ends.push(rig.dispose);
    for (let i = 0; i < TIMES; i++) {
      const before = connections;
      rig.link.connect();
      await expect.poll(() => connections, { interval: 2 }).toBeGreaterThan(before);
      await rig.link.settled(5);
    }
    rig.dispose();
    await expect.poll(held).toBe(0);
  }, 120_000);

  it('holds nothing after a droplet that cuts it as soon as it is live, nor after being switched on and off', async () => {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const droplet = await startDemoDroplet({ log, seed: 1, clock: systemClock });
    ends.push(() => droplet.stop());
    const rigOf = () => {
      const rig = makeRig({ links: [], mcpUrl: droplet.mcpUrl });
      const key = `${rig.home}/key`;
      fs.writeFileSync(key, droplet.ssh.clientKey, { mode: 0o600 });
      fs.writeFileSync(rig.knownHosts, `${droplet.ssh.hostKeyLine}\n`);
      rig.setLinks([droplet.link(key)]);
      ends.push(rig.dispose);
      return rig;
    };
    const cut = rigOf();
    for (let i = 0; i < TIMES; i++) {
      cut.link.connect();
      await cut.until('live');
      droplet.cutLink();
      await cut.until('reconnecting');
    }
    cut.dispose();
    const switched = rigOf();
    for (let i = 0; i < TIMES; i++) {
      switched.link.connect();
      if (i % 2 === 0) await switched.until('live');
      else await new Promise((resolve) => setTimeout(resolve, (i % 7) * 3));
      switched.link.disconnect();
      expect([switched.link.state.state, switched.link.transport]).toEqual(['off', undefined]);
    }
    switched.dispose();
    await droplet.stop();
    await expect.poll(held).toBe(0);
  }, 240_000);
});
