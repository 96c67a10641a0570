import { beforeEach, describe, expect, it } from 'vitest';
import type { ToolClass, ToolStatus } from '../../../electron/contract/bridge.ts';
import type { TradingModel } from '../../../electron/contract/models.ts';
import type { ConsentFacts, ConsentVerdict } from '../../../electron/core/guard/consent.ts';
import { createGate } from '../../../electron/core/guard/gate.ts';
import type { GateCallEnd, GuardGate } from '../../../electron/core/guard/gate.ts';
import type { TrailEntry } from '../../../electron/core/guard/trail.ts';
import type { GateDecision, GatedCall, RecordActivity } from '../../../electron/core/seams.ts';
import { emptyState } from '../../fixtures/mcp/rig.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

type Line = Parameters<RecordActivity>[0];

class World {
  readonly clock = new ManualClock();
  readonly entries: TrailEntry[] = [];
  readonly steps: string[] = [];
  readonly lines = new Map<string, Line>();
  readonly tools = new Map<string, { status: ToolStatus; approvedAs: ToolClass | null }>();
  readonly asked: ConsentFacts[] = [];
  disk: 'fine' | 'full' | 'hangs' = 'fine';
  /** Writes wait for this. */
  held: Promise<void> | undefined;
  verdict: ConsentVerdict = 'allow';
  onAsk: () => void = () => undefined;
  onIntent: () => void = () => undefined;
  readonly gate: GuardGate;

  constructor() {
    for (const tool of ['start_trading_cycle', 'stop_trading', 'get_risk_metrics', 'scan_market'])
      this.tools.set(tool, { status: 'listed', approvedAs: null });
    this.gate = createGate({
      presetOf: (profile) => (profile === 'real' ? 'catalyst' : profile === 'any' ? 'generic' : undefined),
      lookup: (_profile, tool) => this.tools.get(tool),
      consent: {
        request: (_call, facts) => {
          this.asked.push(facts);
          this.steps.push('consent');
          this.onAsk();
          return Promise.resolve(this.verdict);
        },
      },
      audit: { append: (entry, options) => this.#append(entry, options?.sync === true) },
      clock: this.clock,
      recordActivity: (line) => {
        const id = line.id ?? `line-${this.lines.size + 1}`;
        this.lines.set(id, line);
        return id;
      },
      factsOf: () => [{ label: 'Workflow', text: 'idle', receivedAt: 1 }],
    });
  }

  async #append(entry: TrailEntry, sync: boolean): Promise<void> {
    if (this.disk === 'full') throw new Error('ENOSPC');
    if (this.disk === 'hangs') await new Promise(() => undefined);
    if (this.held) await this.held;
    this.steps.push(`${entry.kind}${sync ? ' sync' : ''}`);
    this.entries.push(entry);
    if (entry.kind === 'intent') this.onIntent();
  }

  call(tool: string, argumentsText = '{}', over: Partial<GatedCall> = {}): Promise<GateDecision> {
    return this.gate.decide({
      profile: 'real',
      environment: 'live',
      client: 'claude-ai 0.1.0',
      transport: 'stdio',
      tool,
      argumentsText,
      signal: new AbortController().signal,
      ...over,
    });
  }

  async allowed(tool: string, argumentsText = '{}', over: Partial<GatedCall> = {}) {
    const decision = await this.call(tool, argumentsText, over);
    if (!decision.allowed) throw decision.error;
    return { ...decision, ended: (end: GateCallEnd) => decision.ended(end) };
  }

  async refused(tool: string, argumentsText = '{}', over: Partial<GatedCall> = {}) {
    const decision = await this.call(tool, argumentsText, over);
    if (decision.allowed) throw new Error(`${tool} was allowed`);
    return decision.error;
  }

  get newest(): Line | undefined {
    return [...this.lines.values()].at(-1);
  }
}

let world: World;
beforeEach(() => {
  world = new World();
});

