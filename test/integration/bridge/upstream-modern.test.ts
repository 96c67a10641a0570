// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModernRaw } from '../../fixtures/mcp/modern-raw.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import type { UpstreamClient } from '../../fixtures/mcp/upstream-client.ts';
import { Opened, failure, readable } from '../../fixtures/mcp/upstream-client.ts';

const META = 'io.modelcontextprotocol/';

const open = new Opened();
afterEach(() => open.close());
const client = (...args: ConstructorParameters<typeof UpstreamClient>) => open.client(...args);
const textIn = (answer: any) => answer.result.content[0].text as string;

describe('a 2025 client on a server of 2026-07-28', () => {
  let server: ModernRaw;
  let url: string;

  beforeEach(async () => {
    server = new ModernRaw();
    open.add(server);
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
    const before = server.count('tools/call');
    expect((await failure(one.ask('tools/call', { name: 'bad_type' }))).fate).toBe('refused');
    expect(server.count('tools/call')).toBe(before);
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
});

describe('streams and errors of a server of 2026-07-28, for a 2025 client', () => {
  let server: ModernRaw;
  let url: string;

  beforeEach(async () => {
    server = new ModernRaw();
    open.add(server);
    url = await server.listen();
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
    server.push('notifications/resources/updated', { uri: 'true' });
    await until(() => one.heard.some(({ params }) => params?.uri === 'true'));
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
    await one.upstream.notify('{"jsonrpc":"2.0","method":"notifications/x/own","params":{"a":1.0}}');
    const own = server.raw.seen.findLast(({ message }) => message?.method === 'notifications/x/own');
    expect(own?.headers['mcp-method']).toBe('notifications/x/own');
    expect(own?.body).toContain('"a":1.0');
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
