import { randomBytes } from 'node:crypto';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exposePorts } from '../../../electron/core/link/ssh/exposed-ports.ts';
import type { OpenChannel } from '../../../electron/core/link/ssh/channel-agent.ts';
import { freePort, sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeDialRig } from './dial-rig.ts';
import type { DialRig } from './dial-rig.ts';
import { sshTo } from './harness.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A TCP service on loopback. */
async function service(accept: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    accept(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function connectTo(port: number): Promise<net.Socket> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  ends.push(() => socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}

const refused = (port: number, host = '127.0.0.1') =>
  new Promise<boolean>((resolve) => {
    const socket = net.connect({ port, host }, () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });

async function all(socket: net.Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

describe.skipIf(!sshdAvailable)(`exposed ports (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let sshd: Sshd;
  let rig: DialRig;
  beforeAll(async () => {
    sshd = await startSshd();
    rig = makeDialRig({ trusts: [sshd] });
  });
  afterAll(async () => {
    rig?.dispose();
    await sshd?.stop();
  });

  const exposing = async (port: number) => {
    const localPort = await freePort();
    const link = await rig.dial(sshTo(sshd, { expose: [{ localPort, host: '127.0.0.1', port }] }));
    ends.push(() => link.close());
    await expect.poll(() => refused(localPort)).toBe(false);
    return { localPort, link };
  };

  it('opens none unless asked, loopback alone when asked, and closes it with the link', async () => {
    const plain = await rig.dial(sshTo(sshd));
    expect(plain.facts?.().exposed).toEqual([]);
    plain.close();

    const port = await service((socket) => socket.end('hello'));
    const { localPort, link } = await exposing(port);
    expect(link.facts?.().exposed).toEqual([{ localPort, target: `127.0.0.1:${port}`, error: null }]);
    expect((await all(await connectTo(localPort))).toString()).toBe('hello');
    const others = Object.values(os.networkInterfaces())
      .flat()
      .filter((one) => one && !one.internal && one.family === 'IPv4');
    for (const other of others) expect(await refused(localPort, other!.address)).toBe(true);
    link.close();
    await expect.poll(() => refused(localPort)).toBe(true);
  });

  it('carries bytes unchanged both ways and lets one side end first', async () => {
    // answers only after the whole question: a half-closed connection has to stay open
    const port = await service((socket) => void all(socket).then((body) => socket.end(body)));
    const { localPort } = await exposing(port);
    const bodies = Array.from({ length: 4 }, () => randomBytes(3_000_000));
    const answers = await Promise.all(
      bodies.map(async (body) => {
        const socket = await connectTo(localPort);
        socket.end(body);
        return all(socket);
      }),
    );
    for (const [index, answer] of answers.entries()) expect(answer.equals(bodies[index])).toBe(true);
  });

  it('holds back whoever sends faster than the other side reads, both ways', async () => {
    let sent = 0;
    let taken: net.Socket | undefined;
    const block = Buffer.alloc(65_536);
    const flood = (socket: net.Socket) => {
      const more = () => {
        for (let ok = true; ok && sent < 400_000_000;) {
          sent += block.length;
          ok = socket.write(block);
        }
      };
      socket.on('drain', more);
      more();
    };
    const settled = async () => {
      for (let last = -1; last !== sent;) {
        last = sent;
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      return sent;
    };
    // the kernel, sshd and ssh2 hold a few MB each; what matters is that it ends
    const LIMIT = 60_000_000;
    const down = await exposing(await service(flood));
    const reader = await connectTo(down.localPort);
    reader.pause();
    expect(await settled()).toBeLessThan(LIMIT);
    expect(sent).toBeGreaterThan(0);
    reader.destroy();

    sent = 0;
    const up = await exposing(await service((socket) => (taken = socket.pause())));
    const writer = await connectTo(up.localPort);
    flood(writer);
    expect(await settled()).toBeLessThan(LIMIT);
    expect(taken).toBeDefined();
    writer.destroy();
  });

  it('resets connections when the link is lost, so that a cut answer is not taken for a whole one', async () => {
    const port = await service((socket) => socket.write('half'));
    const { localPort, link } = await exposing(port);
    const socket = await connectTo(localPort);
    await new Promise((resolve) => socket.once('data', resolve));
    const failed = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve));
    let ended = false;
    socket.once('end', () => (ended = true)).resume();
    await sshd.kill();
    expect((await failed).code).toBe('ECONNRESET');
    expect(ended).toBe(false);
    expect(await link.closed).toMatchObject({ code: 'LINK_LOST' });
    await expect.poll(() => refused(localPort)).toBe(true);
    await sshd.restart();
  });

  it('refuses a connection where nothing listens on the droplet, and serves the next', async () => {
    const closed = await freePort();
    const { localPort } = await exposing(closed);
    const socket = await connectTo(localPort);
    await new Promise((resolve) => socket.once('close', resolve).resume());
    const server = net.createServer((one) => one.end('now'));
    await new Promise<void>((resolve) => server.listen(closed, '127.0.0.1', resolve));
    ends.push(() => server.close());
    expect((await all(await connectTo(localPort))).toString()).toBe('now');
  });

  it('opens its link although the port is taken, and names who has it', async () => {
    const taken = await service(() => {});
    const link = await rig.dial(
      sshTo(sshd, { expose: [{ localPort: taken, host: '127.0.0.1', port: 5000 }] }),
    );
    ends.push(() => link.close());
    const error = () => link.facts?.().exposed[0]?.error;
    await expect.poll(() => error()?.message).toContain(`(process ${process.pid})`);
    expect(error()).toMatchObject({ code: 'LINK_EXPOSE_PORT_TAKEN' });
    expect(error()?.message).toContain(`Port ${taken} of this computer is taken by `);
  });
});

describe('a port that is taken', () => {
  const nothing: OpenChannel = () => {};

  it('is opened when it has become free', async () => {
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port: localPort } = other.address() as AddressInfo;
    let looks = 0;
    const holderOf = () => Promise.resolve(looks++ === 0 ? { program: 'ControlCenter', pid: 7 } : undefined);
    const ports = exposePorts([{ localPort, host: '::1', port: 80 }], nothing, { retryMs: 20, holderOf });
    ends.push(() => ports.close());
    await expect.poll(() => ports.facts()[0]?.error?.message).toContain('ControlCenter (process 7)');
    expect(ports.facts()[0]).toMatchObject({ localPort, target: '[::1]:80' });
    expect(ports.facts()[0]?.error?.next).toContain('AirPlay');
    other.close();
    await expect.poll(() => ports.facts()[0]?.error).toBeNull();
    expect(await refused(localPort)).toBe(false);
    ports.close();
    ports.close();
    await expect.poll(() => refused(localPort)).toBe(true);
  });

  it('is not tried again once closed', async () => {
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port: localPort } = other.address() as AddressInfo;
    const ports = exposePorts([{ localPort, host: '127.0.0.1', port: 80 }], nothing, { retryMs: 20 });
    await expect.poll(() => ports.facts()[0]?.error?.code).toBe('LINK_EXPOSE_PORT_TAKEN');
    ports.close();
    await new Promise((resolve) => other.close(resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await refused(localPort)).toBe(true);
  });
});
