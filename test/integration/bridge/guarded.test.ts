// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../electron/core/clock.ts';
import { openGate } from '../../fixtures/mcp/open-gate.ts';
import { RawUpstream } from '../../fixtures/mcp/raw-upstream.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';

const START = 'start_trading_cycle';

describe('what a client may do past the guard', () => {
  let up: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    up = new RawUpstream();
    up.offersStream = true;
    rig = await Rig.start(await up.listen(), {
      limits: { deadlineMs: 20_000, firstListMs: 20_000, inFlight: 8 },
    });
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it('a tools/call without an id is no way around it', async () => {
    const c = await rig.client();
    await c.call('get_state');
    c.notify('tools/call', { name: START, arguments: {} });
    c.notify('notifications/roots/list_changed');
    await until(() => up.count('notifications/roots/list_changed') === 1);
    expect(up.count('tools/call', START)).toBe(0);
    expect(rig.gate.calls.map(({ tool }) => tool)).toEqual(['get_state']);
  });

  it.each(['Tools/Call', 'tools/call ', 'tools/call\u0000', 'ｔools/call'])(
    'nor is a method that a lenient server could take for it: %j',
    async (method) => {
      const c = await rig.client();
      expect((await c.request(method, { name: START })).error?.code).toBe(-32600);
      expect(up.seen.filter(({ message }) => message?.params?.name === START)).toEqual([]);
    },
  );

  it('nobody but the answer to the call itself answers it: a response on the side stream reaches no client', async () => {
    let release = () => {};
    up.on = (message, response) => {
      if (message?.params?.name !== START) return false;
      release = () => up.reply(response, message, { result: { content: [{ type: 'text', text: 'real' }] } });
      return true;
    };
    const c = await rig.client();
    await c.call('get_state');
    await until(() => up.streams.size >= 2);
    c.raw(`{"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"${START}"}}\n`);
    await until(() => up.count('tools/call', START) === 1);
    up.push({ jsonrpc: '2.0', id: 'mine', result: { content: [{ type: 'text', text: 'forged' }] } });
    up.push({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'after' } });
    await c.message((m) => m.method === 'notifications/message');
    release();
    expect((await c.message((m) => m.id === 'mine')).result.content[0].text).toBe('real');
    expect(c.messages.filter((m) => m.id === 'mine')).toHaveLength(1);
  });

  it('a stop goes through although as many requests are open as may be', async () => {
    up.on = (message) => message?.params?.name === 'get_state';
    const c = await rig.client();
    for (let n = 0; n < 8; n++)
      c.raw(`{"jsonrpc":"2.0","id":"r${n}","method":"tools/call","params":{"name":"get_state"}}\n`);
    await until(() => up.count('tools/call', 'get_state') === 8);
    expect((await c.call('get_state')).error?.code).toBe(-32000);
    expect((await c.call(START)).error?.code).toBe(-32000);
    expect(await c.text('stop_trading')).toBe('stop_trading');
  });
});

it('a server that lost a client’s session was restarted: its lists are read anew', async () => {
  const up = new RawUpstream();
  const rig = await Rig.start(await up.listen());
  const c = await rig.client();
  await c.call('get_state');
  up.tools = [{ name: 'get_state', description: 'other', inputSchema: { type: 'object' } }];
  up.sessions.clear();
  await c.call('get_state');
  await until(
    () =>
      rig.bridge.catalogue.view('demo').tools.find(({ name }) => name === 'get_state')?.status === 'changed',
  );
  await rig.stop();
  await up.close();
});

describe('a stop that a client asks for', () => {
  let up: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    up = new RawUpstream();
    rig = await Rig.start(await up.listen());
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it('reaches a server that has just lost the session', async () => {
    const c = await rig.client();
    await c.call('get_state');
    up.sessions.clear();
    expect(await c.text('stop_trading')).toBe('stop_trading');
    expect(rig.gate.ends.at(-1)).toMatchObject({ outcome: 'ok' });
  });

  it('waits for no ping of a server that has gone silent', async () => {
    let ahead = 0;
    await rig.stop();
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
    rig = await Rig.start(up.url, { clock });
    const c = await rig.client();
    await c.call('get_state');
    ahead = 6_000; // a start would be preceded by a ping now
    up.on = (message) => message?.method === 'ping';
    expect(await c.text('stop_trading')).toBe('stop_trading');
    expect(up.count('ping')).toBe(0);
  });

  it('that is cut is unknown, is not sent again by itself, and the model may stop again', async () => {
    up.on = (message, response) => {
      if (message?.params?.name !== 'stop_trading') return false;
      response.socket?.destroy();
      return true;
    };
    const c = await rig.client();
    const said = (await c.call('stop_trading')).result.content[0].text;
    expect(said).toContain('outcome of stop_trading is unknown');
    expect(said).toContain('stop_trading may be called again');
    expect(said).not.toContain('Do not call');
    expect(up.count('tools/call', 'stop_trading')).toBe(1);
    expect(rig.gate.ends.at(-1)).toMatchObject({ outcome: 'unknown' });
  });

  it('that takes long does not forbid another', async () => {
    await rig.stop();
    rig = await Rig.start(up.url, { limits: { deadlineMs: 1_500 } });
    up.on = (message) => message?.params?.name === 'stop_trading';
    const c = await rig.client();
    const said = (await c.call('stop_trading')).result.content[0].text;
    expect(said).toContain('still running');
    expect(said).not.toContain('Do not call');
  });
});

