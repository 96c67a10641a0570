// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UpstreamFailure } from '../../../electron/core/bridge/failure.ts';
import { EraMemory } from '../../../electron/core/bridge/upstream/era.ts';
import { LegacySseServer } from '../../fixtures/mcp/legacy-sse-server.ts';
import { ModernRaw } from '../../fixtures/mcp/modern-raw.ts';
import { ModernSdkServer } from '../../fixtures/mcp/modern-sdk.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import { SdkServer } from '../../fixtures/mcp/sdk-server.ts';
import { UpstreamClient, readable } from '../../fixtures/mcp/upstream-client.ts';

const PYTHON = process.env['COMPANION_TEST_PYTHON'] ?? '/opt/companion-test/bin/python3';
const FASTMCP = fs.existsSync(PYTHON);
const META = 'io.modelcontextprotocol/';

/** Ended after each test, whatever became of it. */
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

function client(...args: ConstructorParameters<typeof UpstreamClient>): UpstreamClient {
  const made = new UpstreamClient(...args);
  open.push(made);
  return made;
}

async function failure(promise: Promise<unknown>): Promise<UpstreamFailure> {
  const error: unknown = await promise.then(
    (value) => new Error(`no failure but ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof UpstreamFailure) return error;
  throw error as Error;
}

const textIn = (answer: any) => answer.result.content[0].text as string;

describe('the era is the client’s own where the server has it', () => {
  it('a dual server (SDK 2.4) serves a 2025 client by initialize and a 2026 client without', async () => {
    const server = new ModernSdkServer('stateless');
    open.push(server);
    const url = await server.listen();
    const eras = new EraMemory();
    const classic = client(url, 'legacy', { eras });
    expect(textIn(await classic.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    expect(classic.upstream.facts?.era).toBe('legacy');
    expect(server.methods).toContain('initialize');
    expect(server.methods).not.toContain('server/discover');

    const modern = client(url, 'modern', { eras });
    const answer = await modern.askModern('tools/call', { name: 'echo', arguments: { text: 'b' } });
    expect(answer.result.resultType).toBe('complete');
    expect(modern.upstream.facts).toMatchObject({ era: 'modern', serverInfo: { name: 'modern-fixture' } });
    expect(server.methods.filter((method) => method === 'initialize')).toHaveLength(1);

    // a third session knows already
    const third = client(url, 'modern', { eras });
    await third.askModern('tools/call', { name: 'echo', arguments: { text: 'c' } });
    expect(server.methods.filter((method) => method === 'server/discover')).toHaveLength(1);
  });

  it('a modern-only server (SDK 2.4) serves a 2025 client by translation, found once for all sessions', async () => {
    const server = new ModernSdkServer('reject');
    open.push(server);
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
    open.push(server);
    const modern = client(await server.listen(), 'modern');
    const answer = await modern.askModern('tools/call', { name: 'echo', arguments: { text: 'a' } });
    expect(textIn(answer)).toBe('a');
    expect(modern.upstream.facts?.era).toBe('legacy');
    expect(server.sessions).toBe(1);
  });

  it('a stateless 2025 server that answers JSON serves both', async () => {
    const raw = new RawUpstream();
    open.push(raw);
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

  it('a server of 2024-11-05 (SDK 1.32 SSE) serves both', async () => {
    const server = new LegacySseServer();
    open.push(server);
    const url = await server.listen();
    for (const era of ['legacy', 'modern'] as const) {
      const one = client(url, era, { capabilities: { roots: {} } });
      one.onAsked = () => ({ result: { roots: [{ uri: 'file:///é' }] } });
      expect(textIn(await one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
      expect(textIn(await one.ask('tools/call', { name: 'get_roots' }))).toContain('file:///é');
      expect(one.upstream.facts?.era).toBe('legacy');
    }
    expect(server.sessions).toBe(2);
    for (const one of open.splice(1)) await one.close();
    await until(() => server.sessions === 0);
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

describe('a 2025 client on a server of 2026-07-28', () => {
  let server: ModernRaw;
  let url: string;

  beforeEach(async () => {
    server = new ModernRaw();
    open.push(server);
    url = await server.listen();
  });

  it('every byte of the client stays; _meta and headers are added', async () => {
    const one = client(url, 'legacy', { capabilities: { roots: {}, 'x/é': 1e2 } });
    const id = one.upstream.newId();
    const args = '{"text":"\\u00e9 \\ud83d\\ude00","big":12345678901234567890,"f":1.0e+2}';
    await one.raw(
      id,
      `{"jsonrpc":"2.0" , "id":${id},"method":"tools/call","params":{"name":"échö\\t","arguments":${args} ,"_meta":{ "progressToken":"p","x/y":1.50}}}`,
    );
    const seen = server.raw.seen.find(({ message }) => message?.method === 'tools/call');
    expect(seen?.body).toContain(`"arguments":${args} ,`);
    expect(seen?.body).toContain('"progressToken":"p","x/y":1.50');
    expect(seen?.message.params._meta).toMatchObject({
      progressToken: 'p',
      [`${META}protocolVersion`]: '2026-07-28',
      [`${META}clientInfo`]: { name: 'test', version: '1' },
      [`${META}clientCapabilities`]: { roots: {}, 'x/é': 100 },
    });
    expect(seen?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': `=?base64?${Buffer.from('échö\t').toString('base64')}?=`,
    });
    expect(seen?.headers).not.toHaveProperty('mcp-session-id');
  });

  it('a complete result loses its resultType and nothing else', async () => {
    const results = [
      '{"resultType":"complete","content":[],"n":1.0}',
      '{"content":[], "resultType" : "complete" , "n":1.0}',
      '{"content":[],"n":1.0 ,"resultType":"complete"}',
      '{"resultType":"complete"}',
      `{"content":[{"type":"text","text":"${'x'.repeat(100_000)}"}],"resultType":"complete"}`,
      `{"resultType":"complete","structuredContent":{"resultType":"complete"},"t":"${'x'.repeat(100_000)}"}`,
    ];
    const one = client(url);
    const answers: string[] = [];
    for (const result of results) {
      server.on = (message, response) => {
        if (message?.method !== 'tools/call') return false;
        server.result(response, message.id, result);
        return true;
      };
      const id = one.upstream.newId();
      const body = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo"}}`;
      const answer = await one.upstream.request(id, body, { timeoutMs: 5000 });
      const text = Buffer.concat([...answer.bytes]).toString();
      answers.push(text.slice(text.indexOf('"result":') + 9, -1));
    }
    expect(answers).toEqual([
      '{"content":[],"n":1.0}',
      '{"content":[], "n":1.0}',
      '{"content":[],"n":1.0 }',
      '{}',
      results[4]?.replace(',"resultType":"complete"', ''),
      results[5]?.replace('"resultType":"complete",', ''),
    ]);
  });

  it('a kind of result that nobody knows is no result', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      server.result(response, message.id, '{"resultType":"odd","content":[]}');
      return true;
    };
    const error = await failure(client(url).ask('tools/call', { name: 'start_trading_cycle' }));
    expect(error.fate).toBe('lost');
    expect(error.message).toContain('odd');
    expect(server.count('tools/call')).toBe(1);
    // a client of the modern era judges by itself: it may have asked for an extension
    const modern = client(url, 'modern');
    expect((await modern.askModern('tools/call', { name: 'echo' })).result.resultType).toBe('odd');
  });

  it('input_required becomes requests to the client; the state goes back byte for byte', async () => {
    const states = ['"a\\u00e9é\\ud83d\\/\\u2028 \\"x"', `"${'ö😀'.repeat(200_000)}"`, '""'];
    const asked: any[] = [];
    let turn = 0;
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      const state = states[turn++];
      if (state === undefined) {
        server.result(
          response,
          message.id,
          '{"resultType":"complete","content":[{"type":"text","text":"ok"}]}',
        );
        return true;
      }
      const requests = {
        'k é': {
          method: 'elicitation/create',
          params: { mode: 'url', message: 'go', url: 'https://x.test' },
        },
        two: { method: 'roots/list' },
        three: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } },
      };
      const wanted = JSON.stringify(requests);
      server.result(
        response,
        message.id,
        `{"resultType":"input_required","inputRequests":${wanted},"requestState":${state}}`,
      );
      return true;
    };
    const one = client(url, 'legacy', {
      capabilities: { roots: {}, sampling: {}, elicitation: { url: {} } },
    });
    one.onAsked = (message) => {
      asked.push(message);
      if (message.method === 'roots/list') return { result: { roots: [{ uri: 'file:///é' }] } };
      if (message.method === 'sampling/createMessage') return { result: { role: 'assistant', model: 'm' } };
      return { error: { code: -32601, message: 'no' } };
    };
    const headers = { 'idempotency-key': 'key' };
    const answer = await one.ask(
      'tools/call',
      { name: 'start_trading_cycle', arguments: { text: '\u00e9' } },
      { headers },
    );
    expect(textIn(answer)).toBe('ok');
    expect(asked).toHaveLength(9);
    expect(asked[0].params).toEqual({
      mode: 'url',
      message: 'go',
      url: 'https://x.test',
      elicitationId: 'k é',
    });
    expect(new Set(asked.map(({ id }) => id)).size).toBe(9);
    const calls = server.raw.seen.filter(({ message }) => message?.method === 'tools/call');
    expect(calls).toHaveLength(4);
    expect(new Set(calls.map(({ message }) => message.id)).size).toBe(4);
    expect(new Set(calls.map((call) => call.headers['idempotency-key'])).size).toBe(4);
    for (const [index, state] of states.entries()) {
      expect(calls[index + 1]?.body.includes(`"requestState":${state}`)).toBe(true);
      expect(calls[index + 1]?.message.params.inputResponses).toEqual({
        'k é': { action: 'cancel' },
        two: { roots: [{ uri: 'file:///é' }] },
        three: { role: 'assistant', model: 'm' },
      });
      expect(calls[index + 1]?.message.params.arguments).toEqual({ text: 'é' });
    }
  });

  it('a call that changes something is not sent again without the server’s state, a read is', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call' || message.params.inputResponses) return false;
      const wanted = { resultType: 'input_required', inputRequests: { r: { method: 'roots/list' } } };
      server.result(response, message.id, JSON.stringify(wanted));
      return true;
    };
    const one = client(url, 'legacy', { capabilities: { roots: {} } });
    one.onAsked = () => ({ result: { roots: [] } });
    const error = await failure(one.ask('tools/call', { name: 'start_trading_cycle' }));
    expect(error.fate).toBe('lost');
    expect(server.count('tools/call')).toBe(1);
    const read = await one.ask('tools/call', { name: 'echo' }, { signal: readable() });
    expect(textIn(read)).toBe('echo');
    const retry = server.raw.seen.findLast(({ message }) => message?.method === 'tools/call');
    expect(retry?.message.params).not.toHaveProperty('requestState');
  });

  it('a server that asks for ever is stopped after ten rounds', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      server.result(response, message.id, '{"resultType":"input_required","requestState":"s"}');
      return true;
    };
    const error = await failure(client(url).ask('tools/call', { name: 'echo' }, { ms: 30_000 }));
    expect(error.message).toContain('10 times');
    expect(server.count('tools/call')).toBe(11);
  });

  it('parameters marked in the schema go into headers; tools marked wrongly are left out', async () => {
    const property = (mark: unknown, type = 'string') => ({ type, 'x-mcp-header': mark });
    const tool = (name: string, properties: object) => ({
      name,
      inputSchema: { type: 'object', properties },
    });
    server.tools = [
      tool('echo', {
        region: property('Region'),
        deep: { type: 'object', properties: { n: property('N', 'integer'), ok: property('Ok', 'boolean') } },
      }),
      tool('bad_name', { a: property('a b') }),
      tool('bad_type', { a: property('A', 'number') }),
      tool('bad_twice', { a: property('A'), b: property('a') }),
      tool('bad_place', { a: { type: 'array', items: property('A') } }),
      tool('odd_place', { a: { type: 'string', default: { 'x-mcp-header': 'not a schema' } } }),
    ];
    const one = client(url);
    const call = { name: 'echo', arguments: { region: ' é', deep: { n: -7, ok: true } } };
    // the first call reads the marks by itself
    await one.ask('tools/call', call);
    const seen = server.raw.seen.find(({ message }) => message?.method === 'tools/call');
    expect(seen?.headers).toMatchObject({
      'mcp-param-region': `=?base64?${Buffer.from(' é').toString('base64')}?=`,
      'mcp-param-n': '-7',
      'mcp-param-ok': 'true',
    });
    const list = await one.ask('tools/list');
    expect(list.result.tools.map(({ name }: any) => name)).toEqual(['echo', 'odd_place']);
    expect(list.result.ttlMs).toBe(5);
    expect(one.logged).toHaveLength(8);
    await one.ask('tools/call', { name: 'echo', arguments: { region: null } });
    const last = server.raw.seen.findLast(({ message }) => message?.method === 'tools/call');
    expect(Object.keys(last?.headers ?? {}).filter((key) => key.startsWith('mcp-param'))).toEqual([]);
  });

  it('headers that the server no longer takes are read anew: a read goes out again, nothing else', async () => {
    const one = client(url);
    await one.ask('tools/list');
    server.tools = [
      { name: 'echo', inputSchema: { properties: { text: { type: 'string', 'x-mcp-header': 'T' } } } },
      { name: 'start_x', inputSchema: { properties: { text: { type: 'string', 'x-mcp-header': 'T' } } } },
    ];
    server.on = (message, response, request) => {
      if (
        message?.method !== 'tools/call' ||
        request.headers['mcp-param-t'] === message.params.arguments.text
      )
        return false;
      server.error(response, 400, message.id, -32020, 'Mcp-Param-T is missing');
      return true;
    };
    one.eras.toolsOf(new URL(url)).set('start_x', []);
    const refused = await failure(one.ask('tools/call', { name: 'start_x', arguments: { text: 'a' } }));
    expect(refused.fate).toBe('refused');
    expect(server.count('tools/call')).toBe(1);
    // what was learned serves the next one
    const again = await one.ask('tools/call', { name: 'start_x', arguments: { text: 'a' } });
    expect(textIn(again)).toBe('a');
    one.eras.toolsOf(new URL(url)).set('echo', []);
    const read = await one.ask(
      'tools/call',
      { name: 'echo', arguments: { text: 'b' } },
      { signal: readable() },
    );
    expect(textIn(read)).toBe('b');
  });

  it('subscriptions and list changes come over one listen stream, opened again when it breaks', async () => {
    const one = client(url);
    await one.upstream.open();
    await until(() => server.listens.length === 1);
    expect(server.listens[0]?.filter).toEqual({ toolsListChanged: true });
    expect((await one.ask('resources/subscribe', { uri: 'test://é' })).result).toEqual({});
    await until(() => server.listens.length === 1);
    expect(server.listens[0]?.filter.resourceSubscriptions).toEqual(['test://é']);
    server.push('notifications/resources/updated', { uri: 'test://é' });
    await until(() => one.heard.length === 1);
    expect(one.heard[0]).toMatchObject({
      method: 'notifications/resources/updated',
      params: { uri: 'test://é', _meta: {} },
    });
    expect(JSON.stringify(one.heard[0])).not.toContain('subscriptionId');
    // of another stream than ours
    const [entry] = server.listens;
    if (entry) server.say({ ...entry, id: 7 }, 'notifications/resources/updated', { uri: 'forged' });
    const before = server.listens[0]?.id;
    server.listens[0]?.response.destroy();
    await until(() => server.listens.length === 1 && server.listens[0]?.id !== before);
    server.push('notifications/resources/updated', { uri: 'again' });
    await until(() => one.heard.some(({ params }) => params?.uri === 'again'));
    // what changed in between was announced to nobody
    expect(one.heard.map(({ method }) => method)).toContain('notifications/tools/list_changed');
    expect(one.heard.some(({ params }) => params?.uri === 'forged')).toBe(false);
    await one.ask('resources/unsubscribe', { uri: 'test://é' });
    await until(() => server.listens.length === 1 && !server.listens[0]?.filter.resourceSubscriptions);
    await one.close();
    await until(() => server.listens.length === 0);
    expect(server.raw.deleted).toEqual([]);
  });

  it('what the modern era has no request for is answered here', async () => {
    const one = client(url);
    expect((await one.ask('ping')).result).toEqual({});
    expect((await one.ask('logging/setLevel', { level: 'warning' })).result).toEqual({});
    expect((await one.ask('logging/setLevel', { level: 'loud' })).error.code).toBe(-32602);
    await one.ask('tools/call', { name: 'echo' });
    const seen = server.raw.seen.findLast(({ message }) => message?.method === 'tools/call');
    expect(seen?.message.params._meta[`${META}logLevel`]).toBe('warning');
    await one.upstream.notify('{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}');
    expect(server.raw.seen.map(({ message }) => message?.method)).not.toContain('ping');
    expect(server.raw.seen.map(({ message }) => message?.method)).not.toContain(
      'notifications/roots/list_changed',
    );
  });

  it('errors come in the words of the client’s era', async () => {
    const one = client(url);
    const missing = await one.ask('resources/read', { uri: 'test://é' });
    expect(missing.error).toMatchObject({ code: -32002, data: { uri: 'test://é' } });
    expect((await one.ask('completion/complete', {})).error.code).toBe(-32601);
    server.on = (message, response) => {
      if (message?.method !== 'resources/read') return false;
      server.error(response, 400, message.id, -32021, 'needs sampling', { requiredCapabilities: {} });
      return true;
    };
    const leaked = await one.ask('resources/read', { uri: 'x' });
    expect(leaked.error.code).toBe(-32603);
    expect(leaked.error.message).toContain('needs sampling');
    const modern = client(url, 'modern');
    expect((await modern.askModern('resources/read', { uri: 'x' })).error.code).toBe(-32021);
    // refused before it ran, which is not an unknown outcome
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      server.error(response, 400, message.id, -32021, 'needs sampling');
      return true;
    };
    expect((await failure(one.ask('tools/call', { name: 'start_x' }))).fate).toBe('refused');
  });

  it('closing the stream cancels: done for a read, never for what changes something', async () => {
    const closed: string[] = [];
    const held: (() => void)[] = [];
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      const { name } = message.params;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': begun\n\n');
      response.on('close', () => {
        if (!response.writableEnded) closed.push(name);
      });
      held.push(() => response.end(`data: {"jsonrpc":"2.0","id":${message.id},"result":{"content":[]}}\n\n`));
      return true;
    };
    const one = client(url);
    const stop = new AbortController();
    const read = failure(one.ask('tools/call', { name: 'get_x' }, { signal: stop.signal }));
    await until(() => held.length === 1);
    stop.abort();
    await read;
    await until(() => closed.length === 1);
    // by notification too
    const id = one.upstream.newId();
    const body = `{"jsonrpc":"2.0","id":${id},"method":"resources/read","params":{"uri":"test://x"}}`;
    server.on = ((before) => (message: any, response: any, request: any) => {
      if (message?.method !== 'resources/read') return before(message, response, request);
      response.on('close', () => closed.push('resource'));
      return true;
    })(server.on);
    const resource = failure(one.raw(id, body));
    await until(() => server.count('resources/read') === 1);
    await one.upstream.notify(
      `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id}}}`,
    );
    await resource;
    await until(() => closed.length === 2);

    // time is up for the caller, not for the server
    const timeout = await failure(one.ask('tools/call', { name: 'start_x' }, { ms: 200 }));
    expect(timeout).toMatchObject({ fate: 'lost', error: { code: 'MCP_TIMEOUT' } });
    await one.upstream.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(closed).toEqual(['get_x', 'resource']);
    for (const end of held) end();
  });

  it('a stream that breaks half-way loses the request; nothing is sent again', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('id: 1\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n');
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    const one = client(url);
    const error = await failure(one.ask('tools/call', { name: 'start_x' }));
    expect(error).toMatchObject({ fate: 'lost', error: { code: 'LINK_LOST' } });
    expect(server.count('tools/call')).toBe(1);
    expect(server.raw.seen.some(({ method }) => method === 'GET')).toBe(false);
  });

  it('nothing of a client of 2026-07-28 is changed but the id', async () => {
    const one = client(url, 'modern');
    const id = one.upstream.newId();
    const meta = `{"${META}protocolVersion":"2026-07-28", "${META}clientCapabilities":{},"a":1.50}`;
    const body = `{"id" : ${id},"method":"tools/call","params":{"_meta":${meta},"name":"echo","arguments":{"n":12345678901234567890}},"jsonrpc":"2.0"}`;
    await one.raw(id, body);
    expect(server.raw.seen.map((seen) => seen.body)).toContain(body);
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      server.result(response, message.id, '{"resultType":"input_required","requestState":"s"}');
      return true;
    };
    const answer = await one.askModern('tools/call', { name: 'echo' });
    expect(answer.result).toEqual({ resultType: 'input_required', requestState: 's' });
  });
});

