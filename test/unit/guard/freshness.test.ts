import { describe, expect, it } from 'vitest';
import { positionsFreshness, statusFreshness } from '../../../electron/contract/freshness.ts';
import type { HealthModel, Position, TradingModel } from '../../../electron/contract/models.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';
import { hintsTakenBack } from '../../../electron/core/guard/annotations.ts';
import { mismatchOf } from '../../../electron/core/guard/mismatch.ts';
import { MovementWatch } from '../../../electron/core/guard/movement.ts';
import { profileState } from '../../helpers/fake-app.ts';

const NOW = Date.UTC(2026, 10, 23, 17, 0); // Monday, 12:00 in New York
const source = { kind: 'rest', ref: 'x' } as const;
const known = <T>(value: T, receivedAt = NOW) => ({ state: 'known' as const, value, source, receivedAt });
const cycle = (mode: string | null = null) => ({
  active: true,
  status: 'active',
  id: null,
  mode,
  startedAt: null,
  maxPositions: null,
});
const workflow = (mode: string | null = null) => ({
  running: true,
  status: 'idle',
  cycle: null,
  mode,
  lastRun: null,
});
const health: HealthModel = { services: [], reported: null, hint: null, plannedDowntime: false };

const row = (key: string, current: string | null, unrealized: string | null = null): Position =>
  ({ key, status: 'open', current, unrealized, value: null }) as Position;

function trading(rows: Position[], at = NOW): TradingModel {
  return {
    positions: known({ rows, totals: [] }, at),
    pnl: { state: 'unknown', reason: '', since: 0, last: null },
    workflow: known(workflow(), at),
    cycle: known(cycle(), at),
  };
}

const withTrading = (model: TradingModel, more: Partial<ProfileState> = {}): ProfileState => ({
  ...profileState('real', { state: 'off' }),
  trading: model,
  ...more,
});

describe('status', () => {
  it('is fresh until 45 s after its receipt, and the worst part counts', () => {
    const model = trading([]);
    expect(statusFreshness(withTrading(model), NOW + 45_000).state).toBe('fresh');
    const late = { ...model, cycle: known(cycle(), NOW - 180_000) };
    expect(statusFreshness(withTrading(late), NOW)).toMatchObject({
      state: 'stale',
      ageMs: 180_000,
      text: 'The trading cycle is 3 min old.',
    });
    const gone = { state: 'unknown' as const, reason: 'HTTP 500.', since: 0, last: null };
    expect(statusFreshness(withTrading({ ...late, workflow: gone }), NOW)).toMatchObject({
      state: 'unknown',
      ageMs: null,
      text: 'The workflow status is unknown: HTTP 500. The trading cycle is 3 min old.',
    });
  });

  it('of a back end without trading is the age of its last answer', () => {
    const cars = (lastProof: number) => {
      const via = { index: 0, kind: 'https' as const, label: 'x' };
      const state = profileState('cars', { state: 'live', via, since: 0, lastProof, rttMs: null });
      return { ...state, profile: { ...state.profile, preset: 'stockspark' as const } };
    };
    expect(statusFreshness(cars(NOW - 1000), NOW).state).toBe('fresh');
    expect(statusFreshness(cars(NOW - 60_000), NOW).state).toBe('stale');
  });
});

describe('frozen', () => {
  const facts = (status?: string) => ({
    preset: 'catalyst' as const,
    currency: 'USD',
    health: status
      ? {
          ...health,
          services: [
            { name: 'scanner', parts: { market_status: status } } as unknown as HealthModel['services'][0],
          ],
        }
      : health,
  });
  const watch = (
    minutes: number,
    of: ReturnType<typeof facts>,
    start = NOW,
    prices: (n: number) => string = (n) => (n === 0 ? '1' : '2'),
  ) => {
    const movement = new MovementWatch();
    let model = trading([], start);
    let last = null;
    for (let n = 0; n <= minutes * 12; n += 1) {
      model = trading([row('a', prices(n)), row('b', '5')], start + n * 5000);
      last = movement.observe(model, of);
    }
    const state = withTrading(model, {
      guard: { grants: [], unresolved: [], movement: last, mismatch: null },
    });
    return positionsFreshness(state, start + minutes * 60_000);
  };
  it('is said when a market that moved stands still for minutes of answers', () => {
    expect(watch(4, facts())).toMatchObject({
      state: 'frozen',
      text: expect.stringContaining('no price') as string,
    });
    expect(watch(4, facts('open'), NOW, () => '1').state).toBe('frozen');
  });
  it('is not said without evidence: too short, moving, closed, a holiday, at night, or nothing open', () => {
    expect(watch(2, facts()).state).toBe('fresh');
    expect(watch(4, facts(), NOW, (n) => String(n)).state).toBe('fresh');
    expect(watch(4, facts('closed')).state).toBe('fresh');
    // prices never moved in this session: it may be a holiday
    expect(watch(4, facts(), NOW, () => '1').state).toBe('fresh');
    expect(watch(4, facts(), NOW + 8 * 3_600_000).state).toBe('fresh');
    expect(new MovementWatch().observe(trading([]), facts('open'))).toBeNull();
  });
  it('is not said of a pause in our own reading', () => {
    const movement = new MovementWatch();
    movement.observe(trading([row('a', '1')]), facts('open'));
    const later = trading([row('a', '1')], NOW + 600_000);
    const state = withTrading(later, {
      guard: { grants: [], unresolved: [], mismatch: null, movement: movement.observe(later, facts('open')) },
    });
    expect(positionsFreshness(state, NOW + 600_000).state).toBe('fresh');
  });
});

describe('live and paper', () => {
  const said = (
    environment: 'live' | 'paper' | 'demo',
    workflowMode: string | null,
    cycleMode: string | null = null,
  ) => {
    const model = { ...trading([]), workflow: known(workflow(workflowMode)), cycle: known(cycle(cycleMode)) };
    const state = profileState('real', { state: 'off' }, environment);
    return mismatchOf({ ...state, trading: model });
  };
  it.each([
    ['live', 'paper'],
    ['live', 'SANDBOX'],
    ['live', 'paper trading'],
    ['paper', 'live'],
    ['demo', 'live'],
  ] as const)('%s against "%s" is a mismatch', (environment, word) => {
    expect(said(environment, word)).toContain(
      `says ${environment.toUpperCase()}, but its workflow says "${word}"`,
    );
    expect(said(environment, 'normal', word)).toContain('its trading cycle');
  });
  it.each([
    ['live', 'live'],
    ['paper', 'paper'],
    ['demo', 'paper'],
    ['live', 'normal'],
    ['paper', 'aggressive'],
    ['live', null],
  ] as const)('%s against %s is none', (environment, word) => {
    expect(said(environment, word)).toBeNull();
  });
});

it('a definition that takes back its own promises is told', () => {
  const tool = (annotations: object) => JSON.stringify({ name: 'x', annotations });
  expect(hintsTakenBack(tool({ readOnlyHint: true }), tool({}))).toHaveLength(1);
  expect(hintsTakenBack(tool({ readOnlyHint: true }), tool({ readOnlyHint: false }))).toHaveLength(2);
  expect(hintsTakenBack(tool({}), tool({ destructiveHint: true }))).toEqual([
    'it now says that it can destroy',
  ]);
  expect(hintsTakenBack(tool({ destructiveHint: true }), tool({}))).toHaveLength(1);
  expect(hintsTakenBack(tool({}), tool({}))).toEqual([]);
  expect(hintsTakenBack(tool({}), tool({ readOnlyHint: true }))).toEqual([]);
});
