import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import type { SshLink } from '../../../electron/contract/profile.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import { channelAgent } from '../../../electron/core/link/ssh/channel-agent.ts';
import { linkVia } from '../../../electron/core/link/dial.ts';
import { defaultTiming } from '../../../electron/core/link/dialling.ts';
import type { DialContext } from '../../../electron/core/link/dialling.ts';
import { HostTrust } from '../../../electron/core/link/ssh/host-trust.ts';
import { secureAgent } from '../../../electron/core/link/http/secure-agent.ts';
import { dialSsh } from '../../../electron/core/link/ssh/ssh-link.ts';
import { makeCa, opensslAvailable } from '../../helpers/tls.ts';
import type { ServerCertificate, TestCa } from '../../helpers/tls.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from './harness.ts';
import type { Droplet } from './harness.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function listening(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

/** What dialling gets, with a signal to abort. */
function contextFor(link: SshLink, change: Partial<DialContext>): DialContext {
  const profile = Profile.parse({
    name: 'real',
    preset: 'generic',
    environment: 'demo',
    links: [link],
    mcpUrl: 'http://127.0.0.1:5000/mcp',
  });
  return {
    profile,
    via: linkVia(link, 0),
    secrets: { get: () => Promise.resolve('pass') },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    timing: defaultTiming,
    knownHostsFile: '/nowhere/known_hosts',
    userKnownHostsFiles: [],
    agentSocket: undefined,
    pins: [],
    proxyFor: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    stage: () => {},
    ...change,
  };
}

const toPort = (port: number): SshLink => ({
  kind: 'ssh',
  host: '127.0.0.1',
  port,
  user: 'root',
  auth: [{ kind: 'password' }],
  jump: [],
});

describe('an attempt that was given up', () => {
  it('connects nowhere when it was given up while a secret was being read', async () => {
    let connections = 0;
    const port = await listening(net.createServer(() => (connections += 1)));
    const given = Promise.withResolvers<string>();
    const stop = new AbortController();
    const link = toPort(port);
    const dialled = dialSsh(
      link,
      contextFor(link, { secrets: { get: () => given.promise }, signal: stop.signal }),
    );
    dialled.catch(() => {});
    stop.abort();
    given.resolve('pass');
    await expect(dialled).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(connections).toBe(0);
  });

  it.skipIf(!opensslAvailable)(
    'sends no request over a TLS connection that came up after its link was closed',
    async () => {
      const ca = makeCa();
      ends.push(() => ca.remove());
      const { cert, key } = ca.issue('late');
      let requests = 0;
      const inner = https.createServer(
        { cert: fs.readFileSync(cert), key: fs.readFileSync(key) },
        (_request, response) => {
          requests += 1;
          response.end();
        },
      );
      const innerPort = await listening(inner);
      // the network is slow: bytes pass only once it is opened
      const opened = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      const port = await listening(
        net.createServer((socket) => {
          socket.on('error', () => {});
          arrived.resolve();
          void opened.promise.then(() => {
            const onward = net.connect(innerPort, '127.0.0.1');
            onward.on('error', () => socket.destroy());
            socket.pipe(onward).pipe(socket);
          });
        }),
      );
      const agent = secureAgent({ connectMs: 5_000, ca: fs.readFileSync(ca.caFile, 'latin1') });
      const asked = exchange(
        { url: new URL(`https://127.0.0.1:${port}/mcp`), agent, headers: { 'x-api-key': 'k' } },
        { timeoutMs: 3_000 },
      );
      asked.catch(() => {});
      await arrived.promise;
      agent.destroy();
      opened.resolve();
      await expect(asked).rejects.toThrow();
      expect(requests).toBe(0);
    },
  );
});

/** An SSH packet before any key exchange (RFC 4253, 6): what anybody on the way can send. */
function clearPacket(payload: Buffer): Buffer {
  const padding = 8 - ((5 + payload.length) % 8) + 8;
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length + padding);
  head[4] = padding;
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

