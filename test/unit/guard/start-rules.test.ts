import { beforeEach, describe, expect, it } from 'vitest';
import type { ToolEntry } from '../../../electron/contract/bridge.ts';
import type { Grant, UnresolvedCall } from '../../../electron/contract/guard.ts';
import type { Limits } from '../../../electron/contract/profile.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';
import type { ConsentExtras, ConsentFacts, ConsentVerdict } from '../../../electron/core/guard/consent.ts';
import { wantsNameTyped } from '../../../electron/core/desks/approval.ts';
import { createGate } from '../../../electron/core/guard/gate.ts';
import { CALLS_PER_MINUTE } from '../../../electron/core/guard/rate.ts';
import type { TrailEntry } from '../../../electron/core/guard/trail.ts';
import type { GatedCall, RecordActivity } from '../../../electron/core/seams.ts';
import { profileState } from '../../helpers/fake-app.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const START = 'start_trading_cycle';

const entry = (name: string, annotations?: object): ToolEntry => ({
  name,
  class: 'start',
  status: 'listed',
  hash: `hash of ${name}`,
  definition: JSON.stringify({ name, ...(annotations ? { annotations } : {}) }),
  previous: null,
});

/** A guard over a profile whose status was just read, with a person who allows everything unless told otherwise. */
class Desk {
  readonly clock = new ManualClock();
  readonly entries: TrailEntry[] = [];
  readonly asked: ConsentFacts[] = [];
  readonly lines: Parameters<RecordActivity>[0][] = [];
  verdict: ConsentVerdict = 'allow';
  extras: ConsentExtras = {};
  onAsk: () => void = () => undefined;
  grants: Grant[] = [];
  unresolved: UnresolvedCall[] = [];
  state: ProfileState;
  readonly gate = createGate({
    presetOf: () => 'catalyst',
    lookup: (_profile, tool) => ({ status: this.#has(tool) ? 'listed' : 'new', approvedAs: null }),
    consent: {
      request: (_call, facts) => {
        this.asked.push(facts);
        this.onAsk();
        if (this.verdict === 'allow') facts.accept?.(this.extras);
        return Promise.resolve(this.verdict);
      },
    },
    audit: { append: (line) => Promise.resolve(void this.entries.push(line)) },
    clock: this.clock,
    recordActivity: (line) => {
      this.lines.push(line);
      return line.id ?? `line-${this.lines.length}`;
    },
    factsOf: () => [],
    stateOf: () => this.state,
    publish: (_profile, part, list) => {
      if (part === 'grants') this.grants = list as Grant[];
      else this.unresolved = list as UnresolvedCall[];
    },
  });

  constructor(environment: 'live' | 'paper' | 'demo') {
    this.state = profileState('real', { state: 'off' }, environment);
    this.state.catalogue.tools = [START, 'execute_trade', 'stop_trading', 'get_risk_metrics'].map((name) =>
      entry(name),
    );
    this.read();
  }

  #has(tool: string): boolean {
    return this.state.catalogue.tools.some(({ name }) => name === tool);
  }

  /** The status is read now. */
  read(mode: string | null = null): void {
    const source = { kind: 'rest', ref: 'x' } as const;
    const receivedAt = this.clock.now();
    const cycle = { active: false, status: 'idle', id: null, mode, startedAt: null, maxPositions: null };
    const workflow = { running: false, status: 'idle', cycle: null, mode: null, lastRun: null };
    const trading = {
      ...this.state.trading,
      workflow: { state: 'known' as const, value: workflow, source, receivedAt },
      cycle: { state: 'known' as const, value: cycle, source, receivedAt },
      positions: { state: 'known' as const, value: { rows: [], totals: [] }, source, receivedAt },
    };
    this.state = { ...this.state, trading };
  }

  limits(limits: Limits): void {
    this.state = { ...this.state, profile: { ...this.state.profile, limits } };
  }

  call(tool = START, argumentsText = '{}', over: Partial<GatedCall> = {}) {
    return this.gate.decide({
      profile: 'real',
      environment: this.state.profile.environment,
      client: 'claude-ai 0.1.0',
      transport: 'stdio',
      tool,
      argumentsText,
      signal: new AbortController().signal,
      ...over,
    });
  }

  async ok(...args: Parameters<Desk['call']>) {
    const decision = await this.call(...args);
    if (!decision.allowed) throw decision.error;
    await decision.ended({ outcome: 'ok', detail: '' });
    return decision;
  }

  async refused(...args: Parameters<Desk['call']>) {
    const decision = await this.call(...args);
    if (decision.allowed) throw new Error('it was allowed');
    return decision.error;
  }
}

describe('limits', () => {
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk('live');
  });