describe('a server that is not what it was, or nothing of the kind', () => {
  it('a 2025 session whose server is modern now ends; nothing is sent again, the next one fits', async () => {
    const server = new ModernRaw();
    open.push(server);
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
    open.push(server);
    server.legacy = true;
    const url = await server.listen();
    const one = client(url);
    await one.ask('tools/list');
    server.legacy = false;
    const read = await failure(one.ask('tools/call', { name: 'echo' }, { signal: readable() }));
    expect(read).toMatchObject({ fate: 'lost', sessionLost: true });
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
  });

  it('a modern session whose server is of an earlier era now ends likewise', async () => {
    const server = new ModernRaw();
    open.push(server);
    const one = client(await server.listen());
    await one.ask('tools/list');
    expect(one.upstream.facts?.era).toBe('modern');
    server.modern = false;
    const read = await failure(one.ask('resources/read', { uri: 'x' }));
    expect(read).toMatchObject({ fate: 'lost', sessionLost: true });
    expect((await one.ask('resources/read', { uri: 'x' })).result.contents).toHaveLength(1);
    expect(one.upstream.facts?.era).toBe('legacy');
  });

  it('one bad request does not end a modern session', async () => {
    const server = new ModernRaw();
    open.push(server);
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
    open.push(raw);
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
    open.push(server);
    server.on = (message) => message?.method === 'server/discover';
    const one = client(await server.listen(), 'modern', { discoverMs: 200 });
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
    open.push(server);
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

  it('a server of the future only is said to be one', async () => {
    const server = new ModernRaw();
    open.push(server);
    server.on = (message, response) => {
      server.error(response, 400, message?.id, -32022, 'no', { supported: ['2030-01-01'] });
      return true;
    };
    const error = await failure(client(await server.listen()).ask('tools/list'));
    expect(error.message).toContain('2030-01-01');
  });
});

describe('HTTP+SSE of 2024-11-05', () => {
  let server: LegacySseServer;
  let url: string;

  beforeEach(async () => {
    server = new LegacySseServer();
    open.push(server);
    url = await server.listen();
  });

  it('a stream that breaks loses what waits; a new session is made, nothing is sent again', async () => {
    const one = client(url);
    await one.upstream.open();
    const waiting = failure(one.ask('tools/call', { name: 'start_forever' }));
    await until(() => server.calls === 1);
    server.cut();
    expect(await waiting).toMatchObject({ fate: 'lost', error: { code: 'LINK_LOST' } });
    // by itself, for what the server says unasked
    await until(() => server.sessions === 1);
    await until(() => one.restores.length === 2);
    expect(one.restores).toEqual([false, true]);
    expect(textIn(await one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }))).toBe('a');
    expect(server.methods.filter((method) => method === 'tools/call')).toHaveLength(2);
    await server.servers.at(-1)?.sendToolListChanged();
    await until(() => one.heard.some(({ method }) => method === 'notifications/tools/list_changed'));
  });

  it('a session that the server forgot is opened anew', async () => {
    const one = client(url);
    await one.ask('tools/list');
    server.on = (request, response) => {
      if (request.method !== 'POST' || !request.url?.startsWith('/messages')) return false;
      server.on = undefined;
      response.writeHead(404).end('Session not found');
      return true;
    };
    const lost = await failure(one.ask('tools/call', { name: 'echo', arguments: { text: 'a' } }));
    expect(lost).toMatchObject({ fate: 'lost', sessionLost: true });
    expect(textIn(await one.ask('tools/call', { name: 'echo', arguments: { text: 'b' } }))).toBe('b');
    expect(server.calls).toBe(1);
  });

  it.each(['http://127.0.0.1:1/messages', '//evil.test/messages', 'file:///etc/passwd'])(
    'an address to send to elsewhere (%s) is refused',
    async (endpoint) => {
      const posts: string[] = [];
      server.on = (request, response) => {
        if (request.method === 'GET') {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write(`event: endpoint\ndata: ${endpoint}\n\n`);
        } else {
          posts.push(request.url ?? '');
          response.writeHead(405).end();
        }
        return true;
      };
      const error = await failure(client(url).ask('tools/list'));
      expect(error).toMatchObject({ fate: 'unsent', error: { code: 'LINK_REDIRECT_REFUSED' } });
      // initialize and discover, both at the address of the profile
      expect(posts).toEqual(['/sse', '/sse']);
    },
  );
});