describe('what a stranger on the way says', () => {
  it('reaches no terminal as it is', async () => {
    const text = `\u001b]52;c;cm0gLXJm\u0007\u001b[2J\nLINK_LIVE: all is well${'x'.repeat(5_000)}`;
    const part = (bytes: Buffer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const disconnect = Buffer.concat([
      Buffer.from([1, 0, 0, 0, 2]),
      part(Buffer.from(text)),
      part(Buffer.alloc(0)),
    ]);
    const port = await listening(
      net.createServer((socket) => {
        socket.on('error', () => {});
        socket.write('SSH-2.0-Stranger\r\n');
        socket.write(clearPacket(disconnect));
      }),
    );
    const link = toPort(port);
    const error: unknown = await dialSsh(link, contextFor(link, {})).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expect.stringMatching(/^LINK_/) });
    const { message } = error as Error;
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(message.length).toBeLessThan(400);
  });
});

/** Relays to a port and passes on what the server sends, but never ends a connection by itself, as one who wants to hide does. */
function clinging(port: number): net.Server {
  return net.createServer({ allowHalfOpen: true }, (socket) => {
    const onward = net.connect(port, '127.0.0.1');
    for (const each of [socket, onward]) each.on('error', () => {});
    socket.pipe(onward, { end: false });
    onward.pipe(socket, { end: false });
    ends.push(() => onward.destroy());
  });
}

describe.skipIf(!sshdAvailable)(
  `a peer that never hangs up (${sshdAvailable ? 'real sshd' : sshdMissing})`,
  () => {
    let sshd: Sshd;
    beforeAll(async () => {
      sshd = await startSshd();
    });
    afterAll(() => sshd?.stop());

    const sockets = () => process.getActiveResourcesInfo().filter((one) => one === 'TCPSocketWrap').length;

    it('cannot hide that its host key is another one', async () => {
      const port = await listening(clinging(sshd.port));
      const rig = makeRig({ links: [sshTo(sshd, { port })], timing: { readyMs: 60_000 } });
      ends.push(rig.dispose);
      const stored = sshd.knownHostsLine().replace(/^\S+/, `[127.0.0.1]:${port}`);
      await sshd.restart({ newHostKey: true });
      fs.writeFileSync(rig.knownHosts, stored);
      rig.link.connect();
      expect(await rig.until('blocked')).toMatchObject({ reason: 'host-key-changed' });
    });

    it('holds no socket of ours after the link was closed', async () => {
      const port = await listening(clinging(sshd.port));
      const link = sshTo(sshd, { port }) as SshLink;
      const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-cling-'));
      ends.push(() => fs.rmSync(dir, { recursive: true, force: true }));
      const known = path.join(dir, 'known_hosts');
      fs.writeFileSync(known, sshd.knownHostsLine().replace(/^\S+/, `[127.0.0.1]:${port}`));
      await expect.poll(sockets).toBe(0);
      const open = await dialSsh(link, contextFor(link, { knownHostsFile: known }));
      // ours, and the two of the relay
      expect(sockets()).toBe(3);
      open.close();
      await expect.poll(sockets).toBe(2);
      expect(await open.closed).toBeInstanceOf(Error);
    });
  },
);

describe.skipIf(!sshdAvailable)(
  `addresses nobody can mean (${sshdAvailable ? 'real sshd' : sshdMissing})`,
  () => {
    let sshd: Sshd;
    let droplet: Droplet;
    beforeAll(async () => {
      sshd = await startSshd();
      droplet = await startDroplet();
    });
    afterAll(async () => {
      await sshd?.stop();
      await droplet?.stop();
    });

    it('an MCP URL that is written oddly is refused before anybody is signed in', async () => {
      const rig = makeRig({ links: [sshTo(sshd)], mcpUrl: 'http://0x7f.1:5000/mcp' });
      ends.push(rig.dispose);
      fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
      rig.link.connect();
      expect(await rig.until('blocked')).toMatchObject({ error: { code: 'PROFILE_INVALID' } });
      expect(sshd.log()).not.toContain('Accepted');
    });

    it('a service URL that is written oddly is too, and brings nothing down', async () => {
      const odd = [{ name: 'news', url: 'http://user:word@127.0.0.1:5008' }];
      const { mcpUrl } = droplet;
      for (const link of [sshTo(sshd), { kind: 'direct' as const, url: mcpUrl }]) {
        const rig = makeRig({ links: [link], mcpUrl, services: odd });
        ends.push(rig.dispose);
        fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
        rig.link.connect();
        const state = await rig.until('blocked');
        expect(state).toMatchObject({ error: { code: 'PROFILE_INVALID' } });
        expect(JSON.stringify(state)).not.toContain('word@');
      }
      expect(sshd.log()).not.toContain('Accepted');
    });
  },
);

