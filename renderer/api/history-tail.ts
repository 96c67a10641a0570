import type {
  HistorySpan,
  MoneyHistory,
  MoneyMetric,
  MoneyPoint,
  MoneySample,
  PositionHistory,
  PositionPoint,
  PositionsHistory,
  ServiceHistory,
  ServicesHistory,
  UptimeBar,
} from '../../electron/contract/history.ts';
import { LINK_SERVICE, MONEY_KEPT, SPAN_MS } from '../../electron/contract/history-limits.ts';
import type { HealthBeat, Position, Verdict } from '../../electron/contract/models.ts';
import type { ProfileState } from '../../electron/contract/state.ts';
import { compareDecimals } from '../parts/decimal.ts';
import { withSeen } from './incident-tail.ts';

/** More points than this of a curve that has gone on for long are asked for again, in wider steps. */
const MOST_POINTS = 3000;

const sameStep = (a: number, b: number, { from, stepMs }: { from: number; stepMs: number }): boolean =>
  Math.floor((a - from) / stepMs) === Math.floor((b - from) / stepMs);

/** What has left the span at its beginning; the same array where nothing has. */
function withoutOld<T extends readonly [number, ...unknown[]]>(points: T[], oldest: number): T[] {
  const first = points.findIndex(([at]) => at >= oldest);
  return first > 0 ? points.slice(first) : points;
}

function withValue(points: MoneyPoint[], at: number, value: string, steps: MoneyHistory): MoneyPoint[] {
  const last = points.at(-1);
  if (last && at <= last[0]) return points;
  if (!last || !sameStep(last[0], at, steps)) return [...points, [at, value, value, value]];
  const low = compareDecimals(value, last[2]) < 0 ? value : last[2];
  const high = compareDecimals(value, last[3]) > 0 ? value : last[3];
  return [...points.slice(0, -1), [at, value, low, high]];
}

/**
 * What was asked for, with what the stream brought since; the same object where that is nothing new. `undefined`: the
 * stream no longer reaches back to it (the page was away for long), so it has to be asked for again.
 */
export function extendMoney(
  history: MoneyHistory,
  samples: readonly MoneySample[],
  metrics: readonly MoneyMetric[],
  span: HistorySpan,
): MoneyHistory | undefined {
  const newest = samples.at(-1);
  if (!newest || newest.at <= history.now) return history;
  if (samples.length >= MONEY_KEPT && (samples[0]?.at ?? 0) > history.now) return undefined;
  const series = new Map(history.series.map((one) => [`${one.metric}/${one.currency}`, one]));
  for (const sample of samples) {
    if (sample.at <= history.now) continue;
    for (const metric of metrics) {
      const value = sample[metric];
      if (value === null) continue;
      const { currency } = sample;
      const key = `${metric}/${currency}`;
      const before = series.get(key) ?? { metric, currency, points: [] };
      series.set(key, { ...before, points: withValue(before.points, sample.at, value, history) });
    }
  }
  if ([...series.values()].some(({ points }) => points.length > MOST_POINTS)) return undefined;
  const oldest = newest.at - SPAN_MS[span];
  const all = [...series.values()].map((one) => ({ ...one, points: withoutOld(one.points, oldest) }));
  return { ...history, now: newest.at, series: all };
}

function extendPosition(
  before: PositionHistory | undefined,
  row: Position,
  at: number,
  steps: PositionsHistory,
): PositionHistory {
  const { key, symbol, side, currency, quantity, entry, current: price, unrealized, realized } = row;
  const old = before?.points ?? [];
  const last = old.at(-1);
  const kept = last && sameStep(last[0], at, steps) ? old.slice(0, -1) : old;
  const point: PositionPoint = [at, price, unrealized];
  const points = price === null && unrealized === null ? old : [...kept, point];
  const told = { quantity, entry, price, unrealized, realized };
  return {
    key,
    symbol,
    side,
    currency,
    firstSeen: before?.firstSeen ?? at,
    lastSeen: at,
    last: told,
    points,
  };
}

