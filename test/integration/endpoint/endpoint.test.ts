import http from 'node:http';
import net from 'node:net';
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WholeApp } from '../../fixtures/core/whole-app.ts';
import { SdkServer } from '../../fixtures/mcp/sdk-server.ts';

type Over = Omit<http.RequestOptions, 'headers'> & { headers?: Record<string, string> };

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

const INIT =
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"http-test","version":"1"}}}';
const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

describe('the local HTTP endpoint', () => {
  let server: SdkServer;
  let serverUrl: string;
  let app: WholeApp;
  let url: URL;
  let token: string;

  beforeEach(async () => {
    server = new SdkServer();
    serverUrl = await server.listen();
    app = await WholeApp.start(serverUrl, { profile: { environment: 'demo', preset: 'generic' } });
    await app.rpc.links.connect({ profile: 'real' });
    const opened = await app.rpc.endpoint.open({ profile: 'real' });
    [url, token] = [new URL(opened.url), opened.token];
  });
  afterEach(async () => {
    await app.stop();
    await server.close();
  });

  const send = (over: Over, body = INIT): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port: url.port,
          path: '/mcp',
          method: 'POST',
          ...over,
          headers: { ...JSON_HEADERS, authorization: `Bearer ${token}`, ...over.headers },
        },
        (response) => {
          let text = '';
          response.on('data', (part: Buffer) => (text += part.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
          response.on('error', reject);
        },
      );
      request.on('error', reject);
      request.end(over.method === 'GET' || over.method === 'DELETE' ? undefined : body);
    });

  const approveAll = async () => {
    const { tools } = await app.rpc.tools.list({ profile: 'real' });
    const hashes = tools.map(({ name, hash }) => ({ name, hash }));
    await app.rpc.tools.approve({ profile: 'real', tools: hashes, as: 'read' });
  };

  it('serves the official client 1.32 with its session', async () => {
    await approveAll();
    const client = new Client({ name: 'claude-code', version: '2' }, {});
    await client.connect(
      new StreamableHTTPClientTransport(url, {
        requestInit: { headers: { authorization: `Bearer ${token}` } },
      }),
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('companion_status');
    const status = await client.callTool({ name: 'companion_status', arguments: {} });
    expect(JSON.stringify(status)).toContain('real');
    const shown = Object.values(app.state.clients);
    expect(shown).toMatchObject([{ name: 'claude-code', transport: 'http', profile: 'real' }]);
    await (client.transport as StreamableHTTPClientTransport).terminateSession();
    await client.close();
    await expect.poll(() => Object.keys(app.state.clients)).toEqual([]);
  });

  it('serves the official client 2.4', async () => {
    const client = new ClientV2({ name: 'two', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new HttpV2(url, { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('companion_status');
    await client.close();
  });

  it.each<[string, Over, number]>([
    ['no token', { headers: { authorization: '' } }, 401],
    ['a wrong token', { headers: { authorization: `Bearer ccp_${'x'.repeat(43)}` } }, 401],
    ['a token in another scheme', { headers: { authorization: 'Basic eDp5' } }, 401],
    ['a name that is rebound', { headers: { host: 'evil.example' } }, 421],
    ['a Host that only parses to loopback', { headers: { host: 'evil.example@localhost' } }, 421],
    ['a web page', { headers: { origin: 'http://localhost:3000' } }, 403],
    ['our own origin even', { headers: { origin: 'null' } }, 403],
    ['a preflight', { method: 'OPTIONS' }, 405],
    ['another path', { path: '/' }, 404],
    ['a form post', { headers: { 'content-type': 'text/plain' } }, 415],
    ['compression', { headers: { 'content-encoding': 'gzip' } }, 415],
    ['a client that takes JSON only', { headers: { accept: 'application/json' } }, 406],
    ['a session that never was', { headers: { 'mcp-session-id': 'x' }, method: 'DELETE' }, 404],
    ['a stream without a session', { method: 'GET' }, 405],
  ])('refuses %s', async (_name, over, status) => {
    const answer = await send(over);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toContain(token);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(app.state.clients).toEqual({});
  });

  it('refuses two Host headers and HTTP/1.0', async () => {
    const raw = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = net.connect(Number(url.port), '127.0.0.1', () => socket.write(text));
        let got = '';
        socket.on('data', (part) => (got += part.toString())).on('close', () => resolve(got));
        socket.on('error', reject);
      });
    const auth = `Authorization: Bearer ${token}\r\n`;
    expect(await raw(`GET /mcp HTTP/1.0\r\n${auth}\r\n`)).toMatch(/^HTTP\/1\.1 400/);
    expect(await raw(`GET /mcp HTTP/1.1\r\nHost: ${url.host}\r\nHost: x\r\n${auth}\r\n`)).toMatch(/ 400 /);
  });

  it('keeps sessions apart, refuses a second stream and an id in use, and ends with DELETE', async () => {
    const first = await send({});
    const id = String(first.headers['mcp-session-id']);
    expect(first.status).toBe(200);
    expect(first.body).toContain('"serverInfo"');
    const session = { headers: { 'mcp-session-id': id } };
    expect((await send(session, '{"jsonrpc":"2.0","method":"notifications/initialized"}')).status).toBe(202);
    const ping = await send(session, '{"jsonrpc":"2.0","id":"é","method":"ping"}');
    expect(ping.body).toBe('event: message\ndata: {"jsonrpc":"2.0","id":"é","result":{}}\n\n');
    const stream = http.request({
      host: '127.0.0.1',
      port: url.port,
      path: '/mcp',
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}`, 'mcp-session-id': id },
    });
    const opened = new Promise<http.IncomingMessage>((resolve) => stream.once('response', resolve));
    stream.end();
    expect((await opened).statusCode).toBe(200);
    expect((await send({ ...session, method: 'GET' })).status).toBe(409);
    expect((await send({ ...session, method: 'DELETE' })).status).toBe(200);
    expect((await send(session, '{"jsonrpc":"2.0","id":2,"method":"ping"}')).status).toBe(404);
    stream.destroy();
  });

  it('refuses batches, repeated keys and too much, and goes on', async () => {
    const { headers } = await send({});
    const session = { headers: { 'mcp-session-id': String(headers['mcp-session-id']) } };
    const batch = await send(session, '[{"jsonrpc":"2.0","id":1,"method":"ping"}]');
    expect([batch.status, batch.body]).toEqual([400, expect.stringContaining('-32600')]);
    expect((await send(session, '{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}')).status).toBe(400);
    const large = await send(session, `"${'x'.repeat(5 << 20)}"`).catch(() => ({ status: 413 }));
    expect(large.status).toBe(413);
    expect((await send(session, '{"jsonrpc":"2.0","id":2,"method":"ping"}')).status).toBe(200);
  });

  it('asks a person for a start as it does for a stub, and knows nothing of a token that was taken back', async () => {
    const { headers } = await send({});
    const session = { headers: { 'mcp-session-id': String(headers['mcp-session-id']) } };
    const asked = send(
      session,
      '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"start_trading_cycle","arguments":{}}}',
    );
    expect((await asked).body).toContain('not carried out');
    await app.rpc.endpoint.close({ profile: 'real' });
    await expect(send({})).rejects.toMatchObject({ code: expect.stringMatching(/^ECONN/) });
    const again = await app.rpc.endpoint.open({ profile: 'real' });
    url = new URL(again.url);
    expect((await send({})).status).toBe(401);
    token = again.token;
    expect((await send({})).status).toBe(200);
  });

  it('opens on the same port with the same tokens after a restart, and keeps no token on disk', async () => {
    const fs = await import('node:fs/promises');
    const text = await fs.readFile(`${app.dir}/settings.json`, 'utf8');
    expect(text).not.toContain(token);
    await app.app.stop();
    const next = await WholeApp.start(serverUrl, {
      dir: app.dir,
      profile: { environment: 'demo', preset: 'generic' },
    });
    app = next;
    expect(app.state.endpoint).toMatchObject({ url: url.href, profiles: ['real'], error: null });
    expect((await send({})).status).toBe(200);
  });

  it('says that its port is taken, and the app runs all the same', async () => {
    await app.app.stop();
    const holder = net.createServer();
    await new Promise<void>((resolve) => holder.listen(Number(url.port), '127.0.0.1', resolve));
    app = await WholeApp.start(serverUrl, {
      dir: app.dir,
      profile: { environment: 'demo', preset: 'generic' },
    });
    expect(app.state.endpoint).toMatchObject({ url: null, error: { code: 'APP_PORT_IN_USE' } });
    await new Promise((resolve) => holder.close(resolve));
  });
});