  it('refuse before anybody is asked, in words, on record and each time', async () => {
    desk.limits({ symbols: ['AAPL'] });
    const error = await desk.refused('execute_trade', '{"symbol":"TSLA"}');
    expect(error).toMatchObject({
      code: 'LIMIT_REFUSED',
      message: expect.stringMatching(/TSLA is not among the allowed AAPL\. Nothing was sent\./) as string,
    });
    await desk.refused('execute_trade', '{"symbol":"NVDA"}');
    expect(desk.asked).toEqual([]);
    expect(desk.entries.map(({ kind, decision }) => [kind, decision])).toEqual([
      ['refused', 'LIMIT_REFUSED'],
      ['refused', 'LIMIT_REFUSED'],
    ]);
    expect(desk.entries[1]?.detail).toContain('NVDA');
    expect(desk.lines.at(-1)).toMatchObject({ outcome: 'refused' });
  });

  it('count starts in any 60 minutes, those of an earlier run too, and two at once cannot both be the last', async () => {
    desk.limits({ startsPerHour: 2 });
    desk.gate.restore([], [{ profile: 'real', at: desk.clock.now() - 30 * 60_000 }]);
    const both = await Promise.all([desk.call(), desk.call(START, '{"mode":"b"}')]);
    expect(both.filter(({ allowed }) => allowed)).toHaveLength(1);
    desk.clock.advance(31 * 60_000);
    desk.read();
    expect((await desk.call()).allowed).toBe(true);
    expect((await desk.refused()).message).toContain('2 starts were let through');
  });

  it('ask nothing for a while after a deny', async () => {
    desk.limits({ coolDownSeconds: 60 });
    desk.verdict = 'deny';
    await desk.refused();
    desk.verdict = 'allow';
    expect((await desk.refused()).message).toContain('for 60 s more nothing is asked again');
    expect(desk.asked).toHaveLength(1);
    desk.clock.advance(60_000);
    desk.read();
    await desk.ok();
  });

  it('that were set while a person thought about it count', async () => {
    desk.onAsk = () => desk.limits({ startsPerHour: 0 });
    expect((await desk.refused()).code).toBe('LIMIT_REFUSED');
  });

  it('bound how often one client asks, whatever it is told', async () => {
    desk.verdict = 'deny';
    for (let n = 0; n < CALLS_PER_MINUTE; n += 1) await desk.refused();
    expect((await desk.refused()).code).toBe('RATE_LIMITED');
    expect(desk.asked).toHaveLength(CALLS_PER_MINUTE);
    desk.verdict = 'allow';
    await desk.ok(START, '{}', { client: 'cursor 1' });
    // neither reads nor stops are in it
    await desk.ok('get_risk_metrics');
    await desk.ok('stop_trading');
  });
});

