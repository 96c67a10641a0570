import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeIdleSockets } from '../../../electron/core/link/http/idle-agent.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import { catalystDroplet } from '../../helpers/catalyst-droplet.ts';
import { startConnectProxy } from '../../helpers/connect-proxy.ts';
import { freePort } from '../../helpers/sshd.ts';
import { defaultTiming } from '../../../electron/core/link/dialling.ts';
import { asFastMcp, makeRig, startDroplet } from './harness.ts';
import type { Droplet } from './harness.ts';
import { asked, ends, listening } from './one-dial.ts';

describe('direct link', () => {
  let droplet: Droplet;
  beforeAll(async () => {
    droplet = await startDroplet();
  });
  afterAll(() => droplet?.stop());
  afterEach(() => {
    droplet.mcp = asFastMcp;
  });
  const ask = (answer: Droplet['mcp'], timeoutMs?: number) => {
    droplet.mcp = answer;
    return asked({ kind: 'direct', url: droplet.mcpUrl }, timeoutMs);
  };
  const plainly =
    (status: number, headers: http.OutgoingHttpHeaders = {}, body = ''): Droplet['mcp'] =>
    (_request, response) =>
      response.writeHead(status, headers).end(body);

  it.each([
    ['FastMCP with sessions', asFastMcp],
    ['a stateless server', plainly(405, { allow: 'POST' })],
    ['an answer of the wrong kind', plainly(406, { 'content-type': 'application/json' })],
    [
      'legacy SSE, which never ends',
      (_request: http.IncomingMessage, response: http.ServerResponse) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: endpoint\ndata: /messages\n\n');
      },
    ],
    [
      'a server that shows JSON to a GET and speaks MCP to a POST',
      (request: http.IncomingMessage, response: http.ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        if (request.method === 'GET') return void response.end('{"name":"some server"}');
        request.on('data', (data: Buffer) => {
          const { id } = JSON.parse(data.toString()) as { id: string };
          response.end(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
        });
      },
    ],
    [
      'a server that holds the stream of a POST open',
      (request: http.IncomingMessage, response: http.ServerResponse) => {
        if (request.method === 'GET') return void response.end('hello');
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      },
    ],
  ] as [string, Droplet['mcp']][])('is fine with %s', async (_name, answer) => {
    expect((await ask(answer, 600)).result).toMatchObject({ kind: 'fine' });
  });

  it.each([
    [
      'another REST service',
      plainly(200, { 'content-type': 'application/json' }, '{"ok":true}'),
      'MCP_NOT_MCP',
      'another service',
    ],
    ['a page', plainly(200, { 'content-type': 'text/html' }, '<html>'), 'MCP_NOT_MCP', 'login page'],
    ['a missing path', plainly(404), 'MCP_NOT_FOUND', 'usually /mcp'],
    [
      'a guard of host names',
      plainly(421, {}, 'Invalid Host header'),
      'MCP_SERVER_ERROR',
      'Add 127.0.0.1:PORT',
    ],
    ['a guard of origins', plainly(403, {}, 'Forbidden Origin'), 'LINK_FORBIDDEN', '127.0.0.1:PORT'],
    ['a lock', plainly(401), 'LINK_API_KEY_REFUSED', 'Only HTTPS links carry an API key'],
    ['a circle', plainly(307, { location: '/mcp' }), 'MCP_NOT_MCP', 'Check the path'],
    [
      'half a message',
      plainly(200, { 'content-type': 'application/json' }, '{"jsonrpc":"2.0","id":'),
      'MCP_NOT_MCP',
      'another service',
    ],
    [
      'an answer that comes drop by drop and never ends',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
      'MCP_TIMEOUT',
      'restart it if it hangs',
    ],
  ] as [string, Droplet['mcp'], string, string][])(
    'says what is wrong with %s',
    async (_name, answer, code, next) => {
      const { result } = await ask(answer);
      if (result.kind !== 'mcp') throw new Error(`it is ${result.kind}`);
      expect(result.proven).toBe(true);
      expect(result.error.code).toBe(code);
      expect(result.error.next).toContain(next.replace('PORT', String(droplet.port)));
    },
  );

  it.each([
    ['another port', 'http://127.0.0.1:1/mcp'],
    ['another host', 'http://localhost:PORT/mcp'],
    ['another scheme', 'https://127.0.0.1:PORT/mcp'],
  ])('follows a 307 on its own origin with a message, and none to %s', async (_name, location) => {
    const { open, result } = await ask((request, response) => {
      if (request.url === '/mcp/') asFastMcp(request, response);
      else response.writeHead(307, { location: '/mcp/' }).end();
    });
    expect(result.kind).toBe('fine');
    expect(open.route({ to: 'mcp' })?.url.pathname).toBe('/mcp/');
    const away = await ask(plainly(307, { location: location.replace('PORT', String(droplet.port)) }));
    expect(away.result).toMatchObject({ kind: 'refused', error: { code: 'LINK_REDIRECT_REFUSED' } });
  });

  it('does not take the close of an idle connection for a failure', async () => {
    let cut = 0;
    const port = await listening(
      net.createServer((socket) => {
        socket.once('data', () => {
          cut += 1;
          if (cut === 1) socket.resetAndDestroy();
          else socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n');
        });
      }),
    );
    const { result } = await asked({ kind: 'direct', url: `http://127.0.0.1:${port}/mcp` });
    expect(result.kind).toBe('fine');
    expect(cut).toBe(2);
  });

  it('names a port of another protocol', async () => {
    const port = await listening(net.createServer((socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n')));
    const { result } = await asked({ kind: 'direct', url: `http://127.0.0.1:${port}/mcp` });
    expect(result).toMatchObject({
      kind: 'silent',
      error: { message: `What answers on 127.0.0.1:${port} does not speak HTTP.` },
    });
  });

  it.each(['direct', 'https'] as const)('knows silence within the time of one probe (%s)', async (kind) => {
    const port = await listening(net.createServer(() => {}));
    const url = `${kind === 'https' ? 'https' : 'http'}://127.0.0.1:${port}/mcp`;
    // the TLS handshake alone would be waited for longer than this test may take
    const timing = { ...defaultTiming, connectMs: 600_000 };
    const { result } = await asked({ kind, url }, 400, { timing });
    expect(result).toMatchObject({ kind: 'silent', error: { code: 'LINK_TIMEOUT' } });
  });

  it('closes idle connections itself, and never one that carries a request again', async () => {
    let connections = 0;
    const server = http.createServer((request, response) => {
      setTimeout(() => response.end(), request.url === '/slow' ? 400 : 0);
    });
    server.on('connection', () => (connections += 1));
    const port = await listening(server);
    const agent = closeIdleSockets(new http.Agent({ keepAlive: true }), 150);
    ends.push(() => agent.destroy());
    const get = (path: string) =>
      exchange(
        { url: new URL(`http://127.0.0.1:${port}${path}`), agent, headers: {} },
        { timeoutMs: 30_000 },
      );
    await get('/');
    expect((await get('/slow')).status).toBe(200);
    expect(connections).toBe(1);
    await expect.poll(() => Object.keys(agent.freeSockets).length).toBe(0);
    await get('/');
    expect(connections).toBe(2);
  });

  it('goes nowhere in clear over the internet, neither for MCP nor for a service', async () => {
    const rig = makeRig({ links: [{ kind: 'direct', url: 'http://droplet.example:5000/mcp' }] });
    ends.push(rig.dispose);
    rig.link.connect();
    expect(await rig.until('blocked')).toMatchObject({
      reason: 'config',
      error: { code: 'PROFILE_INVALID' },
    });
    const { open } = await ask(asFastMcp);
    expect(open.route({ to: 'service', name: 'far', path: '/health' })).toBeUndefined();
    expect(open.route({ to: 'service', name: 'near', path: '/health' })?.url.host).toBe('box.lan:5001');
    expect(open.facts?.()).toEqual({ certificate: null, exposed: [] });
  });
});

const PYTHON = process.env['COMPANION_TEST_PYTHON'] ?? '/opt/companion-test/bin/python3';
const SERVER = `
import sys
from fastmcp import FastMCP
FastMCP("guarded").run(transport="http", host="127.0.0.1", port=int(sys.argv[1]), path="/mcp", show_banner=False,
    host_origin_protection=True, allowed_hosts=sys.argv[2:])
`;

describe.skipIf(!catalystDroplet.available)(`direct link to FastMCP (${catalystDroplet.reason})`, () => {
  const start = async (port: number, ...hosts: string[]) => {
    const child = spawn(PYTHON, ['-c', SERVER, String(port), ...hosts], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('close', resolve));
    ends.push(async () => {
      child.kill('SIGKILL');
      await gone;
    });
    const open = async () => {
      const socket = net.connect(port, '127.0.0.1');
      const opened = await new Promise((resolve) => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      socket.destroy();
      return opened;
    };
    await expect.poll(open, { interval: 100 }).toBe(true);
  };

  it('is fine, also through its redirect of the trailing slash, and names the host that its guard lacks', async () => {
    const port = await freePort();
    await start(port, `127.0.0.1:${port}`);
    const fine = await asked({ kind: 'direct', url: `http://127.0.0.1:${port}/mcp` });
    expect(fine.result.kind).toBe('fine');
    const slash = await asked({ kind: 'direct', url: `http://127.0.0.1:${port}/mcp/` });
    expect(slash.result.kind).toBe('fine');
    expect(slash.open.route({ to: 'mcp' })?.url.pathname).toBe('/mcp');
    // a name of the LAN that leads to it, as a proxy in front does
    const lan = await startConnectProxy({ to: port });
    ends.push(lan.stop);
    const proxyFor = () => Promise.resolve(lan.url);
    const other = await asked({ kind: 'direct', url: 'http://box.lan:5000/mcp' }, 5_000, { proxyFor });
    expect(other.result).toMatchObject({
      kind: 'mcp',
      error: {
        message: 'The MCP server does not accept the host name box.lan:5000 (HTTP 421).',
        next: expect.stringContaining('FASTMCP_HTTP_ALLOWED_HOSTS'),
      },
    });
  });
});
