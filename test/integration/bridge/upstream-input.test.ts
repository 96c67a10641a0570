// messages of a protocol under test have every shape, also wrong ones
/* oxlint-disable typescript/no-explicit-any */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModernRaw } from '../../fixtures/mcp/modern-raw.ts';
import { until } from '../../fixtures/mcp/rig.ts';
import type { UpstreamClient } from '../../fixtures/mcp/upstream-client.ts';
import { Opened, failure, readable } from '../../fixtures/mcp/upstream-client.ts';

const open = new Opened();
afterEach(() => open.close());
const client = (...args: ConstructorParameters<typeof UpstreamClient>) => open.client(...args);
const textIn = (answer: any) => answer.result.content[0].text as string;

describe('a server of 2026-07-28 that needs input', () => {
  let server: ModernRaw;
  let url: string;

  beforeEach(async () => {
    server = new ModernRaw();
    open.add(server);
    url = await server.listen();
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

  it.each(['start_trading_cycle', 'echo'])(
    '%s goes on without a state too, once a round, each under a key of its own',
    async (name) => {
      let rounds = 0;
      server.on = (message, response) => {
        if (message?.method !== 'tools/call' || rounds++ === 2) return false;
        const wanted = { resultType: 'input_required', inputRequests: { r: { method: 'roots/list' } } };
        server.result(response, message.id, JSON.stringify(wanted));
        return true;
      };
      const one = client(url, 'legacy', { capabilities: { roots: {} } });
      one.onAsked = () => ({ result: { roots: [] } });
      const options = {
        headers: { 'idempotency-key': 'key' },
        ...(name === 'echo' ? { signal: readable() } : {}),
      };
      const args = { text: name };
      expect(textIn(await one.ask('tools/call', { name, arguments: args }, options))).toBe(name);
      const calls = server.raw.seen.filter(({ message }) => message?.method === 'tools/call');
      expect(calls).toHaveLength(3);
      expect(new Set(calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(3);
      expect(calls.map(({ message }) => message.params.arguments)).toEqual([args, args, args]);
      expect(calls.map(({ message }) => message.params.inputResponses)).toEqual([
        undefined,
        { r: { roots: [] } },
        { r: { roots: [] } },
      ]);
      for (const { message } of calls) expect(message.params).not.toHaveProperty('requestState');
    },
  );

  it.each([
    ['is cut off', undefined],
    ['is turned away', 400],
    ['meets another server', 404],
  ])(
    'a call that changes something has an unknown outcome where its second round %s',
    async (_how, status) => {
      server.on = (message, response) => {
        if (message?.method !== 'tools/call') return false;
        if (!message.params.inputResponses)
          server.result(
            response,
            message.id,
            '{"resultType":"input_required","inputRequests":{"r":{"method":"roots/list"}}}',
          );
        else if (status === undefined) response.destroy();
        else if (status === 404) response.writeHead(404).end();
        else server.error(response, status, message.id, -32021, 'needs sampling');
        return true;
      };
      const one = client(url, 'legacy', { capabilities: { roots: {} } });
      one.onAsked = () => ({ result: { roots: [] } });
      const error = await failure(one.ask('tools/call', { name: 'start_trading_cycle' }));
      expect(error).toMatchObject({ fate: 'lost', sessionLost: false });
      expect(server.count('tools/call')).toBe(2);
    },
  );

  it('has an unknown outcome too where the link is gone when the answer comes', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      const wanted = { resultType: 'input_required', inputRequests: { r: { method: 'roots/list' } } };
      server.result(response, message.id, JSON.stringify(wanted));
      return true;
    };
    const one = client(url, 'legacy', { capabilities: { roots: {} } });
    one.onAsked = () => {
      one.link.down();
      return { result: { roots: [] } };
    };
    expect((await failure(one.ask('tools/call', { name: 'start_x' }))).fate).toBe('lost');
    expect(server.count('tools/call')).toBe(1);
  });

  it('a client that gives up, or does not answer in time, is told that the question is off', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      const wanted = { a: { method: 'roots/list' } };
      const result = { resultType: 'input_required', inputRequests: wanted, requestState: 's' };
      server.result(response, message.id, JSON.stringify(result));
      return true;
    };
    const one = client(url, 'legacy', { capabilities: { roots: {} } });
    const stop = new AbortController();
    const given = failure(one.ask('tools/call', { name: 'echo' }, { signal: stop.signal }));
    await until(() => one.heard.length === 1);
    stop.abort();
    expect((await given).fate).toBe('lost');
    expect(one.heard[1]).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: one.heard[0].id },
    });
    // long enough for the question to come, on a busy machine too
    const late = await failure(one.ask('tools/call', { name: 'start_x' }, { ms: 3_000 }));
    expect(late).toMatchObject({ fate: 'lost', error: { code: 'MCP_TIMEOUT' } });
    expect(one.heard).toHaveLength(4);
    // an answer that comes too late answers nothing
    await one.upstream.notify(`{"jsonrpc":"2.0","id":${one.heard[2].id},"result":{"roots":[]}}`);
    expect(server.count('tools/call')).toBe(2);
  });

  it.each([
    ['{"a":{"method":"tools/list"}}', 'tools/list'],
    ['{"a":{"method":7}}', '7'],
    ['{"a":null}', '""'],
    ['"no"', 'without saying which'],
    [
      JSON.stringify(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [n, { method: 'roots/list' }]))),
      '40',
    ],
  ])('a server that asks for what there is not (%s) is not asked again', async (wanted, words) => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      server.result(response, message.id, `{"resultType":"input_required","inputRequests":${wanted}}`);
      return true;
    };
    const one = client(url);
    const error = await failure(one.ask('tools/call', { name: 'echo' }, { signal: readable() }));
    expect(error.fate).toBe('lost');
    expect(error.message).toContain(words);
    expect(one.heard).toEqual([]);
    expect(server.count('tools/call')).toBe(1);
  });

  it('a client that cannot answer ends the call, without a second one', async () => {
    server.on = (message, response) => {
      if (message?.method !== 'tools/call') return false;
      const wanted = { a: { method: 'sampling/createMessage', params: {} } };
      const result = { resultType: 'input_required', inputRequests: wanted, requestState: 's' };
      server.result(response, message.id, JSON.stringify(result));
      return true;
    };
    const one = client(url);
    one.onAsked = () => ({ error: { code: -32601, message: 'no' } });
    expect((await failure(one.ask('tools/call', { name: 'start_x' }))).message).toContain(
      'sampling/createMessage',
    );
    expect(server.count('tools/call')).toBe(1);
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
});