describe('a status that cannot be relied on', () => {
  it('has to be confirmed by itself', async () => {
    const desk = new Desk('live');
    desk.clock.advance(180_000);
    expect((await desk.refused()).code).toBe('CONSENT_NOT_CONFIRMED');
    expect(desk.asked[0]?.warnings).toEqual([
      { id: 'status', text: expect.stringContaining('The workflow status is 3 min old.') as string },
    ]);
    desk.extras = { confirmed: ['status'] };
    await desk.ok();
  });

  it('that became so while a person thought about it is not confirmed', async () => {
    const desk = new Desk('live');
    desk.clock.advance(44_000);
    desk.onAsk = () => desk.clock.advance(5_000);
    desk.extras = { confirmed: ['status'] };
    expect((await desk.refused()).code).toBe('STATUS_NOT_FRESH');
    expect(desk.entries.some(({ kind }) => kind === 'intent')).toBe(false);
  });
});

it('a back end that says paper where the profile says live gets no start, and still gets its stop', async () => {
  const desk = new Desk('live');
  desk.read('paper');
  expect(await desk.refused()).toMatchObject({ code: 'ENVIRONMENT_MISMATCH' });
  expect(desk.asked).toEqual([]);
  await desk.ok('stop_trading');
  desk.read('normal');
  await desk.ok();
});

describe('a grant', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = new Desk('paper');
    desk.extras = { grantMinutes: 15 };
    await desk.ok();
    desk.extras = {};
    expect(desk.grants).toMatchObject([{ tool: START, client: 'claude-ai 0.1.0 over stdio', used: 0 }]);
  });
  const asks = async (...args: Parameters<Desk['call']>) => {
    const before = desk.asked.length;
    await desk.ok(...args);
    return desk.asked.length > before;
  };

  it('lets further calls of that tool by that client go on without a dialog, each on record as such', async () => {
    expect(await asks(START, '{"mode":"aggressive"}')).toBe(false);
    expect(desk.entries.findLast(({ kind }) => kind === 'intent')).toMatchObject({
      decision: 'allow',
      detail: expect.stringContaining('Under a grant of 15 min') as string,
    });
    expect(desk.lines.at(-1)?.detail).toContain('Under a grant');
    expect(desk.grants[0]?.used).toBe(1);
    expect(await asks('execute_trade')).toBe(true);
    expect(await asks(START, '{}', { client: 'cursor 1' })).toBe(true);
    expect(await asks(START, '{}', { transport: 'http' })).toBe(true);
  });

  it('is never given for live, nor for other minutes than offered', async () => {
    const live = new Desk('live');
    live.extras = { grantMinutes: 15 };
    expect((await live.refused()).code).toBe('GRANT_REFUSED');
    expect(live.asked[0]?.grantMinutes).toBeUndefined();
    desk.gate.grants.endAll('test');
    desk.extras = { grantMinutes: 600 };
    expect((await desk.refused()).code).toBe('GRANT_REFUSED');
  });

  it.each<[string, () => unknown]>([
    ['time', () => desk.clock.advance(15 * 60_000)],
    ['sleep, of which the monotonic clock knows nothing', () => desk.clock.sleep(16 * 60_000)],
    ['a stop', () => desk.ok('stop_trading')],
    [
      'another environment',
      () => (desk.state = { ...desk.state, profile: { ...desk.state.profile, environment: 'demo' } }),
    ],
    ['another definition', () => (desk.state.catalogue.tools = [{ ...entry(START), hash: 'other' }])],
    ['a person', () => desk.gate.grants.revoke('real', desk.grants[0]?.id ?? '')],
  ])('ends with %s', async (_what, end) => {
    await end();
    desk.read();
    expect(await asks()).toBe(true);
    expect(desk.grants).toEqual([]);
    expect(desk.entries.some(({ kind }) => kind === 'grant-ended')).toBe(true);
  });

  it('ends with a deny of anything on the profile', async () => {
    desk.verdict = 'deny';
    await desk.refused('execute_trade');
    desk.verdict = 'allow';
    expect(await asks()).toBe(true);
  });

  it('does not cover a call that a person has to weigh: an old status, or an outcome that is not known', async () => {
    desk.clock.advance(60_000);
    desk.extras = { confirmed: ['status'] };
    expect(await asks()).toBe(true);
    desk.read();
    const decision = await desk.call();
    if (decision.allowed) await decision.ended({ outcome: 'unknown', detail: 'cut' });
    expect(await asks()).toBe(true);
    expect(desk.grants).toHaveLength(1);
  });

  it('is under the limits like everything else', async () => {
    desk.limits({ startsPerHour: 1 });
    expect((await desk.refused()).code).toBe('LIMIT_REFUSED');
  });
});

