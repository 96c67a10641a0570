import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGate } from '../../fixtures/mcp/open-gate.ts';
import { ModernClient } from '../../fixtures/mcp/modern-client.ts';
import { ModernRaw } from '../../fixtures/mcp/modern-raw.ts';
import { Rig, until } from '../../fixtures/mcp/rig.ts';

const START = 'start_trading_cycle';
/** Characters that a re-serialised state would lose. */
const STATE = 'st\\u00e9 \\"1\\"\\u2028\\/';
const state = JSON.parse(`"${STATE}"`) as string;

/** Both sides are of 2026-07-28: a call that a person allowed goes on in further requests. */
describe('a call of a modern client that a modern server asks input for', () => {
  let up: ModernRaw;
  let rig: Rig;
  let c: ModernClient;
  /** How the server answers the start: by a question until it gets its state back. */
  let withState = true;
  const sent = (tool = START) =>
    up.raw.seen.filter(({ message }) => message?.method === 'tools/call' && message.params.name === tool);

  beforeEach(async () => {
    up = new ModernRaw();
    withState = true;
    up.tools = [...up.tools, { name: 'get_state', inputSchema: { type: 'object' } }];
    up.on = (message, response) => {
      if (message?.method !== 'tools/call' || message.params.name === 'echo') return false;
      const { requestState, inputResponses } = message.params;
      const asks =
        '"inputRequests":{"q":{"method":"elicitation/create","params":{"message":"Sure?","requestedSchema":{"type":"object","properties":{}}}}}';
      if (withState ? requestState !== state : !inputResponses)
        up.result(
          response,
          message.id,
          `{"resultType":"input_required",${asks}${withState ? `,"requestState":"${STATE}"` : ''}}`,
        );
      else
        up.result(
          response,
          message.id,
          '{"resultType":"complete","content":[{"type":"text","text":"done"}]}',
        );
      return true;
    };
    rig = await Rig.start(await up.listen(), {
      limits: { deadlineMs: 20_000, firstListMs: 20_000, holdMs: 1500 },
      gate: openGate(),
    });
    c = new ModernClient(rig.dir);
    rig.stubs.push(c.stub);
    await c.request('tools/list');
  });
  afterEach(async () => {
    await rig.stop();
    await up.close();
  });
  const answers = { inputResponses: { q: { action: 'accept', content: {} } } };

  it('passes as the server wrote it, and goes on under the consent that was given, once', async () => {
    const asked = await c.call(START, { n: 1 });
    expect(c.stub.lines.at(-1)).toContain(`"requestState":"${STATE}"`);
    expect(asked.result.requestState).toBe(state);
    expect(rig.gate.ends).toEqual([]);
    const { result } = await c.call(START, { n: 1 }, { requestState: state, ...answers });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'done' }] });
    expect(rig.gate.calls).toHaveLength(1);
    expect(rig.gate.ends).toMatchObject([
      { outcome: 'ok', tool: START, detail: expect.stringContaining('1 times') },
    ]);
    const keys = sent().map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(2);
    expect(keys[1]).toBe(`${String(keys[0])}-2`);
    expect(sent()[1]?.message.params.inputResponses).toEqual(answers.inputResponses);
    await until(() => rig.activity.some(({ detail }) => detail?.includes('Goes on')));
  });

  it('is a new call with consent once more where the state comes a second time', async () => {
    await c.call(START, { n: 1 });
    await c.call(START, { n: 1 }, { requestState: state, ...answers });
    const { result } = await c.call(START, { n: 1 }, { requestState: state, ...answers });
    // from its beginning: what nobody saw is not sent along
    expect(result.resultType).toBe('input_required');
    expect(rig.gate.calls).toHaveLength(2);
    expect(sent()[2]?.message.params).not.toHaveProperty('requestState');
    expect(sent()[2]?.message.params).not.toHaveProperty('inputResponses');
  });

  it('two retries at the same time: one goes on, the other is a new call', async () => {
    await c.call(START, { n: 1 });
    const both = await Promise.all([
      c.call(START, { n: 1 }, { requestState: state, ...answers }),
      c.call(START, { n: 1 }, { requestState: state, ...answers }),
    ]);
    expect(new Set(both.map(({ result }) => result.resultType))).toEqual(
      new Set(['complete', 'input_required']),
    );
    expect(rig.gate.calls).toHaveLength(2);
    expect(sent().filter(({ message }) => message.params.requestState !== undefined)).toHaveLength(1);
  });

  it.each([
    ['other arguments', START, { n: 2 }, {}, 'claude-ai'],
    ['the same arguments written otherwise', START, { n: 1, m: null }, {}, 'claude-ai'],
    ['another state', START, { n: 1 }, { requestState: `${state} ` }, 'claude-ai'],
    ['no state', START, { n: 1 }, { requestState: undefined }, 'claude-ai'],
    ['another client', START, { n: 1 }, {}, 'cursor'],
  ])('nothing else goes on with it: %s', async (_what, tool, args, more, name) => {
    await c.call(START, { n: 1 });
    c.name = name;
    const { result } = await c.call(tool, args, { requestState: state, ...answers, ...more });
    expect(result.resultType).toBe('input_required');
    expect(rig.gate.calls).toHaveLength(2);
    expect(sent()[1]?.message.params).not.toHaveProperty('requestState');
    expect(sent()[1]?.message.params).not.toHaveProperty('inputResponses');
  });

  it('a call that was refused does not pass with a state of another one', async () => {
    up.tools = [...up.tools, { name: 'deny_this', inputSchema: { type: 'object' } }];
    await c.call(START, { n: 1 });
    const { result } = await c.call('deny_this', { n: 1 }, { requestState: state, ...answers });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('refused') }] });
    expect(sent('deny_this')).toEqual([]);
  });

  it('asks for consent anew where the tool was blocked or judged otherwise in between', async () => {
    await c.call(START, { n: 1 });
    await rig.bridge.catalogue.block('demo', [START]);
    await c.call(START, { n: 1 }, { requestState: state, ...answers });
    expect(rig.gate.calls).toHaveLength(2);
    expect(rig.gate.ends[0]).toMatchObject({ outcome: 'unknown' });
  });

  it('has an unknown outcome when its time is over, and cannot be gone on with then', async () => {
    await c.call(START, { n: 1 });
    await until(() => rig.gate.ends.length === 1);
    expect(rig.gate.ends[0]).toMatchObject({
      outcome: 'unknown',
      detail: expect.stringContaining('did not come'),
    });
    await c.call(START, { n: 1 }, { requestState: state, ...answers });
    expect(rig.gate.calls).toHaveLength(2);
  });

  it('has an unknown outcome when its client leaves', async () => {
    await c.call(START, { n: 1 });
    await c.stub.end();
    await until(() => rig.gate.ends.length === 1);
    expect(rig.gate.ends[0]).toMatchObject({ outcome: 'unknown', detail: expect.stringContaining('left') });
    // another copy of the client is another client
    const other = new ModernClient(rig.dir);
    rig.stubs.push(other.stub);
    await other.call(START, { n: 1 }, { requestState: state, ...answers });
    expect(rig.gate.calls).toHaveLength(2);
  });

  it('whose next round is cut off is told that the outcome is unknown, although this round never left', async () => {
    await c.call(START, { n: 1 });
    const on = up.on;
    up.on = (message, response, request) => {
      if (message?.method === 'tools/call' && message.params.requestState) {
        up.error(response, 403, message.id, -32000, 'not now');
        return true;
      }
      return on?.(message, response, request);
    };
    const { result } = await c.call(START, { n: 1 }, { requestState: state, ...answers });
    expect(result.content[0].text).toMatch(/outcome of start_trading_cycle is unknown.*Do not call/s);
    expect(rig.gate.ends).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('without a state to go on from is ended: repeated it would begin a second time', async () => {
    withState = false;
    const { result } = await c.call(START, { n: 1 });
    expect(result).toMatchObject({ resultType: 'complete', isError: true });
    expect(result.content[0].text).toMatch(/outcome of start_trading_cycle is unknown/);
    expect(rig.gate.ends).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('reads may go either way: what the client sends is what arrives', async () => {
    withState = false;
    const asked = await c.call('get_state');
    expect(asked.result.resultType).toBe('input_required');
    expect((await c.call('get_state', {}, answers)).result.content[0].text).toBe('done');
    expect(sent('get_state')[1]?.message.params.inputResponses).toEqual(answers.inputResponses);
  });

  it('a client of the earlier eras cannot slip input past the consent either', async () => {
    const old = await rig.client('claude-ai', { elicitation: {} });
    await c.call(START, { n: 1 });
    const answered = old.request('tools/call', {
      name: START,
      arguments: { n: 1 },
      requestState: state,
      ...answers,
    });
    const question = await old.message((m) => m.method === 'elicitation/create');
    expect(sent()[1]?.message.params).not.toHaveProperty('requestState');
    old.raw(
      `${JSON.stringify({ jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: {} } })}\n`,
    );
    expect((await answered).result.content[0].text).toBe('done');
    expect(rig.gate.calls).toHaveLength(2);
  });
});