describe('policy', () => {
  it.each([
    ['blocked', 'TOOL_BLOCKED'],
    ['new', 'TOOL_NOT_APPROVED'],
    ['changed', 'TOOL_NOT_APPROVED'],
  ] as const)('refuses a %s tool and says how to approve it', async (status, code) => {
    world.tools.set('get_risk_metrics', { status, approvedAs: null });
    const error = await world.refused('get_risk_metrics');
    expect(error.code).toBe(code);
    expect(error.next).toContain('catalyst-companion tools approve real get_risk_metrics');
    expect(world.newest).toMatchObject({ outcome: 'refused' });
  });

  it('refuses what the catalogue does not have, and unknown profiles, without asking anyone', async () => {
    expect((await world.refused('sell_everything')).code).toBe('TOOL_UNKNOWN');
    expect((await world.refused('start_trading_cycle', '{}', { profile: 'nobody' })).code).toBe(
      'PROFILE_UNKNOWN',
    );
    expect(world.asked).toEqual([]);
  });

  it('records a repeated refusal once a minute', async () => {
    for (let n = 0; n < 50; n += 1) await world.refused('sell_everything');
    expect(world.entries).toHaveLength(1);
    world.clock.advance(60_000);
    await world.refused('sell_everything');
    expect(world.entries).toHaveLength(2);
  });

  it('lets a stop of our table through whatever the catalogue says', async () => {
    for (const status of ['new', 'changed', 'blocked'] as const) {
      world.tools.set('stop_trading', { status, approvedAs: null });
      expect((await world.allowed('stop_trading', '{"close_positions":false}')).toolClass).toBe('stop');
    }
    world.tools.delete('stop_trading');
    expect((await world.allowed('stop_trading')).toolClass).toBe('stop');
    expect(world.asked).toEqual([]);
  });

  it('asks before a stop that liquidates', async () => {
    world.verdict = 'deny';
    expect((await world.refused('stop_trading', '{"close_positions":true}')).code).toBe('CONSENT_DENIED');
    expect(world.asked).toHaveLength(1);
  });

  it('asks for an approved tool that nobody classed, and not for one approved as read', async () => {
    world.tools.set('mystery', { status: 'listed', approvedAs: null });
    await world.allowed('mystery', '{}', { profile: 'any' });
    expect(world.asked[0]?.toolClass).toBe('unknown');
    world.tools.set('mystery', { status: 'listed', approvedAs: 'read' });
    expect((await world.allowed('mystery', '{}', { profile: 'any' })).toolClass).toBe('read');
    expect(world.asked).toHaveLength(1);
    expect(world.gate.classify('any', 'mystery')).toBe('read');
    expect(world.gate.classify('any', 'companion_status')).toBe('read');
    expect(world.gate.classify('nobody', 'x')).toBe('unknown');
  });

  it('does not carry an approval as stop over to a changed definition', async () => {
    world.tools.set('halt', { status: 'changed', approvedAs: 'stop' });
    expect((await world.refused('halt', '{}', { profile: 'any' })).code).toBe('TOOL_NOT_APPROVED');
  });
});

describe('a read', () => {
  it('goes without consent and without an audit entry, and its line ends', async () => {
    const decision = await world.allowed('get_risk_metrics');
    expect(world.newest).toMatchObject({ outcome: 'pending', toolClass: 'read' });
    world.clock.advance(20);
    await decision.ended({ outcome: 'error', detail: 'x' });
    expect(world.newest).toMatchObject({ outcome: 'error', durationMs: 20, detail: 'x' });
    expect(world.lines.size).toBe(1);
    expect([world.asked, world.entries]).toEqual([[], []]);
  });

  it('goes on with a full disk', async () => {
    world.disk = 'full';
    await (await world.allowed('get_risk_metrics')).ended({ outcome: 'ok', detail: '' });
    expect(world.newest).toMatchObject({ outcome: 'ok' });
  });
});