describe('sessions of the 2025 era', () => {
  let raw: RawUpstream;
  let url: string;

  beforeEach(async () => {
    raw = new RawUpstream();
    open.push(raw);
    raw.offersStream = true;
    url = await raw.listen();
  });

  it('end when the client is silent for long, and begin again at its next message', async () => {
    const one = client(url, 'legacy', { idleMs: 150 });
    await one.ask('tools/list');
    await until(() => raw.streams.size === 1);
    await until(() => raw.deleted.length === 1);
    await until(() => raw.streams.size === 0);
    expect(one.upstream.facts).toBeUndefined();
    await one.ask('tools/list');
    expect(raw.count('initialize')).toBe(2);
    expect(one.restores).toEqual([false, true]);
    expect(raw.streams.size).toBeLessThanOrEqual(1);
  });

  it('do not end while something is under way or subscribed to', async () => {
    let answer = () => {};
    raw.on = (message, response) => {
      if (message?.params?.name !== 'start_slow') return false;
      answer = () => raw.reply(response, message, { result: { content: [] } });
      return true;
    };
    const one = client(url, 'legacy', { idleMs: 100 });
    const call = one.ask('tools/call', { name: 'start_slow' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(raw.deleted).toEqual([]);
    answer();
    await call;
    await one.ask('resources/subscribe', { uri: 'test://x' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(raw.deleted).toEqual([]);
    await one.ask('resources/unsubscribe', { uri: 'test://x' });
    await until(() => raw.deleted.length === 1);
  });

  it('a server that forgets every session does not keep a request waiting for ever', async () => {
    raw.on = (message, response) => {
      if (message?.method !== 'logging/setLevel') return false;
      response.writeHead(404).end();
      return true;
    };
    const one: UpstreamClient = client(url, 'legacy', {
      restore: async () => {
        const id = one.upstream.newId();
        const body = `{"jsonrpc":"2.0","id":${id},"method":"logging/setLevel","params":{"level":"info"}}`;
        await one.upstream.request(id, body, { timeoutMs: 1000 }).catch(() => {});
      },
    });
    expect((await one.ask('tools/list')).result.tools).toHaveLength(7);
  });
});
