import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Clock } from '../../../electron/core/ports.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { WEB_CSP } from '../../../electron/web/headers.ts';
import type { WebServer } from '../../../electron/web/server.ts';
import { startWeb } from '../../../electron/web/server.ts';
import { appState, fakeApp, profileState } from '../../helpers/fake-app.ts';
import type { FakeApp } from '../../helpers/fake-app.ts';

let dir: string;
let web: WebServer;
let app: FakeApp;
let port: number;
let now = 0;
const clock: Clock = { ...systemClock, now: () => now };

beforeEach(async () => {
  now = 1_000_000;
  dir = await mkdtemp(path.join(os.tmpdir(), 'web-'));
  const page = path.join(dir, 'page');
  await mkdir(path.join(page, 'assets'), { recursive: true });
  await writeFile(path.join(page, 'index.html'), '<!doctype html><title>Companion</title>');
  await writeFile(path.join(page, 'assets', 'main-1a2b.js'), `"${'x'.repeat(5000)}"`);
  await writeFile(path.join(page, 'notes.txt'), 'not a kind of file the page has');
  await writeFile(path.join(dir, 'secret.js'), 'outside');
  app = fakeApp(appState([profileState('demo', { state: 'off' }, 'demo')]));
  web = await startWeb({ app, pageDir: page, clock });
  port = Number(new URL(web.origin).port);
});

afterEach(async () => {
  await web.close();
  await rm(dir, { recursive: true });
});

/** Sends bytes as they are and returns the head and body of the answer, so that headers can be wrong or missing. */
function raw(text: string): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (part) => {
      answer += part;
      if (answer.includes('101 Switching')) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), head: head.toLowerCase(), body });
    });
  });
}

function request(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      { host: '127.0.0.1', port, method, path: url, headers: { host: `127.0.0.1:${port}`, ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const token = () => new URL(web.url()).hash.slice('#token='.length);
const json = () => ({ origin: web.origin, 'content-type': 'application/json' });
const signIn = (with_: string, headers: Record<string, string> = json()) =>
  request('POST', '/session', headers, JSON.stringify({ token: with_ }));
async function cookie(): Promise<string> {
  const answer = await signIn(token());
  return (answer.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
}

/** `open`, or the status the upgrade was refused with. */
function dial(headers: Record<string, string>, protocol = 'companion.v1'): Promise<WebSocket | number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, protocol, { headers });
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (outgoing, answer) => {
      resolve(answer.statusCode ?? 0);
      outgoing.destroy();
    });
    socket.on('error', (error) => {
      if (!/closed before/.test(error.message)) reject(error);
    });
  });
}