describe('outcomes', () => {
  const unknown = async (desk: Desk) => {
    const decision = await desk.call();
    if (!decision.allowed) throw decision.error;
    await decision.ended({ outcome: 'unknown', detail: 'It was cut.' });
    return decision;
  };

  it('are published while open, and a late answer replaces unknown once', async () => {
    const desk = new Desk('live');
    const decision = await unknown(desk);
    expect(desk.unresolved).toMatchObject([{ tool: START, detail: 'It was cut.' }]);
    await decision.ended({ outcome: 'ok', detail: '' });
    await decision.ended({ outcome: 'unknown', detail: 'never' });
    expect(desk.unresolved).toEqual([]);
    const outcomes = desk.entries
      .filter(({ kind }) => kind === 'outcome')
      .map(({ outcome, detail }) => [outcome, detail]);
    expect(outcomes).toEqual([
      ['unknown', 'It was cut.'],
      ['ok', 'Answered late.'],
    ]);
    expect(desk.lines.at(-1)).toMatchObject({ outcome: 'ok', detail: 'Answered late.' });
    expect(desk.gate.writing('real')).toBe(false);
  });

  it('are dismissed by a person with when, and never while the call runs', async () => {
    const desk = new Desk('live');
    const running = await desk.call();
    const id = desk.unresolved[0]?.id ?? '';
    await expect(desk.gate.outcomes.dismiss('real', id)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    if (running.allowed) await running.ended({ outcome: 'unknown', detail: 'cut' });
    await desk.gate.outcomes.dismiss('real', id);
    expect(desk.unresolved).toEqual([]);
    expect(desk.gate.unresolved('real')).toBeNull();
    expect(desk.entries.at(-1)).toMatchObject({
      kind: 'settled',
      actor: 'you',
      id,
      detail: expect.stringMatching(/^Dismissed by you at 2026-11-21 10:00:00 UTC/) as string,
    });
    await expect(desk.gate.outcomes.dismiss('real', id)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    // that the same call was made is said all the same
    await desk.ok();
    expect(desk.asked.at(-1)?.known[0]?.label).toBe('Repeated call');
  });
});

it('a tool that a person made stricter becomes soft again only with the name typed', () => {
  const gate = (now: 'read' | 'start') => ({ tableClass: () => 'read' as const, classify: () => now });
  const tools = [{ name: 'get_risk_metrics' }];
  expect(() => wantsNameTyped(gate('start'), 'real', tools, 'read')).toThrow(/name typed/);
  expect(() => wantsNameTyped(gate('read'), 'real', tools, 'start')).not.toThrow();
  expect(() => wantsNameTyped(gate('read'), 'real', tools, 'read')).not.toThrow();
});

it("the droplet's own words can make a read stricter, and nothing softer", async () => {
  const desk = new Desk('live');
  expect(desk.gate.classify('real', 'get_risk_metrics')).toBe('read');
  desk.state.catalogue.tools = [
    entry('get_risk_metrics', { readOnlyHint: false }),
    entry(START, { readOnlyHint: true }),
    entry('stop_trading', { destructiveHint: true }),
    entry('made_up', { readOnlyHint: true }),
  ];
  expect(desk.gate.classify('real', 'get_risk_metrics')).toBe('start');
  expect(desk.gate.classify('real', START)).toBe('start');
  expect(desk.gate.classify('real', 'stop_trading')).toBe('stop');
  expect(desk.gate.classify('real', 'made_up')).toBe('unknown');
});