describe('a start', () => {
  it('is asked, recorded on the disk, and only then allowed; its outcome follows once', async () => {
    const decision = await world.allowed('start_trading_cycle', '{"mode":"normal"}');
    expect(world.steps).toEqual(['consent', 'intent sync']);
    expect(world.asked[0]).toMatchObject({
      toolClass: 'start',
      known: [{ label: 'Workflow' }],
      unresolved: null,
    });
    await decision.ended({ outcome: 'ok', detail: 'started' });
    await decision.ended({ outcome: 'unknown', detail: 'again' });
    const [intent, outcome, ...more] = world.entries;
    expect(more).toEqual([]);
    expect(intent).toMatchObject({
      kind: 'intent',
      actor: 'claude-ai 0.1.0',
      decision: 'allow',
      args: '{"mode":"normal"}',
      id: decision.idempotencyKey,
    });
    expect(intent?.argsHash).toMatch(/^[0-9a-f]{64}$/);
    expect(outcome).toMatchObject({
      kind: 'outcome',
      outcome: 'ok',
      id: decision.idempotencyKey,
      detail: 'started',
    });
    expect(world.gate.unresolved('real')).toBeNull();
  });

  it.each([
    ['deny', 'CONSENT_DENIED', 'denied'],
    ['expired', 'CONSENT_EXPIRED', 'denied'],
    ['withdrawn', 'CONSENT_WITHDRAWN', 'refused'],
    ['no-screen', 'CONSENT_NO_SCREEN', 'refused'],
    ['busy', 'RATE_LIMITED', 'refused'],
  ] as const)('is not sent after %s, and that is on record', async (verdict, code, outcome) => {
    world.verdict = verdict;
    const error = await world.refused('start_trading_cycle');
    expect(error.code).toBe(code);
    expect(error.message).toContain('Nothing was sent');
    expect(world.entries).toMatchObject([{ kind: 'consent', decision: verdict }]);
    expect(world.newest).toMatchObject({ outcome });
    expect(world.gate.unresolved('real')).toBeNull();
  });

  it('tells how to open the dashboard when no screen is there', async () => {
    world.verdict = 'no-screen';
    expect((await world.refused('start_trading_cycle')).next).toContain('catalyst-companion serve');
  });

  it('is refused with a full disk, and leaves nothing open', async () => {
    world.disk = 'full';
    const error = await world.refused('start_trading_cycle');
    expect(error.code).toBe('AUDIT_WRITE_FAILED');
    expect(world.newest).toMatchObject({ outcome: 'refused' });
    world.disk = 'fine';
    await world.allowed('start_trading_cycle');
    expect(world.asked[1]?.unresolved).toBeNull();
    expect(world.asked[1]?.known).toHaveLength(1);
  });

  it('is refused when the tool was blocked or its definition changed while the person read', async () => {
    world.onAsk = () => world.tools.set('start_trading_cycle', { status: 'changed', approvedAs: null });
    expect((await world.refused('start_trading_cycle')).code).toBe('TOOL_NOT_APPROVED');
    expect(world.entries.map((entry) => entry.kind)).toEqual(['refused']);
  });

  it('is not sent when the client left while it was recorded, and the record says so', async () => {
    const client = new AbortController();
    world.onIntent = () => client.abort();
    const error = await world.refused('start_trading_cycle', '{}', { signal: client.signal });
    expect(error.code).toBe('CONSENT_WITHDRAWN');
    expect(world.entries.map((entry) => [entry.kind, entry.decision])).toEqual([
      ['intent', 'allow'],
      ['outcome', 'withdrawn'],
    ]);
    expect(world.gate.unresolved('real')).toBeNull();
  });

  it('is given up when its client leaves while the disk hangs; when the disk is back, the record says so', async () => {
    const client = new AbortController();
    let back = (): void => undefined;
    world.held = new Promise((resolve) => (back = resolve));
    const refused = world.refused('start_trading_cycle', '{}', { signal: client.signal });
    await new Promise(setImmediate);
    client.abort();
    expect((await refused).code).toBe('CONSENT_WITHDRAWN');
    expect(world.gate.unresolved('real')).toBeNull();
    back();
    await new Promise(setImmediate);
    expect(world.entries.map((entry) => [entry.kind, entry.decision])).toEqual([
      ['intent', 'allow'],
      ['outcome', 'withdrawn'],
    ]);
  });

  it('is refused after 5 s of a disk that hangs, and leaves nothing open', async () => {
    world.disk = 'hangs';
    const refused = world.refused('start_trading_cycle');
    await new Promise(setImmediate);
    world.clock.advance(5_000);
    expect((await refused).code).toBe('AUDIT_WRITE_FAILED');
    expect(world.gate.unresolved('real')).toBeNull();
  });

  it('is answered although the disk hangs when its outcome is to be recorded', async () => {
    const { ended } = await world.allowed('start_trading_cycle');
    world.disk = 'hangs';
    let done = false;
    void ended({ outcome: 'ok', detail: '' }).then(() => (done = true));
    await new Promise(setImmediate);
    world.clock.advance(1_000);
    await new Promise(setImmediate);
    expect(done).toBe(true);
    expect(world.newest).toMatchObject({ outcome: 'ok' });
  });

  it('with arguments that can be read in two ways never reaches a person', async () => {
    for (const args of ['{"a":1,"a":2}', '[]', 'x'])
      expect((await world.refused('start_trading_cycle', args)).code).toBe('INPUT_INVALID');
    expect(world.asked).toEqual([]);
  });

  it('carries a new key for every call', async () => {
    const keys = [await world.allowed('start_trading_cycle'), await world.allowed('start_trading_cycle')];
    expect(new Set(keys.map((decision) => decision.idempotencyKey)).size).toBe(2);
  });
});

