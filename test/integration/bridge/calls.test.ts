import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGate } from '../../fixtures/mcp/open-gate.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, emptyState, until } from '../../fixtures/mcp/rig.ts';

describe('a client over the stub', () => {
  let up: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    up = new RawUpstream();
    up.offersStream = true;
    rig = await Rig.start(await up.listen(), { limits: { deadlineMs: 20_000, firstListMs: 20_000 } });
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it('gets initialize, lists and calls; what goes upstream is the bytes it sent, with another id', async () => {
    const c = await rig.client();
    const tools = (await c.request('tools/list')).result.tools.map((tool: any) => tool.name);
    expect(tools).toEqual([
      'get_state',
      'echo',
      'blob',
      'start_trading_cycle',
      'stop_trading',
      'deny_this',
      'companion_status',
      'companion_positions',
      'companion_continue',
    ]);
    const params =
      '{ "arguments" :{"text":"é\\u00e9 1e400","n":1e400,"big":9007199254740993},"name":"echo","_meta":{"x":1.0} }';
    c.raw(`{"method":"tools/call","params":${params},"id":9007199254740993,"jsonrpc":"2.0","extra":-0}\n`);
    await until(() => c.lines.some((line) => line.includes('9007199254740993')));
    const sent = up.seen.find(({ message }) => message?.method === 'tools/call');
    expect(sent?.body.replace(/"id":\d+,"jsonrpc"/, '"id":9007199254740993,"jsonrpc"')).toBe(
      `{"method":"tools/call","params":${params},"id":9007199254740993,"jsonrpc":"2.0","extra":-0}`,
    );
    expect(c.lines.at(-1)).toBe(
      '{"jsonrpc":"2.0","id":9007199254740993,"result":{"content":[{"type":"text","text":"éé 1e400"}]}}',
    );
    expect(sent?.headers).toMatchObject({
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': '2025-11-25',
      'mcp-session-id': expect.stringMatching(/^raw-/),
    });
    expect(sent?.headers.origin).toBeUndefined();
  });

  it('may call a tool before the first list of tools was read', async () => {
    let give = () => {};
    const called = new Promise<void>((resolve) => (give = resolve));
    const slow = new RawUpstream();
    slow.on = (message, response) => {
      if (message?.method !== 'tools/list') return false;
      void called.then(() => slow.reply(response, message, slow.answer(message)));
      return true;
    };
    let savedAt: number | null = null;
    const atDecision: (number | null)[] = [];
    const early = await Rig.start(await slow.listen(), {
      publishCatalogue: (_profile, view) => (savedAt = view.savedAt),
      gate: openGate(() => Promise.resolve(void atDecision.push(savedAt))),
    });
    const c = await early.client();
    await until(() => slow.count('tools/list') > 0);
    const answer = c.call('get_state', {});
    // its answer shows that the call before it was taken up
    await c.request('ping');
    give();
    expect((await answer).result.isError).toBeUndefined();
    expect(slow.count('tools/call', 'get_state')).toBe(1);
    // the guard judges by the list, so that it never says of a tool that it is not there
    expect(atDecision).toEqual([expect.any(Number)]);
    await early.stop();
    await slow.close();
  });

  it('is refused what parsers could read differently, and goes on', async () => {
    const c = await rig.client();
    const refusals: [string, number][] = [
      [
        '{"jsonrpc":"2.0","id":100,"method":"tools/call","params":{"name":"echo","name":"start_trading_cycle"}}',
        -32600,
      ],
      ['{"jsonrpc":"2.0","id":101,"method":"ping","Method":"tools/call"}', -32600],
      [`{"jsonrpc":"2.0","id":102,"method":"x","params":{"a":${'['.repeat(100)}${']'.repeat(100)}}}`, -32600],
      ['{"jsonrpc":"2.0","id":103,"method":"tools/call","params":{"name":"echo","Arguments":{}}}', -32602],
    ];
    for (const [text, code] of refusals) {
      c.raw(`${text}\n`);
      const id = Number(/"id":(\d+)/.exec(text)?.[1]);
      expect((await c.message((m) => m.id === id)).error?.code).toBe(code);
    }
    c.raw('[{"jsonrpc":"2.0","id":1,"method":"ping"}]\nnot json\n');
    c.raw(
      Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0","id":104,"method":"'),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}\n'),
      ]),
    );
    await until(() => c.messages.filter((m) => m.error && m.id === null).length === 3);
    expect((await c.request('ping')).result).toEqual({});
    expect(up.count('tools/call')).toBe(0);
  });

  it('may send lines of 10 MiB, not longer ones, and goes on after them', async () => {
    const c = await rig.client();
    expect(await c.text('echo', { text: 'x'.repeat(900_000) })).toHaveLength(900_000);
    c.raw(
      `{"params":{"name":"echo","arguments":{"text":"${'x'.repeat(11 * 1024 * 1024)}"}},"method":"tools/call","jsonrpc":"2.0","id":77}\n`,
    );
    expect((await c.message((m) => m.id === 77)).error?.code).toBe(-32600);
    expect(await c.text('echo', { text: 'still here' })).toBe('still here');
  });

  it('is told that server/discover says too little of itself, and may try again by initialize', async () => {
    const c = await rig.client();
    expect((await c.request('server/discover')).error?.code).toBe(-32602);
    expect((await c.request('tools/list', { cursor: 'x' })).error?.code).toBe(-32602);
  });

  it('gets errors of a read tool as they came, and unknown outcome for a start, with the server words', async () => {
    up.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      up.reply(response, message, {
        error: { code: -32602, message: 'Invalid request parameters', data: '' },
      });
      return true;
    };
    const c = await rig.client();
    expect((await c.call('get_state')).error).toEqual({
      code: -32602,
      message: 'Invalid request parameters',
      data: '',
    });
    const { result } = await c.call('start_trading_cycle');
    expect(result.isError).toBe(true);
    expect(result.content[0].text).toMatch(
      /outcome of start_trading_cycle is unknown.*Invalid request parameters.*Do not call start_trading_cycle again.*status/s,
    );
    expect(rig.gate.ends.map(({ tool, outcome }) => [tool, outcome])).toEqual([
      ['get_state', 'error'],
      ['start_trading_cycle', 'unknown'],
    ]);
  });

  it('sends a start with the key of its audit record, once', async () => {
    const c = await rig.client();
    expect(await c.text('start_trading_cycle', { mode: 'normal' })).toBe('start_trading_cycle');
    const sent = up.seen.filter(({ message }) => message?.params?.name === 'start_trading_cycle');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.headers['idempotency-key']).toBe(rig.gate.ends[0]?.key);
    expect(rig.gate.calls[0]).toMatchObject({
      argumentsText: '{"mode":"normal"}',
      client: 'claude-ai 0.1.0',
      transport: 'stdio',
      environment: 'demo',
    });
    expect(rig.gate.ends[0]?.outcome).toBe('ok');
  });

  it('is told in words what the guard refused', async () => {
    const { result } = await (await rig.client()).call('deny_this');
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('You refused it.') }],
    });
    expect(up.count('tools/call')).toBe(0);
  });

  it.each([
    ['cut before an answer', (response: any) => response.socket.destroy(), 'unknown', 2],
    [
      'cut in the middle of an event',
      (response: any) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: message\ndata: {"jsonrpc":"2.0","id":', () => response.socket.destroy());
      },
      'unknown',
      2,
    ],
    [
      'ended without an answer',
      (response: any) =>
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n'),
      'unknown',
      2,
    ],
    ['HTTP 503', (response: any) => response.writeHead(503).end('busy'), 'unknown', 1],
    [
      'HTML with 200',
      (response: any) =>
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end('<html><body>Please log in</body></html>'),
      'unknown',
      1,
    ],
    [
      'broken JSON',
      (response: any) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":'),
      'unknown',
      1,
    ],
    ['HTTP 401', (response: any) => response.writeHead(401).end('{"error":"bad key"}'), 'error', 1],
    ['HTTP 406', (response: any) => response.writeHead(406).end(), 'error', 1],
    ['HTTP 421', (response: any) => response.writeHead(421).end('Invalid Host header'), 'error', 1],
    [
      'a redirect to another host',
      (response: any) => response.writeHead(307, { location: 'http://evil.example/mcp' }).end(),
      'error',
      1,
    ],
  ])(
    'a start that is answered by %s is sent once; a read is an error in words',
    async (_name, fault, outcome, reads) => {
      const c = await rig.client();
      await c.call('get_state');
      up.on = (message, response) => {
        if (message?.method !== 'tools/call') return false;
        fault(response);
        return true;
      };
      const start = await c.call('start_trading_cycle');
      expect(start.result.isError).toBe(true);
      expect(start.result.content[0].text).toContain(
        outcome === 'unknown' ? 'Do not call start_trading_cycle again' : 'was not carried out',
      );
      expect(up.count('tools/call', 'start_trading_cycle')).toBe(1);
      expect(rig.gate.ends.at(-1)).toMatchObject({ tool: 'start_trading_cycle', outcome });
      expect((await c.call('get_state')).result.isError).toBe(true);
      expect(up.count('tools/call', 'get_state')).toBe(1 + reads);
      up.on = undefined;
      expect(await c.text('get_state')).toBe('get_state');
    },
  );

  it('a lost session is opened anew: reads are answered, a start is not sent into it', async () => {
    const c = await rig.client();
    await c.request('resources/subscribe', { uri: 'a://b' });
    await c.call('get_state');
    up.sessions.clear();
    expect(await c.text('get_state')).toBe('get_state');
    expect(up.count('resources/subscribe')).toBe(2);
    const inits = up.seen.filter(({ message }) => message?.method === 'initialize');
    expect(inits.every(({ headers }) => headers['mcp-session-id'] === undefined)).toBe(true);
    up.sessions.clear();
    const { result } = await c.call('start_trading_cycle');
    expect(result.content[0].text).toMatch(/outcome .* is unknown/);
    expect(up.count('tools/call', 'start_trading_cycle')).toBe(1);
    expect(await c.text('start_trading_cycle')).toBe('start_trading_cycle');
  });

  it('a call beyond the deadline is answered, held, and its outcome given to companion_continue', async () => {
    let release = () => {};
    up.on = (message, response) => {
      if (message?.params?.name !== 'start_trading_cycle') return false;
      release = () =>
        up.reply(response, message, { result: { content: [{ type: 'text', text: 'started c-1' }] } });
      return true;
    };
    await rig.stop();
    rig = await Rig.start(up.url, { limits: { deadlineMs: 1_500 } });
    const c = await rig.client();
    const { result } = await c.call('start_trading_cycle');
    expect(result.content[0].text).toMatch(/still running.*Do not call start_trading_cycle again/s);
    const handle = /"handle":"([^"]+)"/.exec(result.content[0].text)?.[1];
    expect(rig.gate.ends).toEqual([]);
    release();
    expect(await c.text('companion_continue', { handle })).toBe('started c-1');
    expect(rig.gate.ends).toMatchObject([{ outcome: 'ok' }]);
    expect((await c.call('companion_continue', { handle: 'nonsense' })).result.isError).toBe(true);
    expect(up.count('tools/call', 'start_trading_cycle')).toBe(1);
  });

  it('progress of the server reaches the client that asked, cancellation the server', async () => {
    let held: any;
    up.on = (message, response) => {
      if (message?.params?.name !== 'get_state') return false;
      held = message;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const params = { progressToken: message.params._meta.progressToken, progress: 1 };
      response.write(
        `data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params })}\n\n`,
      );
      return true;
    };
    const c = await rig.client();
    c.raw(
      '{"jsonrpc":"2.0","id":"slow","method":"tools/call","params":{"name":"get_state","_meta":{"progressToken":"tok"}}}\n',
    );
    expect((await c.message((m) => m.method === 'notifications/progress')).params).toEqual({
      progressToken: 'tok',
      progress: 1,
    });
    c.notify('notifications/cancelled', { requestId: 'slow', reason: 'enough' });
    await until(() => up.count('notifications/cancelled') === 1);
    const cancelled = up.seen.find(({ message }) => message?.method === 'notifications/cancelled');
    expect(cancelled?.message.params).toEqual({ requestId: held.id, reason: 'enough' });
    await c.request('ping');
    expect(c.messages.some((m) => m.id === 'slow')).toBe(false);
  });

  it('neither cancellation nor leaving breaks off a start; its outcome is recorded', async () => {
    let release = () => {};
    let aborted = false;
    up.on = (message, response) => {
      if (message?.params?.name !== 'start_trading_cycle') return false;
      response.on('close', () => (aborted ||= !response.writableEnded));
      release = () => up.reply(response, message, { result: { content: [] } });
      return true;
    };
    const c = await rig.client();
    c.raw('{"jsonrpc":"2.0","id":"s","method":"tools/call","params":{"name":"start_trading_cycle"}}\n');
    await until(() => up.count('tools/call', 'start_trading_cycle') === 1);
    c.notify('notifications/cancelled', { requestId: 's' });
    await c.request('ping');
    expect(await c.end()).toBe(0);
    expect(up.count('notifications/cancelled')).toBe(0);
    expect(aborted).toBe(false);
    release();
    await until(() => rig.gate.ends.length === 1);
    expect(rig.gate.ends[0]).toMatchObject({ outcome: 'ok' });
    const session = String(
      up.seen.find(({ message }) => message?.method === 'tools/call')?.headers['mcp-session-id'],
    );
    await until(() => up.deleted.includes(session));
  });

  it('a consent that nobody answers in time is withdrawn, and nothing is sent', async () => {
    await rig.stop();
    const gate = openGate(
      (call) => new Promise((resolve) => call.signal.addEventListener('abort', () => resolve())),
    );
    rig = await Rig.start(up.url, { gate, limits: { deadlineMs: 300 } });
    const c = await rig.client();
    const { result } = await c.call('start_trading_cycle');
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('was not carried out') }],
    });
    expect(up.count('tools/call')).toBe(0);
  });

  it('large results are cut for Claude with a handle, and whole for others', async () => {
    const claude = await rig.client('claude-ai');
    const { result } = await claude.call('blob', { bytes: 2_500_000 });
    let all = result.content[0].text as string;
    let next = result.content[1].text as string;
    for (let i = 0; i < 5; i++) {
      const handle = /"handle":"([^"]+)"/.exec(next)?.[1];
      if (!handle) break;
      const part = (await claude.call('companion_continue', { handle })).result;
      all += part.content[0].text;
      next = part.content[1].text;
    }
    expect(all).toBe('x'.repeat(2_500_000));
    expect(Math.max(...claude.lines.map((line) => line.length))).toBeLessThan(1_048_576);
    expect(await (await rig.client('cursor')).text('blob', { bytes: 8_000_000 })).toHaveLength(8_000_000);
  });

  it('while the link is down calls say since when and why, and nothing is asked or sent', async () => {
    const c = await rig.client();
    await c.request('tools/list');
    rig.link.down();
    const { result } = await c.call('start_trading_cycle');
    expect(result.content[0].text).toMatch(/The link to demo is down since \d\d:\d\d\. .*retrying in 12 s/);
    expect(rig.gate.calls).toEqual([]);
    expect((await c.request('resources/read', { uri: 'catalyst://system/health' })).error).toMatchObject({
      code: -32000,
      message: expect.stringContaining('link to demo is down'),
    });
    expect((await c.request('tools/list')).result.tools).toHaveLength(9);
    rig.link.up();
    expect(await c.text('get_state')).toBe('get_state');
  });

  it('server requests and notifications reach the client, its answers the server', async () => {
    const c = await rig.client('claude-ai', { roots: {}, sampling: {} });
    await c.call('get_state');
    await until(() => up.streams.size >= 2);
    up.push({ jsonrpc: '2.0', id: 'q-1', method: 'elicitation/create', params: { message: 'é?' } });
    up.push({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'hello' } });
    expect((await c.message((m) => m.method === 'elicitation/create')).params).toEqual({ message: 'é?' });
    await c.message((m) => m.method === 'notifications/message');
    c.raw('{"jsonrpc":"2.0","id":"q-1","result":{"action":"decline"}}\n');
    await until(() =>
      up.seen.some(({ body }) => body === '{"jsonrpc":"2.0","id":"q-1","result":{"action":"decline"}}'),
    );
    const init = up.seen.filter(({ message }) => message?.params?.clientInfo?.name === 'claude-ai');
    expect(init[0]?.message.params.capabilities).toEqual({ roots: {}, sampling: {} });
  });

  it('list_changed of the server is followed by a new list; what is new waits for approval', async () => {
    const c = await rig.client();
    await c.request('tools/list');
    await until(() => up.streams.size >= 1);
    up.tools = [...up.tools.slice(1), { name: 'get_new', inputSchema: { type: 'object' } }];
    up.push({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    await c.message((m) => m.method === 'notifications/tools/list_changed');
    const names = (await c.request('tools/list')).result.tools.map((tool: any) => tool.name);
    expect(names).not.toContain('get_state');
    expect(names).not.toContain('get_new');
    const entry = rig.bridge.catalogue.view('demo').tools.find(({ name }) => name === 'get_new');
    await rig.bridge.catalogue.approve('demo', [{ name: 'get_new', hash: entry?.hash ?? '' }]);
    await until(() => c.messages.filter((m) => m.method === 'notifications/tools/list_changed').length === 2);
    expect((await c.request('tools/list')).result.tools.map((tool: any) => tool.name)).toContain('get_new');
  });

  it('follows a redirect on the same host once and keeps the place', async () => {
    up.on = (message, response, request) => {
      if (request.url !== '/mcp') return false;
      if (message) response.writeHead(307, { location: `http://127.0.0.1:${up.port}/mcp/` }).end();
      return Boolean(message);
    };
    const c = await rig.client();
    expect(await c.text('get_state')).toBe('get_state');
    expect(await c.text('get_state')).toBe('get_state');
    // each way in (reader, client) learned the address once
    expect(
      up.seen.filter(({ headers, message }) => message?.method === 'tools/call' && headers['mcp-session-id'])
        .length,
    ).toBe(2);
  });

  it('a stream that ends before the answer is resumed by its last event id, not by sending again', async () => {
    let waiting: any;
    up.on = (message, response, request) => {
      if (request.method === 'GET' && request.headers['last-event-id'] === 'e-1') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(
          `id: e-2\ndata: ${JSON.stringify({ jsonrpc: '2.0', id: waiting.id, result: { content: [{ type: 'text', text: 'resumed' }] } })}\n\n`,
        );
        return true;
      }
      if (message?.params?.name !== 'start_trading_cycle') return false;
      waiting = message;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('id: e-1\nretry: 50\ndata:\n\n');
      return true;
    };
    const c = await rig.client();
    expect(await c.text('start_trading_cycle')).toBe('resumed');
    expect(up.count('tools/call')).toBe(1);
  });

  it('answers what is its own, with unknown as unknown', async () => {
    await rig.stop();
    up.resources = [];
    rig = await Rig.start(up.url, { stateOf: emptyState });
    const c = await rig.client();
    const uris = (await c.request('resources/list')).result.resources.map((one: any) => one.uri);
    expect(uris).toEqual(['catalyst://positions/active', 'catalyst://system/health']);
    const read = await c.request('resources/read', { uri: 'catalyst://positions/active' });
    expect(JSON.parse(read.result.contents[0].text)).toMatchObject({
      environment: 'DEMO',
      positions: { known: false, reason: 'never read', lastKnown: null },
    });
    expect(JSON.parse(await c.text('companion_status'))).toMatchObject({
      profile: 'demo',
      link: { state: 'Off' },
      cycle: { known: false },
    });
    expect(up.count('resources/read')).toBe(0);
  });

  it('serves the CLI as a client of its own', async () => {
    await rig.bridge.refresh('demo');
    const call = {
      profile: 'demo',
      client: { name: 'catalyst-companion', version: '1' },
      transport: 'cli' as const,
    };
    expect(
      await rig.bridge.callAs({
        ...call,
        method: 'tools/call',
        paramsText: '{"name":"echo","arguments":{"text":"hi"}}',
      }),
    ).toEqual({ result: { content: [{ type: 'text', text: 'hi' }] } });
    expect(await rig.bridge.callAs({ ...call, method: 'nothing/known', paramsText: '{}' })).toMatchObject({
      error: { code: -32601 },
    });
    expect(rig.gate.calls[0]).toMatchObject({ transport: 'cli', client: 'catalyst-companion 1' });
    const made = up.seen.filter(
      ({ message }) => message?.method === 'tools/call' || message?.method === 'nothing/known',
    );
    await until(() => made.every(({ headers }) => up.deleted.includes(String(headers['mcp-session-id']))));
  });

  it('shows its clients', async () => {
    await rig.client('claude-ai');
    await until(() => rig.clients.length === 1);
    expect(rig.clients[0]).toMatchObject({
      name: 'claude-ai',
      version: '0.1.0',
      profile: 'demo',
      transport: 'stdio',
    });
    await rig.stubs[0]?.end();
    await until(() => rig.clients.length === 0);
  });

  it('is told when its profile is removed', async () => {
    const c = await rig.client();
    await until(() => rig.clients.length === 1);
    await rig.bridge.removeProfile('demo');
    await until(() => c.stderr.includes('went away'));
    expect((await c.call('get_state')).result.isError).toBe(true);
  });
});