/** The same for positions: `rows` as received at `at`. `only`: the keys that were asked for; absent: all. */
export function extendPositions(
  history: PositionsHistory,
  rows: readonly Position[],
  at: number,
  span: HistorySpan,
  only?: ReadonlySet<string>,
): PositionsHistory | undefined {
  if (at <= history.now) return history;
  const known = new Map(history.positions.map((one) => [one.key, one]));
  for (const row of rows)
    if (!only || only.has(row.key)) known.set(row.key, extendPosition(known.get(row.key), row, at, history));
  if ([...known.values()].some(({ points }) => points.length > MOST_POINTS)) return undefined;
  const oldest = at - SPAN_MS[span];
  const positions = [...known.values()].map((one) => ({ ...one, points: withoutOld(one.points, oldest) }));
  return { ...history, now: at, positions };
}

/** A probe stands for the time since the one before it, but no longer than this: then nobody was looking. */
const PROBE_COVERS_MS = 30_000;
const VERDICTS: readonly Verdict[] = ['up', 'degraded', 'down'];
const PLANNED = 3;
const UNKNOWN = 4;

/** A service with probes added to its bars and incidents; undefined once one of them lies beyond the last bar. */
function withProbes(
  before: ServiceHistory,
  beats: readonly Pick<HealthBeat, 'at' | 'verdict'>[],
  { from, stepMs }: ServicesHistory,
  { planned, reason }: { planned: boolean; reason: string },
): ServiceHistory | undefined {
  let { through, incidents } = before;
  const bars = [...before.bars];
  for (const { at, verdict } of beats) {
    if (through !== null && at <= through) continue;
    const index = Math.floor((at - from) / stepMs);
    const bar = bars[index];
    if (!bar) return undefined;
    const part =
      verdict === 'unknown' ? UNKNOWN : verdict === 'down' && planned ? PLANNED : VERDICTS.indexOf(verdict);
    const seconds = Math.min(at - (through ?? at), PROBE_COVERS_MS) / 1000;
    bars[index] = bar.with(part, (bar[part] ?? 0) + seconds) as UptimeBar;
    incidents = withSeen(incidents, { at, verdict, planned, reason });
    through = at;
  }
  return through === before.through ? before : { ...before, bars, incidents, through };
}

/**
 * Services and link with the probes that came since. `undefined`: a new bar has begun, so it is asked for again, which
 * also renews what cannot be added up (percentiles).
 */
export function extendServices(
  history: ServicesHistory,
  { health, link }: Pick<ProfileState, 'health' | 'link'>,
): ServicesHistory | undefined {
  const newest = Math.max(history.now, ...health.services.map(({ beats }) => beats.at(-1)?.at ?? 0));
  if (newest === history.now) return history;
  if (newest >= history.from + history.stepMs * (history.services[0]?.bars.length ?? 1)) return undefined;
  const linkWord: Verdict =
    link.state === 'live'
      ? 'up'
      : link.state === 'degraded'
        ? 'degraded'
        : link.state === 'off'
          ? 'unknown'
          : 'down';
  const services = history.services.map((one) => {
    if (one.name === LINK_SERVICE) {
      const error = 'error' in link ? link.error : 'lastError' in link ? link.lastError : null;
      const beats = [{ at: newest, verdict: linkWord }];
      return withProbes(one, beats, history, { planned: false, reason: error?.message ?? '' });
    }
    const service = health.services.find(({ name }) => name === one.name);
    const why = { planned: health.plannedDowntime, reason: service?.reason ?? '' };
    return withProbes(one, service?.beats ?? [], history, why);
  });
  if (services.includes(undefined)) return undefined;
  // a service that was not there when it was asked
  const missing = health.services.some(
    ({ name, beats }) => beats.length > 0 && !services.some((one) => one?.name === name),
  );
  if (missing && newest - history.now > PROBE_COVERS_MS) return undefined;
  return { ...history, now: newest, services: services.filter((one) => one !== undefined) };
}