describe('an unknown outcome', () => {
  const unknownStart = async (end: GateCallEnd = { outcome: 'error', detail: '-32602' }): Promise<void> => {
    await (await world.allowed('start_trading_cycle')).ended(end);
  };

  it('is what an error answer to a start means, and the next request says so first', async () => {
    await unknownStart();
    expect(world.entries.at(-1)).toMatchObject({ outcome: 'unknown', detail: '-32602' });
    expect(world.newest).toMatchObject({ outcome: 'unknown' });
    world.clock.advance(60_000);
    await world.allowed('scan_market');
    expect(world.asked[1]?.unresolved).toContain(
      'start_trading_cycle of 2026-11-21 10:00:00 UTC (claude-ai 0.1.0): outcome unknown',
    );
    expect(world.asked[1]?.known).toHaveLength(1);
    await world.allowed('start_trading_cycle', '{ }');
    expect(world.asked[2]?.known[0]?.text).toContain('allowed 60 s ago and ended with its outcome unknown');
  });

  it('is not what a call that never left means', async () => {
    await unknownStart({ outcome: 'error', detail: 'not connected', sent: false });
    expect(world.entries.at(-1)).toMatchObject({ outcome: 'error' });
    expect(world.gate.unresolved('real')).toBeNull();
  });

  it('of a stop too is unknown, but leaves nothing to settle', async () => {
    await (await world.allowed('stop_trading')).ended({ outcome: 'error', detail: '-32602' });
    expect(world.newest).toMatchObject({ outcome: 'unknown' });
    expect(world.gate.unresolved('real')).toBeNull();
  });

  it('shows a start that is still running', async () => {
    await world.allowed('start_trading_cycle');
    await world.allowed('start_trading_cycle', '{"mode":"normal"}');
    expect(world.asked[1]?.unresolved).toContain('is still running');
  });

  it('is settled by a status read after it only, on record and on its line', async () => {
    await unknownStart();
    const endedAt = world.clock.now();
    world.gate.settle('real', 'idle', endedAt);
    // a read may take 5 s, so this one may have been asked for before the call ended
    world.gate.settle('real', 'idle', endedAt + 5_000);
    world.gate.settle('other', 'idle', endedAt + 60_000);
    expect(world.gate.unresolved('real')).not.toBeNull();
    world.gate.settle('real', 'Trading cycle: idle.', endedAt + 10_000);
    expect(world.gate.unresolved('real')).toBeNull();
    await Promise.resolve();
    expect(world.entries.at(-1)).toMatchObject({ kind: 'settled', detail: 'Trading cycle: idle.' });
    expect(world.newest).toMatchObject({ outcome: 'unknown', detail: '-32602 Trading cycle: idle.' });
  });

  it('is settled by trading state once cycle and positions were read', async () => {
    await unknownStart();
    const source = { kind: 'rest' as const, ref: 'x' };
    const receivedAt = world.clock.now() + 10_000;
    const cycle = {
      active: true,
      status: 'active',
      id: null,
      mode: null,
      startedAt: null,
      maxPositions: null,
    };
    const unknown = { state: 'unknown' as const, reason: '', since: 0, last: null };
    const model: TradingModel = {
      cycle: { state: 'known', value: cycle, source, receivedAt },
      positions: unknown,
      workflow: unknown,
      pnl: unknown,
    };
    world.gate.observe('real', model);
    expect(world.gate.unresolved('real')).not.toBeNull();
    const positions = { state: 'known' as const, value: { rows: [], totals: [] }, source, receivedAt };
    world.gate.observe('real', { ...model, positions });
    expect(world.gate.unresolved('real')).toBeNull();
    expect(world.newest?.detail).toContain('trading cycle active, workflow unknown, 0 positions');
  });

  it('of an earlier run is shown after a restart', async () => {
    const at = world.clock.now() - 5_000;
    const call = {
      id: 'k',
      profile: 'real',
      tool: 'execute_trade',
      client: 'c',
      hash: null,
      at,
      endedAt: at,
      detail: 'Killed.',
    };
    world.gate.restore([call]);
    await world.allowed('start_trading_cycle');
    expect(world.asked[0]?.unresolved).toContain('execute_trade');
  });
});

