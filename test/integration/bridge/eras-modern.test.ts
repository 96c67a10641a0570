// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModernClient } from '../../fixtures/mcp/modern-client.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';

const START = 'start_trading_cycle';
const META = 'io.modelcontextprotocol/';
const sse = (response: ServerResponse, message: object) =>
  response.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);

/** A server of the earlier eras; the client is of 2026-07-28. */
describe('a modern client and a server of 2025', () => {
  let up: RawUpstream;
  let rig: Rig;
  let c: ModernClient;
  /** Answers of the client to the server's requests. */
  const answers = () => up.seen.map(({ message }) => message).filter((m) => m && !m.method && m.id);
  /** Begins a call: its stream stays open for questions. */
  const opened = (tool: string): Promise<{ response: ServerResponse; message: any }> =>
    new Promise((resolve) => {
      up.on = (message, response) => {
        if (message?.params?.name !== tool) return false;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.flushHeaders();
        resolve({ response, message });
        return true;
      };
    });
  const elicit = (id: number) => ({
    id,
    method: 'elicitation/create',
    params: { message: 'How many?', requestedSchema: { type: 'object', properties: {} }, elicitationId: 'x' },
  });
  const done = (response: ServerResponse, message: any, text: string) => {
    sse(response, { id: message.id, result: { content: [{ type: 'text', text }] } });
    response.end();
  };

  beforeEach(async () => {
    up = new RawUpstream();
    up.offersStream = true;
    rig = await Rig.start(await up.listen(), {
      limits: { deadlineMs: 20_000, firstListMs: 20_000, holdMs: 4000 },
    });
    c = new ModernClient(rig.dir);
    rig.stubs.push(c.stub);
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it('is answered server/discover and the lists in its own form, and is shown by its name', async () => {
    await c.request('tools/list');
    const { result } = await c.request('server/discover');
    expect(result).toMatchObject({
      resultType: 'complete',
      supportedVersions: ['2026-07-28'],
      capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } },
      ttlMs: 0,
      cacheScope: 'private',
      _meta: { [`${META}serverInfo`]: { name: 'raw', version: '1' } },
    });
    const { result: tools } = await c.request('tools/list');
    expect(tools).toMatchObject({ resultType: 'complete', ttlMs: 0, cacheScope: 'private' });
    expect(tools.tools.map((tool: any) => tool.name)).toContain('companion_status');
    await until(() => rig.clients.some(({ name }) => name === 'claude-ai'));
  });

  it('a sibling that only looks opens no session with the server', async () => {
    await until(() => up.count('tools/list') > 0);
    const before = up.count('initialize');
    await c.request('server/discover');
    await c.stub.end();
    expect(up.count('initialize')).toBe(before);
  });

  it('is refused what its era has not got, a version that nobody knows, and what says too little of itself', async () => {
    for (const method of ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe'])
      expect((await c.request(method, { uri: 'a://b', level: 'info' })).error?.code).toBe(-32601);
    const { error } = await c.request('tools/list', { _meta: { [`${META}protocolVersion`]: '2099-01-01' } });
    expect(error).toMatchObject({
      code: -32022,
      data: { supported: ['2026-07-28'], requested: '2099-01-01' },
    });
    const without = { [`${META}clientCapabilities`]: undefined };
    expect((await c.request('tools/list', { _meta: without })).error?.code).toBe(-32602);
    expect((await c.request('tools/list', { _meta: { [`${META}logLevel`]: 'loud' } })).error?.code).toBe(
      -32602,
    );
    expect((await c.stub.request('server/discover')).error?.code).toBe(-32602);
    await c.request('tools/list');
    // it is of the modern era now, so a request without `_meta` is malformed
    expect((await c.stub.request('tools/list')).error?.code).toBe(-32602);
    expect((await c.stub.request('initialize', { protocolVersion: '2025-11-25' })).result).toBeDefined();
    expect((await c.stub.request('tools/list')).result.resultType).toBeUndefined();
  });

  it('gets results with what its era requires, byte for byte besides', async () => {
    up.on = (message, response) => {
      if (message?.params?.uri !== 'a://1') return false;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          `{"jsonrpc":"2.0","id":${message.id},"result":{"contents":[{"uri":"a://1","text":"é"}],"n":1e400}}`,
        );
      return true;
    };
    await c.request('resources/read', { uri: 'a://1' });
    expect(c.stub.lines.at(-1)).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","contents":[{"uri":"a://1","text":"é"}],"n":1e400}}',
    );
    c.name = 'cursor';
    const { result } = await c.call('blob', { bytes: 3_000_000 });
    expect(result.resultType).toBe('complete');
    expect(result.content[0].text).toHaveLength(3_000_000);
    c.name = 'claude-ai';
    const cut = (await c.call('blob', { bytes: 3_000_000 })).result;
    expect(cut).toMatchObject({
      resultType: 'complete',
      content: [{}, { text: expect.stringMatching(/companion_continue/) }],
    });
    const [, handle] = /"handle":"([^"]+)"/.exec(cut.content[1].text) ?? [];
    expect((await c.call('companion_continue', { handle })).result.resultType).toBe('complete');
    const sent = up.seen.findLast(({ message }) => message?.method === 'tools/call')?.message;
    expect(Object.keys(sent.params._meta ?? {})).toEqual([]);
    const began = up.seen.findLast(({ message }) => message?.method === 'initialize')?.message;
    expect(began.params.clientInfo).toEqual({ name: 'claude-ai', version: '0.1.0' });
    expect(began.params.capabilities).toEqual(c.capabilities);
  });

  it('is told of errors in codes that it knows', async () => {
    const codes: [number, number][] = [
      [-32002, -32602],
      [-32042, -32603],
      [-32022, -32603],
      [-32601, -32601],
      [-1, -1],
    ];
    for (const [said, told] of codes) {
      up.on = (message, response) => {
        if (message?.method !== 'prompts/get') return false;
        up.reply(response, message, { error: { code: said, message: 'no', data: { uri: 'x' } } });
        return true;
      };
      expect((await c.request('prompts/get', { name: `p${said}` })).error).toMatchObject({
        code: told,
        message: 'no',
      });
    }
    rig.link.down();
    expect((await c.request('prompts/get', { name: 'p' })).error).toMatchObject({
      code: -32603,
      message: expect.stringContaining('link to demo is down'),
    });
    const { result } = await c.call(START);
    expect(result).toMatchObject({ resultType: 'complete', isError: true });
  });

  it('is asked what the server asks as input_required; the call that asked goes on and is never sent again', async () => {
    const begun = opened(START);
    const first = c.call(START, { n: 1 });
    const { response, message } = await begun;
    sse(response, elicit(7));
    sse(response, { id: 8, method: 'roots/list' });
    const { result } = await first;
    expect(result.resultType).toBe('input_required');
    const [[one, ask], [two, roots]] = Object.entries<any>(result.inputRequests);
    expect(ask).toEqual({
      method: 'elicitation/create',
      params: { message: 'How many?', requestedSchema: { type: 'object', properties: {} } },
    });
    expect(roots).toEqual({ method: 'roots/list' });
    const { requestState } = result;
    const second = c.call(
      START,
      { n: 1 },
      { requestState, inputResponses: { [one]: { action: 'accept', content: { n: 3 } } } },
    );
    await until(() => answers().length === 1);
    expect(answers()[0]).toMatchObject({ id: 7, result: { action: 'accept', content: { n: 3 } } });
    // one answer was missing: it is asked for again
    const again = (await second).result;
    expect(Object.values(again.inputRequests)).toEqual([{ method: 'roots/list' }]);
    expect(again.requestState).not.toBe(requestState);
    const [rest] = Object.keys(again.inputRequests);
    const third = c.call(
      START,
      { n: 1 },
      {
        requestState: again.requestState,
        inputResponses: { [rest ?? '']: { roots: [] } },
      },
    );
    await until(() => answers().length === 2);
    done(response, message, 'started');
    expect((await third).result).toMatchObject({ resultType: 'complete', content: [{ text: 'started' }] });
    expect(two).toBeDefined();
    expect(up.count('tools/call', START)).toBe(1);
    expect(rig.gate.calls.filter(({ tool }) => tool === START)).toHaveLength(1);
    expect(rig.gate.ends).toMatchObject([{ outcome: 'ok', tool: START }]);
  });

  it.each([
    ['other arguments', { n: 2 }, {}, 'claude-ai'],
    ['another client', { n: 1 }, {}, 'cursor'],
    ['a state that nobody gave', { n: 1 }, { requestState: 'catalyst-companion:AAAA' }, 'claude-ai'],
  ])('its state is no use with %s: nothing is sent, nobody is asked', async (_what, args, more, name) => {
    const begun = opened(START);
    const first = c.call(START, { n: 1 });
    const { response, message } = await begun;
    sse(response, elicit(7));
    const { requestState, inputRequests } = (await first).result;
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'accept' }]),
    );
    c.name = name;
    const other = (await c.call(START, args, { requestState, inputResponses, ...more })).result;
    expect(other.isError).toBe(true);
    expect(other.content[0].text).toMatch(/outcome of start_trading_cycle is unknown.*Do not call/s);
    expect(answers()).toEqual([]);
    c.name = 'claude-ai';
    const right = c.call(START, { n: 1 }, { requestState, inputResponses });
    await until(() => answers().length === 1);
    done(response, message, 'started');
    expect((await right).result.content[0].text).toBe('started');
    // and only once
    const used = (await c.call(START, { n: 1 }, { requestState, inputResponses })).result;
    expect(used.content[0].text).toMatch(/outcome of start_trading_cycle is unknown/);
    expect(up.count('tools/call', START)).toBe(1);
    expect(rig.gate.calls).toHaveLength(1);
  });

  it('that never answers leaves the server with a cancelled question, and the outcome on record', async () => {
    const begun = opened(START);
    const first = c.call(START);
    const { response, message } = await begun;
    sse(response, elicit(7));
    const { requestState } = (await first).result;
    await until(() => answers().length === 1);
    expect(answers()[0]).toMatchObject({ id: 7, result: { action: 'cancel' } });
    done(response, message, 'not started');
    await until(() => rig.gate.ends.length === 1);
    const late = (await c.call(START, {}, { requestState, inputResponses: {} })).result;
    expect(late.content[0].text).toMatch(/outcome .* is unknown/);
    expect(up.count('tools/call', START)).toBe(1);
  });

  it('is asked only what it can answer; a ping of the server is answered here', async () => {
    c.capabilities = {};
    const begun = opened('get_state');
    const call = c.call('get_state');
    const { response, message } = await begun;
    sse(response, elicit(7));
    sse(response, { id: 8, method: 'ping' });
    await until(() => answers().length === 2);
    expect(answers().find(({ id }) => id === 7)?.error.code).toBe(-32601);
    expect(answers().find(({ id }) => id === 8)?.result).toEqual({});
    done(response, message, 'without');
    expect((await call).result.content[0].text).toBe('without');
  });

  it('gets progress under the token of the request that waits, and log messages only where it asked for them', async () => {
    const begun = opened('get_state');
    c.logLevel = 'warning';
    const first = c.request('tools/call', {
      name: 'get_state',
      arguments: {},
      _meta: { progressToken: 'one' },
    });
    const { response, message } = await begun;
    expect(message.params._meta).toEqual({ progressToken: 'one' });
    expect(up.seen.find(({ message: m }) => m?.method === 'logging/setLevel')?.message.params).toEqual({
      level: 'warning',
    });
    const progress = (n: number) =>
      sse(response, { method: 'notifications/progress', params: { progressToken: 'one', progress: n } });
    const log = (level: string, data: string) =>
      sse(response, { method: 'notifications/message', params: { level, data } });
    progress(1);
    log('info', 'too little');
    log('error', 'enough');
    await c.stub.message((m) => m.method === 'notifications/message');
    expect(c.stub.messages.filter((m) => m.method === 'notifications/progress').map((m) => m.params)).toEqual(
      [{ progressToken: 'one', progress: 1 }],
    );
    sse(response, elicit(7));
    const { requestState } = (await first).result;
    c.logLevel = undefined;
    const second = c.request('tools/call', {
      name: 'get_state',
      arguments: {},
      requestState,
      inputResponses: {},
      _meta: { progressToken: 'two' },
    });
    // nothing was answered, so the question comes again at once
    const { requestState: next, inputRequests } = (await second).result;
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'decline' }]),
    );
    const third = c.request('tools/call', {
      name: 'get_state',
      arguments: {},
      requestState: next,
      inputResponses,
      _meta: { progressToken: 'three' },
    });
    await until(() => answers().length === 1);
    progress(2);
    await c.stub.message((m) => m.params?.progressToken === 'three');
    done(response, message, 'read');
    expect((await third).result.content[0].text).toBe('read');
    expect(
      c.stub.messages.filter((m) => m.method === 'notifications/message').map((m) => m.params.data),
    ).toEqual(['enough']);
  });

  it('hears of lists and resources by subscriptions/listen, each under its own id, until it cancels', async () => {
    const ack = await c.listen('l1', { toolsListChanged: true, resourceSubscriptions: ['a://b'] });
    expect(ack.params.notifications).toEqual({ toolsListChanged: true, resourceSubscriptions: ['a://b'] });
    await c.listen('l2', { promptsListChanged: true, resourceSubscriptions: ['a://b', 'a://c'] });
    expect(
      up.seen
        .filter(({ message }) => message?.method === 'resources/subscribe')
        .map(({ message }) => message.params.uri),
    ).toEqual(['a://b', 'a://c']);
    await until(() => up.streams.size > 1);
    up.push({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a://b' } });
    await c.heard('l1', 'notifications/resources/updated');
    await c.heard('l2', 'notifications/resources/updated');
    up.tools = [...up.tools, { name: 'get_more', inputSchema: { type: 'object' } }];
    up.push({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    await rig.bridge.refresh('demo');
    const { tools } = rig.bridge.catalogue.view('demo');
    const more = tools.find(({ name }) => name === 'get_more');
    await rig.bridge.catalogue.approve('demo', [{ name: 'get_more', hash: more?.hash ?? '' }]);
    await c.heard('l1', 'notifications/tools/list_changed');
    expect(
      c.stub.messages.some(
        (m) =>
          m.method === 'notifications/tools/list_changed' && m.params._meta[`${META}subscriptionId`] !== 'l1',
      ),
    ).toBe(false);
    c.stub.notify('notifications/cancelled', { requestId: 'l2', _meta: c.meta() });
    await until(() => up.count('resources/unsubscribe') === 1);
    const before = c.stub.messages.length;
    up.push({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a://c' } });
    up.push({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'a://b' } });
    await until(() => c.stub.messages.length > before);
    await c.request('server/discover');
    expect(
      c.stub.messages
        .slice(before)
        .filter((m) => m.method)
        .map((m) => m.params.uri),
    ).toEqual(['a://b']);
    expect((await c.request('subscriptions/listen', {})).error?.code).toBe(-32602);
  });

  it('cancels by notification; what changes something goes on all the same', async () => {
    const begun = opened('get_state');
    c.stub.raw(
      `${JSON.stringify({ jsonrpc: '2.0', id: 'r', method: 'tools/call', params: { name: 'get_state', _meta: c.meta() } })}\n`,
    );
    const { message } = await begun;
    c.stub.notify('notifications/cancelled', { requestId: 'r', _meta: c.meta() });
    await until(() => up.count('notifications/cancelled') === 1);
    expect(
      up.seen.findLast(({ message: m }) => m?.method === 'notifications/cancelled')?.message.params.requestId,
    ).toBe(message.id);
    const second = opened(START);
    c.stub.raw(
      `${JSON.stringify({ jsonrpc: '2.0', id: 's', method: 'tools/call', params: { name: START, _meta: c.meta() } })}\n`,
    );
    const { response, message: start } = await second;
    c.stub.notify('notifications/cancelled', { requestId: 's', _meta: c.meta() });
    await c.request('server/discover');
    done(response, start, 'started');
    await until(() => rig.gate.ends.some(({ tool }) => tool === START));
    expect(rig.gate.ends.find(({ tool }) => tool === START)?.outcome).toBe('ok');
    expect(up.count('notifications/cancelled')).toBe(1);
    expect(c.stub.messages.some((m) => m.id === 's' || m.id === 'r')).toBe(false);
  });
});