/** A plain stream, as a channel of SSH is one. */
function channelOver(socket: net.Socket): Duplex {
  const channel = new Duplex({
    read() {},
    write: (part, _encoding, done) => void socket.write(part as Buffer, () => done()),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (part: Buffer) => channel.push(part));
  socket.on('end', () => channel.push(null));
  socket.on('error', () => channel.destroy());
  return channel;
}

describe.skipIf(!opensslAvailable)('TLS inside the tunnel', () => {
  let ca: TestCa;
  let certificate: ServerCertificate;
  beforeAll(() => {
    ca = makeCa();
    certificate = ca.selfSigned('self');
  });
  afterAll(() => ca?.remove());

  it('checks certificates even where the environment says not to', async () => {
    const port = await listening(
      tls.createServer(
        { cert: fs.readFileSync(certificate.cert), key: fs.readFileSync(certificate.key) },
        (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
      ),
    );
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    ends.push(() => {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    });
    const tunnel = channelAgent((host, to, opened) => {
      const socket = net.connect(to, host, () => opened(undefined, channelOver(socket)));
    }, 'https:');
    for (const agent of [secureAgent({ connectMs: 2_000 }), tunnel]) {
      const route = { url: new URL(`https://127.0.0.1:${port}/health`), agent, headers: {} };
      await expect(exchange(route, { timeoutMs: 2_000 })).rejects.toMatchObject({
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
      agent.destroy();
    }
  });
});

describe('an API key', () => {
  it.each(['Host', 'content-length', 'Transfer-Encoding', 'Mcp-Session-Id', 'Accept'])(
    'is not sent as %s, which HTTP itself uses',
    async (apiKeyHeader) => {
      let connections = 0;
      const port = await listening(net.createServer(() => (connections += 1)));
      const link = { kind: 'https' as const, url: `https://127.0.0.1:${port}/mcp`, apiKeyHeader };
      const rig = makeRig({ links: [link], secrets: { 'api-key': 'k-1' } });
      ends.push(rig.dispose);
      rig.link.connect();
      expect(await rig.until('blocked')).toMatchObject({ error: { code: 'PROFILE_INVALID' } });
      expect(connections).toBe(0);
    },
  );
});

describe('a key that was trusted but could not be saved', () => {
  it('can be taken back all the same', async () => {
    const trust = new HostTrust();
    trust.show({ host: '127.0.0.1', type: 'ssh-ed25519', fingerprint: 'SHA256:a', known: [] });
    trust.accept({ state: 'off' }, 'SHA256:a');
    const { profile } = contextFor(toPort(22), {});
    expect(await trust.forget(profile, '/nowhere/known_hosts', 'SHA256:a')).toBe(1);
    expect(await trust.forget(profile, '/nowhere/known_hosts', 'SHA256:a')).toBe(0);
    expect(trust.pins).toEqual([]);
  });
});

describe('a key file that is no file', () => {
  it.skipIf(process.platform === 'win32')('a named pipe is refused at once', async () => {
    const { execFileSync } = await import('node:child_process');
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-pipe-'));
    ends.push(() => fs.rmSync(dir, { recursive: true, force: true }));
    const pipe = path.join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const link: SshLink = { ...toPort(9), auth: [{ kind: 'key', file: pipe }] };
    const dialled = dialSsh(link, contextFor(link, {}));
    const late = new Promise((resolve) =>
      setTimeout(resolve, 30_000, 'it waits for a writer').unref(),
    ).finally(() => {
      // lets a reader that waits go, so that the process can end
      if (waits) fs.closeSync(fs.openSync(pipe, fs.constants.O_RDWR | fs.constants.O_NONBLOCK));
    });
    let waits = true;
    const result: unknown = await Promise.race([dialled.catch((error: unknown) => error), late]);
    waits = result === 'it waits for a writer';
    expect(result).toMatchObject({ code: 'LINK_KEY_UNREADABLE' });
  });
});