describe('a stop', () => {
  it('is recorded first where that is possible', async () => {
    await (await world.allowed('stop_trading')).ended({ outcome: 'ok', detail: 'stopped' });
    expect(world.steps).toEqual(['intent sync', 'outcome sync']);
    expect(world.entries[0]).toMatchObject({ decision: 'pass' });
  });

  it('goes with a full disk', async () => {
    world.disk = 'full';
    await (await world.allowed('stop_trading')).ended({ outcome: 'ok', detail: '' });
    expect(world.newest).toMatchObject({ outcome: 'ok' });
  });

  it('waits a quarter of a second at most for a disk that hangs, before it is sent and after its answer', async () => {
    world.disk = 'hangs';
    const decision = world.allowed('stop_trading');
    let done = false;
    void decision.then(() => (done = true));
    await new Promise(setImmediate);
    expect(done).toBe(false);
    world.clock.advance(250);
    let told = false;
    void (await decision).ended({ outcome: 'ok', detail: '' }).then(() => (told = true));
    await new Promise(setImmediate);
    world.clock.advance(250);
    await new Promise(setImmediate);
    expect(told).toBe(true);
  });

  it('goes without arguments, however the client says that there are none', async () => {
    for (const none of ['{}', 'null'])
      expect((await world.allowed('stop_trading', none)).toolClass).toBe('stop');
    expect(world.asked).toEqual([]);
  });
});

it('does not say that a tool is missing before the tools of the profile were read', async () => {
  const { clock } = new World();
  const gate = createGate({
    presetOf: () => 'catalyst',
    lookup: () => undefined,
    stateOf: () => emptyState(),
    consent: { request: () => Promise.reject(new Error('nobody is asked')) },
    audit: { append: () => Promise.resolve() },
    clock,
    recordActivity: () => '',
    factsOf: () => [],
  });
  const call = {
    profile: 'real',
    environment: 'live',
    client: '',
    transport: 'cli',
    argumentsText: '{}',
  } as const;
  const { signal } = new AbortController();
  const decided = await gate.decide({ ...call, tool: 'get_risk_metrics', signal });
  const message = expect.stringContaining('were not read yet') as string;
  expect(decided).toMatchObject({ allowed: false, error: { code: 'TOOL_UNKNOWN', message } });
  expect((await gate.decide({ ...call, tool: 'stop_trading', signal })).allowed).toBe(true);
});

