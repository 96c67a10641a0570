import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultyLink } from '../../helpers/faulty-link.ts';
import { startFaultyLink } from '../../helpers/faulty-link.ts';

/** One end of a connection: what it got, and how it ended. */
class End {
  readonly socket: net.Socket;
  got = '';
  ended: 'open' | 'fin' | 'reset' = 'open';

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (data) => (this.got += data.toString()));
    socket.on('end', () => (this.ended = 'fin'));
    socket.on('error', () => (this.ended = 'reset'));
  }
}

describe('the faulty network that other tests stand on', () => {
  let server: net.Server;
  let network: FaultyLink;
  let servers: End[];
  let clients: End[];
  beforeEach(async () => {
    [servers, clients] = [[], []];
    server = net.createServer({ allowHalfOpen: true }, (socket) => servers.push(new End(socket)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    network = await startFaultyLink({ port: (server.address() as net.AddressInfo).port });
  });
  afterEach(async () => {
    for (const { socket } of [...clients, ...servers]) socket.destroy();
    await network.stop();
    await new Promise((resolve) => server.close(resolve));
  });

  const dial = () => {
    const end = new End(net.connect({ port: network.port, host: '127.0.0.1', allowHalfOpen: true }));
    clients.push(end);
    return end;
  };
  const joined = async () => {
    const before = servers.length;
    const near = dial();
    near.socket.write('hello');
    await expect.poll(() => servers[before]?.got).toBe('hello');
    return { near, far: servers[before] };
  };
  const moment = () => new Promise((resolve) => setTimeout(resolve, 60));

  it('passes everything on in order, delayed or narrow or not', async () => {
    const { near, far } = await joined();
    for (const weather of [() => network.delay(5, 20), () => network.throttle(400_000), () => {}]) {
      weather();
      const text = Array.from({ length: 2_000 }, (_, n) => `${n} `).join('');
      const before = near.got.length;
      for (const part of text.match(/.{1,700}/g) ?? []) far.socket.write(part);
      await expect.poll(() => near.got.slice(before)).toBe(text);
    }
    far.socket.end('bye');
    await expect.poll(() => near.ended).toBe('fin');
    expect(near.got.endsWith('bye')).toBe(true);
  });

  it('cuts a connection after exactly so many bytes', async () => {
    const { near, far } = await joined();
    network.cutAfter(7);
    far.socket.write('abcd');
    far.socket.write('efghij');
    await expect.poll(() => near.ended).toBe('reset');
    expect(near.got).toBe('abcdefg');
    await expect.poll(() => far.ended).toBe('reset');
    const { near: other, far: there } = await joined();
    there.socket.write('abcdefghij');
    await expect.poll(() => other.got).toBe('abcdefghij');
  });

  it('swallows one direction for good and lets the other go on, and says nothing of it', async () => {
    const { near, far } = await joined();
    network.blackhole('down');
    near.socket.write(' up');
    far.socket.write('down');
    await expect.poll(() => far.got).toBe('hello up');
    await network.heal();
    far.socket.write('down');
    far.socket.end();
    await moment();
    expect([near.got, near.ended]).toEqual(['', 'open']);
    const { near: other, far: there } = await joined();
    there.socket.write('new');
    await expect.poll(() => other.got).toBe('new');
  });

  it('holds connections that come in while everything is swallowed', async () => {
    network.blackhole();
    const near = dial();
    near.socket.write('hello');
    await moment();
    await network.heal();
    await moment();
    expect([near.ended, servers.length, network.open()]).toEqual(['open', 0, 1]);
    network.cut();
    await expect.poll(() => near.ended).toBe('reset');
    await expect.poll(() => network.open()).toBe(0);
  });

  it('freezes without losing a byte', async () => {
    const { near, far } = await joined();
    network.freeze();
    far.socket.write('a');
    far.socket.end('b');
    await moment();
    expect([near.got, near.ended]).toEqual(['', 'open']);
    network.thaw();
    await expect.poll(() => [near.got, near.ended]).toEqual(['ab', 'fin']);
  });

  it('closes one half, and the other goes on', async () => {
    const { near, far } = await joined();
    network.halfClose('down');
    await expect.poll(() => near.ended).toBe('fin');
    near.socket.write(' still');
    await expect.poll(() => far.got).toBe('hello still');
  });

  it('turns new connections away in three ways while old ones go on, and then takes them again', async () => {
    const { near, far } = await joined();
    for (const [how, ended] of [
      ['reset', 'reset'],
      ['close', 'fin'],
      ['nobody', 'reset'],
    ] as const) {
      await network.refuse(how);
      const away = dial();
      await expect.poll(() => away.ended).toBe(ended);
      far.socket.write(how);
      await expect.poll(() => near.got.endsWith(how)).toBe(true);
      await network.heal();
    }
    await joined();
    network.acceptLate(100);
    const started = Date.now();
    await joined();
    expect(Date.now() - started).toBeGreaterThanOrEqual(95);
  });
});
