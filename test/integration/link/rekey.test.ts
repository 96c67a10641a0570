import { createHash } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import { generateSshKey } from '../../../electron/core/ssh-key.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import type { OpenLink } from '../../../electron/core/link/dialling.ts';
import { quickenKeys } from '../../../electron/core/link/ssh/quick-keys.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import { makeDialRig } from './dial-rig.ts';
import { sshTo } from './harness.ts';

const SOAK = process.env['COMPANION_SOAK'] === '1';
/** Bytes in each direction: a key exchange for every 256 KiB of them. */
const BYTES = (SOAK ? 100 : 8) << 20;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Bytes that repeat only after a prime number of them, so that a lost or doubled packet shows. */
function pattern(size: number): Buffer {
  const period = Buffer.from(
    Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8)) & 0xff),
  );
  const whole = Buffer.alloc(size);
  for (let at = 0; at < size; at += period.length) period.copy(whole, at);
  return whole;
}

const sha = (data: Buffer) => createHash('sha256').update(data).digest('hex');

/** `POST /up` answers the hash of what came, `GET /down` gives the pattern, `POST /echo` its body as an SSE answer. */
async function startEcho(): Promise<string> {
  const server = http.createServer((request, response) => {
    if (request.url === '/down') return void response.end(pattern(BYTES));
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      if (request.url === '/up') return response.end(sha(body));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${body.toString()}\n\n`);
      return setImmediate(() => response.end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function asker(link: OpenLink) {
  const service = (path: string) => {
    const route = link.route({ to: 'service', name: 'echo', path });
    if (!route) throw new Error('no route');
    return route;
  };
  return {
    down: () => exchange(service('/down'), { timeoutMs: 240_000, maxBytes: 2 * BYTES }),
    echo: (body: string) => exchange(service('/echo'), { method: 'POST', body, timeoutMs: 60_000 }),
    up: (body: Buffer) => {
      const { url, agent } = service('/up');
      return new Promise<string>((resolve, reject) => {
        const request = http.request(url, { agent, method: 'POST' }, (response) => {
          let text = '';
          response.on('data', (part: Buffer) => (text += part.toString()));
          response.on('end', () => resolve(text));
        });
        request.on('error', reject);
        request.end(body);
      });
    },
  };
}

describe.skipIf(!sshdAvailable)(`re-keying (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  it(`loses nothing of ${BYTES >> 20} MiB each way with calls in flight`, { timeout: 300_000 }, async () => {
    const sshd = await startSshd({ config: ['RekeyLimit 256K', 'LogLevel DEBUG1'] });
    ends.push(sshd.stop);
    const url = await startEcho();
    const rig = makeDialRig({ trusts: [sshd], services: [{ name: 'echo', url }] });
    ends.push(rig.dispose);
    const link = await rig.dial(sshTo(sshd));
    const stages = rig.stages.length;
    const { down, up, echo } = asker(link);
    const body = pattern(BYTES);
    const expected = sha(body);
    const flight = { going: true };
    let calls = 0;
    const lane = async (name: number) => {
      for (; flight.going; calls += 1) {
        const text = `{"id":${calls},"lane":${name}}`;
        const { body: answer } = await echo(text);
        if (answer.toString() !== `data: ${text}\n\n`) throw new Error(`lost: ${answer.toString()}`);
      }
    };
    const lanes = Promise.all([1, 2, 3, 4].map(lane));
    const [read, written] = await Promise.all([down(), up(body)]);
    flight.going = false;
    await lanes;
    expect(sha(read.body)).toBe(expected);
    expect(written).toBe(expected);
    expect(calls).toBeGreaterThan(20);
    // sshd logs each set of new keys; those of the handshake are one
    const exchanges = sshd.log().match(/rekey out after/g)?.length ?? 0;
    expect(exchanges).toBeGreaterThan((BYTES >> 18) / 2);
    // nobody was asked, and nothing was stored anew
    expect(rig.stages.slice(stages).filter((stage) => stage === 'host-key')).toEqual([]);
    expect(fs.readFileSync(rig.knownHosts, 'utf8')).toBe(sshd.knownHostsLine());
    link.close();
  });
});

describe.skipIf(!sshdAvailable)('the keys of a connection', () => {
  /** ssh2's ciphers with their keys, of the one version whose inside is known. */
  const keysOf = (client: ssh2.Client) => {
    const { _cipher, _decipher } = (
      client as unknown as { _protocol: Record<string, Record<string, unknown>> }
    )._protocol;
    return [_cipher['_encKey'] ?? _cipher['_instance'], _decipher['_decipherKey'] ?? _decipher['_instance']];
  };

  it('are kept in the form that is quick, after a re-key too', async () => {
    const sshd = await startSshd({ config: ['RekeyLimit 64K'] });
    ends.push(sshd.stop);
    const client = new ssh2.Client();
    quickenKeys(client);
    ends.push(() => client.end());
    let handshakes = 0;
    client.on('handshake', () => (handshakes += 1));
    const ready = new Promise<void>((resolve, reject) => client.once('ready', resolve).once('error', reject));
    client.connect({
      host: '127.0.0.1',
      port: sshd.port,
      username: sshd.user,
      privateKey: fs.readFileSync(sshd.key),
      algorithms: { cipher: ['aes128-gcm@openssh.com'] },
      hostVerifier: () => true,
    });
    await ready;
    const before = keysOf(client);
    client.exec('head -c 100000 /dev/zero', (_error, channel) => channel.resume());
    await expect.poll(() => handshakes).toBeGreaterThan(1);
    const after = keysOf(client);
    for (const key of [...before, ...after]) expect(key).not.toBeInstanceOf(Uint8Array);
    for (const [index, key] of after.entries()) expect(key).not.toBe(before[index]);
  });
});

describe('a server whose host key changes at a re-key', () => {
  // ssh2's own generator makes one key in 256 that it cannot read
  const makeKey = () => generateSshKey('test');

  it('is cut with LINK_HOST_KEY_CHANGED, and the call under way with it', async () => {
    const keys = [makeKey(), makeKey()];
    const sockets = new Set<net.Socket>();
    let connection: ssh2.Connection | undefined;
    const server = new ssh2.Server({ hostKeys: [keys[0].privateKey] }, (client) => {
      connection = client;
      client.on('error', () => {});
      client.on('authentication', (attempt) =>
        attempt.method === 'password' ? attempt.accept() : attempt.reject(['password']),
      );
      client.on('ready', () => {
        client.on(
          'tcpip',
          (accept) =>
            void accept()
              .on('error', () => {})
              .resume(),
        );
        client.on('session', (accept) => accept().on('exec', (start) => start().exit(0)));
      });
    });
    const front = net.createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      server.injectSocket(socket);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    ends.push(() => {
      for (const socket of sockets) socket.destroy();
      front.close();
    });
    const { port } = front.address() as AddressInfo;
    const rig = makeDialRig({ mcpUrl: 'http://127.0.0.1:5000/mcp', secrets: { password: 'secret' } });
    ends.push(rig.dispose);
    const [type, blob] = keys[0].publicLine.split(' ');
    fs.writeFileSync(rig.knownHosts, `[127.0.0.1]:${port} ${type} ${blob}\n`);
    const auth = [{ kind: 'password' as const }];
    const link = await rig.dial({ kind: 'ssh', host: '127.0.0.1', port, user: 'root', auth, jump: [] });
    const route = link.route({ to: 'mcp' });
    if (!route || !connection) throw new Error('not connected');
    const call = exchange(route, { method: 'POST', body: '{}', timeoutMs: 10_000 }).catch((e: unknown) => e);

    // the same key again first: silence
    await new Promise<void>((resolve) => connection!.rekey(() => resolve()));
    const parsed = ssh2.utils.parseKey(keys[1].privateKey);
    if (parsed instanceof Error) throw parsed;
    const inside = connection as unknown as {
      _protocol: { _hostKeys: Record<string, ssh2.ParsedKey> };
    };
    expect(Object.keys(inside._protocol._hostKeys)).toEqual(['ssh-ed25519']);
    inside._protocol._hostKeys['ssh-ed25519'] = parsed;
    connection.rekey();
    const cause = await link.closed;
    expect(cause).toMatchObject({ code: 'LINK_HOST_KEY_CHANGED', hostKey: { host: `[127.0.0.1]:${port}` } });
    expect(await call).toBeInstanceOf(Error);
  });
});