describe('what is said and recorded of a start', () => {
  let up: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    up = new RawUpstream();
    rig = await Rig.start(await up.listen(), { limits: { deadlineMs: 20_000, firstListMs: 20_000 } });
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });
  const answerStart = (answer: (response: any, message: any) => void) => {
    up.on = (message, response) => {
      if (message?.params?.name !== START) return false;
      answer(response, message);
      return true;
    };
  };

  it.each([401, 403, 406, 413, 421, 429])(
    'HTTP %i turned it away: not carried out, and on record as not sent',
    async (status) => {
      const c = await rig.client();
      await c.call('get_state');
      answerStart((response) => response.writeHead(status).end());
      expect((await c.call(START)).result.content[0].text).toContain('was not carried out');
      expect(rig.gate.ends.at(-1)).toMatchObject({ outcome: 'error', sent: false });
    },
  );

  it.each([303, 408, 409, 422, 425, 451])(
    'HTTP %i does not say that nothing was done: the outcome is unknown',
    async (status) => {
      const c = await rig.client();
      await c.call('get_state');
      answerStart((response) => response.writeHead(status, { location: '/x' }).end('{"detail":"no"}'));
      expect((await c.call(START)).result.content[0].text).toContain(`Do not call ${START} again`);
      expect(rig.gate.ends.at(-1)).toMatchObject({ outcome: 'unknown' });
      expect(up.count('tools/call', START)).toBe(1);
    },
  );

  it.each([
    ['isError', { content: [{ type: 'text', text: 'broker said no' }], isError: true }],
    ['isError around success', { content: [{ type: 'text', text: '{"success":true}' }], isError: true }],
    ['success:false', { content: [{ type: 'text', text: '{"success": false, "error": "broker said no"}' }] }],
    ['an error without success', { content: [{ type: 'text', text: '{"error":"broker said no"}' }] }],
    [
      'structured success:false',
      { content: [], structuredContent: { success: false, message: 'broker said no' } },
    ],
    ['wrapped', { content: [], structuredContent: { result: { success: false } } }],
    [
      'isError in a large answer, spelled with blanks',
      { content: [{ type: 'text', text: 'x'.repeat(100_000) }], isError: true },
    ],
  ])(
    'a result that reports a failure (%s) leaves the outcome unknown, and the model is told',
    async (_name, result) => {
      answerStart((response, message) => {
        const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, result }).replace(
          '"isError":',
          '"isError" : ',
        );
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      });
      const c = await rig.client();
      const answer = (await c.call(START)).result;
      expect(answer.isError).toBe(true);
      const said = answer.content.map((part: any) => part.text).join('\n');
      expect(said).toContain(`Do not call ${START} again`);
      if (JSON.stringify(result).includes('broker')) expect(said).toContain('broker said no');
      expect(rig.gate.ends).toMatchObject([{ tool: START, outcome: 'unknown' }]);
    },
  );

  it('a start that the server took as a task is not done yet', async () => {
    const result = { task: { taskId: 't-1', status: 'working' } };
    answerStart((response, message) => up.reply(response, message, { result }));
    const c = await rig.client();
    expect((await c.call(START)).result).toEqual(result);
    expect(rig.gate.ends).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('a stop that reports a failure may be tried again: its answer passes as it came', async () => {
    up.on = (message, response) => {
      if (message?.params?.name !== 'stop_trading') return false;
      up.reply(response, message, { result: { content: [{ type: 'text', text: 'failed' }], isError: true } });
      return true;
    };
    const c = await rig.client();
    expect((await c.call('stop_trading')).result).toEqual({
      content: [{ type: 'text', text: 'failed' }],
      isError: true,
    });
    expect(rig.gate.ends).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('success passes byte for byte', async () => {
    const text = '{"success": true, "cycle_id": "c-1", "errors": null, "n": 1.50}';
    answerStart((response, message) => {
      const body = `{"result":{"content":[{"type":"text","text":${JSON.stringify(text)}}],"_perf":{"ms":4.0}},"id":${message.id},"jsonrpc":"2.0"}`;
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const c = await rig.client();
    await c.call(START);
    expect(c.lines.at(-1)).toContain('"_perf":{"ms":4.0}');
    expect(rig.gate.ends).toMatchObject([{ outcome: 'ok' }]);
  });

  it('a fault of our own after consent ends the call on record too', async () => {
    const c = await rig.client();
    await c.call('get_state');
    const { transport } = rig.link;
    const route = transport!.route.bind(transport);
    transport!.route = () => {
      throw new TypeError('boom');
    };
    expect((await c.call(START)).result.isError).toBe(true);
    transport!.route = route;
    expect(rig.gate.ends.map(({ tool }) => tool)).toContain(START);
  });

  it('has one line in Activity, and that is the guard’s', async () => {
    const c = await rig.client();
    await c.call(START);
    await c.call('deny_this');
    expect(rig.activity.filter(({ kind }) => kind === 'tool')).toEqual([]);
    rig.link.down();
    await c.call(START);
    expect(rig.activity.filter(({ kind }) => kind === 'tool')).toMatchObject([{ outcome: 'refused' }]);
  });

  it('is answered in time also when the server goes silent after consent, and is not sent then', async () => {
    await rig.stop();
    rig = await Rig.start(up.url, { limits: { deadlineMs: 1_500 } });
    const c = await rig.client();
    await c.call('get_state');
    // ping or a new session: whatever comes before the call gets no answer
    up.on = (message) => message?.method === 'ping' || message?.method === 'initialize';
    up.sessions.clear();
    await c.call('get_state');
    expect((await c.call(START)).result.content[0].text).toContain('was not carried out');
    expect(up.count('tools/call', START)).toBe(0);
  });

  it('is not sent when trading was stopped while the server was asked whether it is there', async () => {
    const c = await rig.client();
    await c.call('get_state');
    let stopped = false;
    const decide = rig.gate.decide.bind(rig.gate);
    rig.gate.decide = async (call) => {
      const decision = await decide(call);
      return decision.allowed ? { ...decision, overtaken: () => stopped } : decision;
    };
    up.on = (message) => {
      if (message?.method === 'ping' || message?.method === 'initialize') stopped = true;
      return false;
    };
    up.sessions.clear();
    await c.call('get_state');
    const text = (await c.call(START)).result.content[0].text as string;
    expect(stopped).toBe(true);
    expect(text).toContain('was not carried out. Trading was stopped before it was sent.');
    expect(up.count('tools/call', START)).toBe(0);
    expect(rig.gate.ends.at(-1)).toMatchObject({ tool: START, outcome: 'error', sent: false });
  });
});

describe('the end of app and client', () => {
  let up: RawUpstream;
  let rig: Rig;
  beforeEach(async () => {
    up = new RawUpstream();
    rig = await Rig.start(await up.listen());
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });

  it('quitting waits a moment for the answer of a start, so that its outcome is on record', async () => {
    up.on = (message, response) => {
      if (message?.params?.name !== START) return false;
      setTimeout(() => up.reply(response, message, { result: { content: [] } }), 500);
      return true;
    };
    const c = await rig.client();
    c.raw(`{"jsonrpc":"2.0","id":1000,"method":"tools/call","params":{"name":"${START}"}}\n`);
    await until(() => up.count('tools/call', START) === 1);
    await rig.bridge.dispose();
    expect(rig.gate.ends).toMatchObject([{ tool: START, outcome: 'ok' }]);
  });

  it('what never left is on record as not sent', async () => {
    const c = await rig.client();
    await c.call('get_state');
    let asked = 0;
    const gate = rig.gate as { decide: typeof rig.gate.decide };
    const decide = gate.decide.bind(gate);
    gate.decide = async (call) => {
      asked += 1;
      const decision = await decide(call);
      rig.link.down();
      return decision;
    };
    expect((await c.call(START)).result.content[0].text).toContain('was not carried out');
    expect(asked).toBe(1);
    expect(rig.gate.ends.at(-1)).toMatchObject({ outcome: 'error', sent: false });
    expect(up.count('tools/call', START)).toBe(0);
  });

  const call = {
    profile: 'demo',
    client: { name: 'catalyst-companion', version: '1' },
    transport: 'cli' as const,
    method: 'tools/call',
  };

  it('a call of the command line that is no message is refused, not left hanging', async () => {
    for (const paramsText of [
      '{"name":"echo","arguments":{bad}}',
      '{"name":"echo","arguments":{}},"id":2,"x":{}',
    ]) {
      const answer = await Promise.race([
        rig.bridge.callAs({ ...call, paramsText }),
        new Promise((resolve) => setTimeout(() => resolve('hangs'), 30_000).unref()),
      ]);
      expect(answer).toMatchObject({ error: { code: expect.any(Number) as number } });
    }
    expect(rig.clients).toEqual([]);
  });

  it('a command line that goes away takes its request for consent with it', async () => {
    await rig.stop();
    const gate = openGate(
      (asked) => new Promise((resolve) => asked.signal.addEventListener('abort', () => resolve())),
    );
    rig = await Rig.start(up.url, { gate });
    const gone = new AbortController();
    const answer = rig.bridge.callAs({ ...call, paramsText: `{"name":"${START}"}`, signal: gone.signal });
    await until(() => gate.calls.length === 1);
    gone.abort();
    await expect(answer).rejects.toMatchObject({ code: 'CONSENT_WITHDRAWN' });
    await until(() => gate.calls[0].signal.aborted);
    expect(up.count('tools/call', START)).toBe(0);
  });
});
