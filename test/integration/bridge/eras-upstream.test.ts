// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EraMemory } from '../../../electron/core/bridge/upstream/era.ts';
import { StatelessSdkServer } from '../../fixtures/mcp/legacy-stateless.ts';
import { LegacySseServer } from '../../fixtures/mcp/legacy-sse-server.ts';
import { ModernRaw } from '../../fixtures/mcp/modern-raw.ts';
import { ModernSdkServer } from '../../fixtures/mcp/modern-sdk.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import { SdkServer } from '../../fixtures/mcp/sdk-server.ts';
import type { UpstreamClient } from '../../fixtures/mcp/upstream-client.ts';
import { Opened, failure, readable } from '../../fixtures/mcp/upstream-client.ts';

const PYTHON = process.env['COMPANION_TEST_PYTHON'] ?? '/opt/companion-test/bin/python3';
const FASTMCP = fs.existsSync(PYTHON);
const META = 'io.modelcontextprotocol/';

const open = new Opened();
afterEach(() => open.close());
const client = (...args: ConstructorParameters<typeof UpstreamClient>) => open.client(...args);
const textIn = (answer: any) => answer.result.content[0].text as string;

describe('the era is the client’s own where the server has it', () => {
  it('a dual server with sessions serves a 2025 client by initialize and a 2026 client without', async () => {
    const server = new ModernRaw();
    server.legacy = true;
    open.add(server);
    const url = await server.listen();
    const eras = new EraMemory();
    const classic = client(url, 'legacy', { eras });
    expect(textIn(await classic.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    expect(classic.upstream.facts?.era).toBe('legacy');
    expect(server.count('initialize')).toBe(1);
    expect(server.count('server/discover')).toBe(0);

    const modern = client(url, 'modern', { eras });
    const answer = await modern.askModern('tools/call', { name: 'echo', arguments: { text: 'b' } });
    expect(answer.result.resultType).toBe('complete');
    expect(modern.upstream.facts).toMatchObject({ era: 'modern', serverInfo: { name: 'modern-raw' } });
    expect(server.count('initialize')).toBe(1);

    // a third session knows already
    const third = client(url, 'modern', { eras });
    await third.askModern('tools/call', { name: 'echo', arguments: { text: 'c' } });
    expect(server.count('server/discover')).toBe(1);
  });

  it('a dual server without sessions (SDK 2.4) serves a 2025 client in its modern era', async () => {
    const server = new ModernSdkServer('stateless');
    open.add(server);
    const url = await server.listen();
    const eras = new EraMemory();
    const classic = client(url, 'legacy', { eras, capabilities: { elicitation: {} } });
    expect(textIn(await classic.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    expect(classic.upstream.facts?.era).toBe('modern');
    expect(classic.restores).toEqual([false]);
    // what single requests of the earlier eras cannot do
    classic.onAsked = () => ({ result: { action: 'accept', content: { n: 3 } } });
    expect(textIn(await classic.ask('tools/call', { name: 'get_answer' }))).toContain('accept');
    await until(() => server.methods.includes('subscriptions/listen'));
    server.notify.toolsChanged();
    await until(() => classic.heard.some(({ method }) => method === 'notifications/tools/list_changed'));

    const second = client(url, 'legacy', { eras });
    await second.ask('tools/call', { name: 'echo', arguments: { text: 'b' } });
    expect(server.methods.filter((method) => method === 'initialize')).toHaveLength(1);
    expect(server.methods.filter((method) => method === 'server/discover')).toHaveLength(1);
  });

  it.each([true, false])(
    'a classic client that prefers the modern era gets it where it is: %s',
    async (has) => {
      const server = new ModernRaw();
      server.legacy = true;
      server.modern = has;
      open.add(server);
      const one = client(await server.listen(), 'legacy', { prefer: 'modern' });
      const answer = await one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } });
      expect(textIn(answer)).toBe('a');
      expect(answer.result).not.toHaveProperty('resultType');
      expect(one.upstream.facts?.era).toBe(has ? 'modern' : 'legacy');
      expect(server.count('initialize')).toBe(has ? 0 : 1);
      const call = server.raw.seen.findLast(({ message }) => message?.method === 'tools/call');
      expect(call?.headers['mcp-method']).toBe(has ? 'tools/call' : undefined);
    },
  );

  it('a server that fails at server/discover is used in its own era by who only prefers the other', async () => {
    const server = new ModernRaw();
    server.modern = false;
    server.on = (message, response) => {
      if (message?.method !== 'server/discover') return false;
      response.writeHead(500).end();
      return true;
    };
    open.add(server);
    const one = client(await server.listen(), 'legacy', { prefer: 'modern' });
    expect(textIn(await one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    expect(one.upstream.facts?.era).toBe('legacy');
  });

  it('a modern-only server (SDK 2.4) serves a 2025 client by translation, found once for all sessions', async () => {
    const server = new ModernSdkServer('reject');
    open.add(server);
    const url = await server.listen();
    const eras = new EraMemory();
    const first = client(url, 'legacy', { eras });
    const answer = await first.ask('tools/call', { name: 'echo', arguments: { text: 'ünï' } });
    expect(textIn(answer)).toBe('ünï');
    expect(answer.result).not.toHaveProperty('resultType');
    expect(first.upstream.facts).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
    const second = client(url, 'legacy', { eras });
    await second.ask('tools/call', { name: 'echo', arguments: { text: 'b' } });
    expect(server.methods.filter((method) => method === 'initialize')).toHaveLength(1);
    expect(server.methods.filter((method) => method === 'server/discover')).toHaveLength(1);
  });

  it.each([false, true])('a 2025 server (SDK 1.32, JSON %s) serves a 2026 client', async (json) => {
    const server = new SdkServer(json);
    open.add(server);
    const modern = client(await server.listen(), 'modern');
    const answer = await modern.askModern('tools/call', { name: 'echo', arguments: { text: 'a' } });
    expect(textIn(answer)).toBe('a');
    expect(modern.upstream.facts?.era).toBe('legacy');
    expect(server.sessions).toBe(1);
  });

  it('a 2025 server without sessions (SDK 1.32, JSON) serves both', async () => {
    const server = new StatelessSdkServer();
    open.add(server);
    const url = await server.listen();
    const classic = client(url);
    expect(textIn(await classic.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    const modern = client(url, 'modern');
    const answer = await modern.askModern('tools/call', { name: 'echo', arguments: { text: 'b' } });
    expect(textIn(answer)).toBe('b');
    expect(modern.upstream.facts?.era).toBe('legacy');
    expect(server.methods.filter((method) => method === 'initialize')).toHaveLength(2);
  });

  it('a hand-written 2025 server that answers JSON serves both', async () => {
    const raw = new RawUpstream();
    open.add(raw);
    raw.sse = false;
    raw.on = (message, response) => {
      if (message?.method === 'server/discover') {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`{"jsonrpc":"2.0","id":${message.id},"error":{"code":-32601,"message":"no"}}`);
        return true;
      }
      return false;
    };
    const url = await raw.listen();
    for (const era of ['legacy', 'modern'] as const) {
      const one = client(url, era);
      expect((await one.askModern('tools/list')).result.tools.length).toBeGreaterThan(0);
    }
    // what only the modern era says of itself does not reach a server of the earlier ones
    const list = raw.seen.filter(({ message }) => message?.method === 'tools/list').at(-1);
    expect(list?.body).not.toContain(META);
    expect(list?.headers).not.toHaveProperty('mcp-method');
  });

  it('what a 2026 client says in each request a 2025 server is told once', async () => {
    const raw = new RawUpstream();
    open.add(raw);
    raw.on = (message, response) => {
      if (message?.method !== 'resources/read') return false;
      raw.reply(response, message, { error: { code: -32002, message: 'none', data: { uri: 'x' } } });
      return true;
    };
    const one = client(await raw.listen(), 'modern');
    for (const level of ['debug', 'debug', 'info', undefined])
      await one.askModern('tools/list', {}, {}, level ? { [`${META}logLevel`]: level } : {});
    const told = raw.seen.filter(({ message }) => message?.method === 'logging/setLevel');
    expect(told.map(({ message }) => message.params.level)).toEqual(['debug', 'info']);
    const missing = await one.askModern('resources/read', { uri: 'x' });
    expect(missing.error).toEqual({ code: -32602, message: 'none', data: { uri: 'x' } });
  });

  it('what a 2026 client notifies is told to a 2025 server without what only that era says', async () => {
    const raw = new RawUpstream();
    open.add(raw);
    const one = client(await raw.listen(), 'modern');
    const _meta = { [`${META}protocolVersion`]: '2026-07-28', [`${META}clientCapabilities`]: {} };
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled' };
    await one.upstream.notify(JSON.stringify({ ...cancel, params: { requestId: 7, _meta } }));
    await one.upstream.notify(
      JSON.stringify({ ...cancel, params: { requestId: 8, _meta: { ..._meta, a: 1 } } }),
    );
    const told = raw.seen.filter(({ message }) => message?.method === 'notifications/cancelled');
    expect(told.map(({ message }) => message.params)).toEqual([
      { requestId: 7 },
      { requestId: 8, _meta: { a: 1 } },
    ]);
    await one.askModern('tools/list');
    expect(raw.seen.at(-1)?.message.params).toEqual({});
  });

  it('a server of 2024-11-05 (SDK 1.32 SSE) serves both', async () => {
    const server = new LegacySseServer();
    open.add(server);
    const url = await server.listen();
    for (const era of ['legacy', 'modern'] as const) {
      const one = client(url, era, { capabilities: { roots: {} } });
      one.onAsked = () => ({ result: { roots: [{ uri: 'file:///é' }] } });
      expect(textIn(await one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
      expect(textIn(await one.ask('tools/call', { name: 'get_roots' }))).toContain('file:///é');
      expect(one.upstream.facts?.era).toBe('legacy');
    }
    expect(server.sessions).toBe(2);
  });

  describe.skipIf(!FASTMCP)('Python FastMCP 4 (from pip in a venv, needs python3-venv)', () => {
    let python: ChildProcess;
    let url = '';

    beforeEach(async () => {
      const file = path.resolve(import.meta.dirname, '../../fixtures/mcp/fastmcp_server.py');
      python = spawn(PYTHON, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
      const port = await new Promise<string>((resolve) =>
        python.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim())),
      );
      url = `http://127.0.0.1:${port}/mcp`;
      for (let tries = 0; tries < 300; tries++) {
        const answer = await fetch(url, { method: 'GET' }).catch(() => undefined);
        if (answer) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });

    afterEach(async () => {
      const gone = new Promise((resolve) => python.once('exit', resolve));
      python.kill('SIGKILL');
      await gone;
    });

    it('serves each client in its own era, without the session id of its refusals', async () => {
      const classic = client(url);
      expect(textIn(await classic.ask('tools/call', { name: 'get_state', arguments: { text: 'é' } }))).toBe(
        'é',
      );
      expect(classic.upstream.facts?.era).toBe('legacy');
      const modern = client(url, 'modern');
      const answer = await modern.askModern('tools/call', { name: 'get_state', arguments: { text: 'é' } });
      expect(textIn(answer)).toBe('é');
      expect(answer.result.resultType).toBe('complete');
      expect(modern.upstream.facts?.era).toBe('modern');
    });
  });
});

describe('a server that is not what it was, or nothing of the kind', () => {
  it('a 2025 session whose server is modern now ends; nothing is sent again, the next one fits', async () => {
    const server = new ModernRaw();
    open.add(server);
    server.legacy = true;
    const one = client(await server.listen());
    await one.ask('tools/list');
    expect(one.upstream.facts?.era).toBe('legacy');
    server.legacy = false;
    const gated = await failure(one.ask('tools/call', { name: 'start_trading_cycle' }));
    expect(gated.fate).toBe('refused');
    expect(server.count('tools/call')).toBe(1);
    expect(gated.message).not.toContain('-3202');
    expect(textIn(await one.ask('tools/call', { name: 'echo' }))).toBe('echo');
    expect(one.upstream.facts?.era).toBe('modern');
    expect(one.restores).toEqual([false, true]);
  });

  it('a read is told that the session is lost, so that the bridge reads again; a ping finds it first', async () => {
    const server = new ModernRaw();
    open.add(server);
    server.legacy = true;
    const url = await server.listen();
    const one = client(url);
    await one.ask('tools/list');
    server.legacy = false;
    const read = await failure(one.ask('tools/call', { name: 'echo' }, { signal: readable() }));
    expect(read).toMatchObject({ fate: 'refused', sessionLost: true });
    // and the other way round
    server.modern = false;
    server.raw.sessions.clear();
    expect((await one.ask('tools/list')).result.tools).toHaveLength(7);
    server.modern = true;
    server.legacy = false;
    const clock = { now: () => 0, monotonic: () => (time += 6000), after: () => () => {} };
    let time = 0;
    const other = client(url, 'legacy', { clock });
    await other.upstream.open();
    expect(other.upstream.facts?.era).toBe('modern');
    server.modern = false;
    await other.upstream.verify(5000);
    expect(other.upstream.facts?.era).toBe('legacy');
    server.modern = true;
    await other.upstream.verify(5000);
    expect(other.upstream.facts?.era).toBe('modern');
  });

  it('a modern session whose server is of an earlier era now ends likewise', async () => {
    const server = new ModernRaw();
    open.add(server);
    const one = client(await server.listen());
    await one.ask('tools/list');
    expect(one.upstream.facts?.era).toBe('modern');
    server.modern = false;
    const read = await failure(one.ask('resources/read', { uri: 'x' }));
    expect(read).toMatchObject({ fate: 'refused', sessionLost: true });
    expect((await one.ask('resources/read', { uri: 'x' })).result.contents).toHaveLength(1);
    expect(one.upstream.facts?.era).toBe('legacy');
  });

  it('one bad request does not end a modern session', async () => {
    const server = new ModernRaw();
    open.add(server);
    const one = client(await server.listen());
    await one.ask('tools/list');
    await until(() => server.listens.length === 1);
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      response.writeHead(400, { 'content-type': 'text/html' }).end('<h1>Bad Request</h1>');
      return true;
    };
    const error = await failure(one.ask('tools/call', { name: 'echo' }, { signal: readable() }));
    expect(error).toMatchObject({ fate: 'refused', sessionLost: false });
    expect(one.upstream.facts?.era).toBe('modern');
    expect(server.listens).toHaveLength(1);
  });

  it.each([
    ['discover answered with a web page', 200, 'text/html', '<h1>Sign in</h1>', 'MCP_NOT_MCP'],
    ['no right to come in', 401, 'application/json', '{}', 'LINK_API_KEY_REFUSED'],
    ['a host name that is not accepted', 421, 'text/plain', 'Misdirected', 'LINK_FORBIDDEN'],
    ['a server that fails', 500, 'text/plain', 'oops', 'MCP_SERVER_ERROR'],
    ['no MCP at all', 404, 'text/html', '<h1>Not found</h1>', 'MCP_NOT_FOUND'],
    ['no POST at all', 405, 'text/plain', '', 'MCP_NOT_MCP'],
  ])('%s', async (_what, status, type, body, code) => {
    const raw = new RawUpstream();
    open.add(raw);
    raw.on = (_message, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
      return true;
    };
    const url = await raw.listen();
    for (const era of ['legacy', 'modern'] as const) {
      const error = await failure(client(url, era).ask('tools/call', { name: 'start_x' }));
      expect(error).toMatchObject({ fate: 'unsent', error: { code } });
    }
    expect(raw.count('tools/call')).toBe(0);
    // only what says nothing of the era is not asked further
    const isDecided = [401, 421, 500].includes(status);
    expect(raw.seen.some(({ method }) => method === 'GET')).toBe([404, 405].includes(status));
    expect(raw.count('initialize')).toBe(isDecided ? 1 : 2);
  });

  it('a discover that nobody answers is an outage and no verdict', async () => {
    const server = new ModernRaw();
    open.add(server);
    server.on = (message) => message?.method === 'server/discover';
    const one = client(await server.listen(), 'modern', { discoverMs: 1_000 });
    const error = await failure(one.askModern('tools/list'));
    expect(error).toMatchObject({ fate: 'unsent', error: { code: 'MCP_TIMEOUT' } });
    expect(server.count('initialize')).toBe(0);
    server.on = undefined;
    expect((await one.askModern('tools/list')).result.resultType).toBe('complete');
  });

  it.each([
    [-32022, { supported: ['2025-11-25'] }, 'legacy'],
    [-32601, {}, 'legacy'],
    [-32000, {}, 'legacy'],
    [-32022, { supported: ['2026-07-28'] }, 'modern'],
    [-32021, {}, 'modern'],
  ])('server/discover answered with %d %o: %s', async (code, data, era) => {
    const server = new ModernRaw();
    open.add(server);
    server.legacy = true;
    server.on = (message, response) => {
      if (message?.method !== 'server/discover') return false;
      // the session id on a refusal is nobody's
      response.setHeader('mcp-session-id', 'bogus');
      server.error(response, 400, message.id, code, 'no', data);
      return true;
    };
    const one = client(await server.listen(), 'modern');
    await one.askModern('tools/list');
    expect(one.upstream.facts?.era).toBe(era);
    expect(server.raw.seen.some(({ headers }) => headers['mcp-session-id'] === 'bogus')).toBe(false);
    const first = server.raw.seen.find(({ message }) => message?.method === 'initialize');
    expect(first?.headers['mcp-session-id']).toBeUndefined();
  });

  it('a link to another address is asked anew', async () => {
    const one = new ModernRaw();
    const other = new RawUpstream();
    open.add(one, other);
    const there = client(await one.listen());
    await there.ask('tools/list');
    expect(there.upstream.facts?.era).toBe('modern');
    there.link.goTo(await other.listen());
    const read = await failure(there.ask('resources/read', { uri: 'x' }));
    expect(read).toMatchObject({ fate: 'refused', sessionLost: true });
    expect((await there.ask('resources/read', { uri: 'x' })).result.contents).toHaveLength(1);
    expect(there.upstream.facts?.era).toBe('legacy');
    expect(there.eras.of(new URL(one.raw.url)).modern).toBeDefined();
  });

  it('a server of the future only is said to be one', async () => {
    const server = new ModernRaw();
    open.add(server);
    server.on = (message, response) => {
      server.error(response, 400, message?.id, -32022, 'no', { supported: ['2030-01-01'] });
      return true;
    };
    const error = await failure(client(await server.listen()).ask('tools/list'));
    expect(error.message).toContain('2030-01-01');
  });
});