it('never rejects, even when what it stands on fails', async () => {
  const gate = createGate({
    presetOf: () => {
      throw new Error('boom');
    },
    lookup: () => undefined,
    consent: { request: () => Promise.reject(new Error('boom')) },
    audit: { append: () => Promise.reject(new Error('boom')) },
    clock: world.clock,
    recordActivity: () => '',
    factsOf: () => [],
  });
  const call = {
    profile: 'p',
    environment: 'live',
    client: '',
    transport: 'cli',
    tool: 't',
    argumentsText: '{}',
  } as const;
  expect(await gate.decide({ ...call, signal: new AbortController().signal })).toMatchObject({
    allowed: false,
    error: { code: 'INTERNAL' },
  });
});

describe('what the link asks before it is changed', () => {
  it('is told of a start and a stop until they end, not of reads or refusals', async () => {
    const world = new World();
    const { gate } = world;
    const read = await world.allowed('get_risk_metrics');
    expect(gate.writing('real')).toBe(false);
    const start = await world.allowed('start_trading_cycle');
    const stop = await world.allowed('stop_trading');
    expect([gate.writing('real'), gate.writing('any')]).toEqual([true, false]);
    await start.ended({ outcome: 'unknown', detail: 'lost' });
    await start.ended({ outcome: 'ok', detail: 'again' });
    expect(gate.writing('real')).toBe(true);
    await stop.ended({ outcome: 'ok', detail: '' });
    await read.ended({ outcome: 'ok', detail: '' });
    expect(gate.writing('real')).toBe(false);
    world.verdict = 'deny';
    await world.call('start_trading_cycle');
    expect(gate.writing('real')).toBe(false);
  });
});

describe('what a change of the profile asks first', () => {
  it('is told of a start from its question on, and of a stop, until they end', async () => {
    const world = new World();
    const { gate } = world;
    world.verdict = 'deny';
    const asked = world.call('start_trading_cycle');
    expect([gate.open('real'), gate.writing('real'), gate.open('any')]).toEqual([true, false, false]);
    await asked;
    expect(gate.open('real')).toBe(false);
    world.verdict = 'allow';
    for (const tool of ['start_trading_cycle', 'stop_trading']) {
      const running = await world.allowed(tool);
      expect(gate.open('real')).toBe(true);
      await running.ended({ outcome: 'ok', detail: '' });
      expect(gate.open('real')).toBe(false);
    }
    await world.allowed('get_risk_metrics');
    expect(gate.open('real')).toBe(false);
  });
});

describe('a stop of trading that comes between an allow and its sending', () => {
  it.each(['a person’s emergency stop', 'a stop of a client'])('takes the allow back: %s', async (who) => {
    let write: () => void = () => undefined;
    world.held = new Promise((resolve) => (write = resolve));
    const start = world.refused('start_trading_cycle');
    await expect.poll(() => world.steps).toEqual(['consent']);
    const stop = who.includes('client') ? world.call('stop_trading') : world.gate.stopped('real');
    write();
    const error = await start;
    expect(error.message).toBe(
      'start_trading_cycle was allowed, but trading was stopped before it was sent. Nothing was sent.',
    );
    await stop;
    await expect
      .poll(() => world.entries.filter(({ tool }) => tool === 'start_trading_cycle'))
      .toMatchObject([{ kind: 'intent' }, { kind: 'outcome', decision: 'stopped', outcome: 'refused' }]);
    expect(world.gate.unresolved('real')).toBeNull();
  });

  it('is known to who sends it until it is sent, on that profile alone', async () => {
    const start = await world.allowed('start_trading_cycle');
    world.gate.stopped('any');
    expect(start.overtaken?.()).toBe(false);
    world.gate.stopped('real');
    expect(start.overtaken?.()).toBe(true);
    const next = await world.allowed('start_trading_cycle', '{"mode":"normal"}');
    expect(next.overtaken?.()).toBe(false);
  });
});
