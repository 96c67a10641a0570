import type { MoneyPoint } from '../../contract/history.ts';
import type { HistorySpan } from '../../contract/history.ts';
import { SPAN_MS } from '../../contract/history-limits.ts';
import { compareDecimals } from '../../contract/decimal-math.ts';
import { MINUTE_MS } from './samples.ts';

/** Figures are read every 5 s, so within the hour a silence this long is a gap. */
const RAW_GAP_MS = 30_000;

export interface Steps {
  from: number;
  stepMs: number;
  gapMs: number;
  /** The last hour is drawn from samples as received, everything longer from roll-ups. */
  raw: boolean;
}

/**
 * Steps of a span that ends now, at most `points` of them, beginning with what is remembered (`oldest`, ms): a young
 * history is drawn as fine as it was received. Roll-ups cannot be cut finer than a minute.
 */
export function stepsOf(span: HistorySpan, now: number, points: number, oldest?: number): Steps {
  const from = Math.max(now - SPAN_MS[span], Math.min(oldest ?? 0, now - MINUTE_MS));
  const length = now - from;
  const raw = length <= SPAN_MS['1h'];
  const wanted = Math.ceil(length / Math.max(1, points));
  const stepMs = raw ? Math.max(1000, wanted) : Math.ceil(wanted / MINUTE_MS) * MINUTE_MS;
  return { from, stepMs, gapMs: raw ? Math.max(RAW_GAP_MS, 2 * stepMs) : 2 * stepMs + MINUTE_MS, raw };
}

/** Bars that lie on whole steps, so that they do not change their extent while time passes; the last is under way. */
export function barsOf(span: HistorySpan, now: number, bars: number): { from: number; stepMs: number } {
  const stepMs = Math.max(1, Math.round(SPAN_MS[span] / bars / MINUTE_MS)) * MINUTE_MS;
  return { from: (Math.floor(now / stepMs) - bars + 1) * stepMs, stepMs };
}

/** Fifteen digits are exact in a double, so that nearly all are compared at once and the rest as decimals. */
const EXACT = 15;

function compared(a: string, b: string): number {
  return a.length <= EXACT && b.length <= EXACT ? Number(a) - Number(b) : compareDecimals(a, b);
}

/** Merges points in order of time into steps: the last value, and the lowest and highest of all. */
export function merged(points: Iterable<MoneyPoint>, { from, stepMs }: Steps): MoneyPoint[] {
  const steps: MoneyPoint[] = [];
  let current = Number.NaN;
  for (const point of points) {
    const step = Math.floor((point[0] - from) / stepMs);
    const before = steps.at(-1);
    if (step !== current || !before) {
      steps.push([...point]);
      current = step;
      continue;
    }
    before[0] = point[0];
    before[1] = point[1];
    if (compared(point[2], before[2]) < 0) before[2] = point[2];
    if (compared(point[3], before[3]) > 0) before[3] = point[3];
  }
  return steps;
}

/** The value at a share of sorted values, by nearest rank. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1] ?? Number.NaN;
}