describe('what the dashboard server gives', () => {
  it('serves the page with the policy of the product, and nothing else of the disk', async () => {
    const index = await request('GET', '/');
    expect(index.status).toBe(200);
    expect(index.body.toString()).toContain('<title>Companion</title>');
    expect(index.headers['content-security-policy']).toBe(WEB_CSP);
    expect(index.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    const asset = await request('GET', '/assets/main-1a2b.js?v=1');
    expect(asset.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(asset.headers['cache-control']).toContain('immutable');
    expect((await request('HEAD', '/')).body.length).toBe(0);
    expect((await request('GET', '/notes.txt')).status).toBe(404);
  });

  it('compresses the page for those who ask', async () => {
    await expect
      .poll(async () => {
        const answer = await request('GET', '/assets/main-1a2b.js', { 'accept-encoding': 'gzip, br' });
        return answer.headers['content-encoding'] === 'br' && brotliDecompressSync(answer.body).length;
      })
      .toBe(5002);
  });

  it('trades a token for a cookie, which opens the router and survives a reload', async () => {
    const answer = await signIn(token());
    expect(answer.status).toBe(204);
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^companion-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
    );
    const headers = { cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '', origin: web.origin };
    for (const _reload of [1, 2]) {
      const socket = (await dial(headers)) as WebSocket;
      const client = createORPCClient<any>(new RPCLink({ websocket: socket as any }));
      expect(await client.app.info()).toMatchObject({ version: '0.1.0' });
      const events = await client.state.follow();
      expect((await events.next()).value).toMatchObject({ type: 'snapshot', state: { order: ['demo'] } });
      app.set(appState());
      expect((await events.next()).value).toMatchObject({ seq: expect.any(Number), state: { order: [] } });
      app.set(appState([profileState('demo', { state: 'off' }, 'demo')]));
      socket.terminate();
    }
  });

  it('lets the page in under localhost as well', async () => {
    const home = `http://localhost:${port}`;
    const answer = await signIn(token(), { ...json(), host: `localhost:${port}`, origin: home });
    expect(answer.status).toBe(204);
  });

  it('counts as a screen for consent exactly while a signed-in page is open', async () => {
    const headers = { cookie: await cookie(), origin: web.origin };
    expect(app.attached).toBe(0);
    const first = (await dial(headers)) as WebSocket;
    const second = (await dial(headers)) as WebSocket;
    expect(app.attached).toBe(1);
    first.close();
    await new Promise((resolve) => first.on('close', resolve));
    expect(app.attached).toBe(1);
    second.terminate();
    await expect.poll(() => app.attached).toBe(0);
  });

  it('closes with pages open, twice, and leaves the port free', async () => {
    await dial({ cookie: await cookie(), origin: web.origin });
    await Promise.all([web.close(), web.close()]);
    expect(app.attached).toBe(0);
    web = await startWeb({ app, pageDir: path.join(dir, 'page'), port, clock });
    expect(web.origin).toBe(`http://127.0.0.1:${port}`);
  });

  it('names the port and its holder when the port is taken', async () => {
    const second = startWeb({ app, pageDir: path.join(dir, 'page'), port, clock });
    await expect(second).rejects.toMatchObject({
      code: 'APP_PORT_IN_USE',
      message: expect.stringMatching(
        process.platform === 'linux' ? `Port ${port} .*\\(node, process ${process.pid}\\)` : `Port ${port}`,
      ),
    });
  });
});

describe('what cannot be used up by others', () => {
  it('serves again after more connections than it takes, and takes no more', async () => {
    const sockets = Array.from({ length: 400 }, () => net.connect(port, '127.0.0.1'));
    let gone = 0;
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.on('close', () => (gone += 1));
      socket.write('GET / HTTP/1.1\r\n');
    }
    await expect.poll(() => gone).toBe(400 - 256);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await request('GET', '/').catch(() => undefined))?.status).toBe(200);
  });
});

describe('what the gate turns away', () => {
  it.each([
    'evil.example',
    'evil.example@127.0.0.1',
    '127.0.0.1.evil.example',
    '0x7f.1',
    '2130706433',
    '0.0.0.0',
    '[::1]',
    '127.1',
    'LOCALHOST',
    'localhost.',
  ])('a rebinding Host: %s', async (host) => {
    for (const name of [host, `${host}:${port}`]) {
      const answer = await raw(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain('Companion');
    }
  });

  it.each(['127.0.0.1', 'localhost', '127.0.0.1:1'])('a Host with another or no port: %s', async (host) => {
    expect((await raw(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).status).toBe(403);
  });

  it('two Host headers, none, and HTTP/1.0', async () => {
    const good = `Host: 127.0.0.1:${port}\r\n`;
    expect((await raw(`GET / HTTP/1.1\r\n${good}Host: evil\r\nConnection: close\r\n\r\n`)).status).toBe(400);
    expect((await raw(`GET / HTTP/1.1\r\n${good}${good}Connection: close\r\n\r\n`)).status).toBe(400);
    expect((await raw(`GET / HTTP/1.1\r\nConnection: close\r\n\r\n`)).status).toBe(400);
    expect((await raw(`GET / HTTP/1.0\r\n\r\n`)).status).toBe(400);
    expect((await raw(`GET / HTTP/1.0\r\n${good}\r\n`)).status).toBe(400);
  });

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/..\\secret.js',
    '//secret.js',
    '/assets/main-1a2b.js%00',
    '/etc/passwd',
  ])('a path out of the page: %s', async (url) => {
    expect((await request('GET', url)).status).toBe(404);
  });

  it('a request target that is a whole URL', async () => {
    const text = `GET http://127.0.0.1:${port}/ HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`;
    expect((await raw(text)).status).toBe(400);
  });

  it('a page of another origin, whatever it asks for', async () => {
    for (const origin of ['http://evil.example', `https://127.0.0.1:${port}`, 'http://127.0.0.1:1', 'null']) {
      expect((await request('GET', '/', { origin })).status).toBe(403);
      expect((await signIn(token(), { ...json(), origin })).status).toBe(403);
    }
  });

  it('OPTIONS, without any CORS header', async () => {
    const answer = await request('OPTIONS', '/session', {
      origin: web.origin,
      'access-control-request-method': 'POST',
    });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('the question whether a cookie is a session’s, for one that is none', async () => {
    const session = await cookie();
    const ask = async (headers: Record<string, string>) => (await request('GET', '/session', headers)).status;
    expect(await ask({ cookie: session })).toBe(204);
    expect(await ask({ cookie: `${session}x` })).toBe(401);
    expect(await ask({})).toBe(401);
    expect(await ask({ cookie: session, origin: 'http://evil.example' })).toBe(403);
  });

  it('a sign-in that is no JSON post of our page', async () => {
    const body = JSON.stringify({ token: token() });
    expect((await request('PUT', '/session', json())).status).toBe(405);
    expect(
      (await request('POST', '/session', { origin: web.origin, 'content-type': 'text/plain' }, body)).status,
    ).toBe(415);
    expect((await request('POST', '/session', { origin: web.origin }, body)).status).toBe(415);
    expect((await request('POST', '/session', { 'content-type': 'application/json' }, body)).status).toBe(
      403,
    );
    expect((await signIn(token(), { ...json(), 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await request('POST', '/', json(), body)).status).toBe(405);
  });

  it('a token that is wrong, used, too old or no text', async () => {
    const good = token();
    expect((await signIn(`${good}x`)).status).toBe(403);
    expect((await request('POST', '/session', json(), '{"token":{}}')).status).toBe(403);
    expect((await request('POST', '/session', json(), 'null')).status).toBe(403);
    expect((await request('POST', '/session', json(), '{')).status).toBe(403);
    now += 5 * 60_000 - 1;
    expect((await signIn(good)).status).toBe(204);
    expect((await signIn(good)).status).toBe(403);
    const old = token();
    now += 5 * 60_000;
    const answer = await signIn(old);
    expect(answer.status).toBe(403);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.body.toString()).not.toContain(old);
  });

  it('a WebSocket without cookie, with a wrong one, from another page, host or protocol', async () => {
    const good = { cookie: await cookie(), origin: web.origin };
    const [name] = good.cookie.split('=');
    expect(await dial({ origin: web.origin })).toBe(401);
    expect(await dial({ ...good, cookie: `${name}=${'A'.repeat(43)}` })).toBe(401);
    expect(await dial({ ...good, cookie: `${good.cookie}; ${name}=x` })).toBe(401);
    expect(await dial({ cookie: good.cookie })).toBe(403);
    expect(await dial({ ...good, origin: 'http://evil.example' })).toBe(403);
    expect(await dial({ ...good, origin: `http://localhost:${port}` })).toBe(403);
    expect(await dial({ ...good, host: 'evil.example' })).toBe(403);
    expect(await dial({ ...good, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await dial(good, 'other')).toBe(400);
    const upgrade = `Host: 127.0.0.1:${port}\r\nOrigin: ${web.origin}\r\nCookie: ${good.cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: companion.v1\r\n\r\n`;
    expect((await raw(`GET /rpc HTTP/1.1\r\n${upgrade}`)).status).toBe(101);
    expect((await raw(`GET /other HTTP/1.1\r\n${upgrade}`)).status).toBe(404);
    expect((await raw(`GET /rpc HTTP/1.1\r\nHost: evil\r\n${upgrade}`)).status).toBe(400);
    expect(app.attached).toBe(0);
  });

  it('a message that is too large, by closing that page alone', async () => {
    const headers = { cookie: await cookie(), origin: web.origin };
    const socket = (await dial(headers)) as WebSocket;
    socket.send(Buffer.alloc(2 << 20));
    expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1009);
    expect(typeof (await dial(headers))).toBe('object');
  });
});
