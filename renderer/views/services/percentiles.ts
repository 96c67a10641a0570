import type { LatencyFigures } from '../../../electron/contract/history.ts';

/** From here on a percentile is told in seconds, ms. */
const SECONDS_MS = 10_000;

/** `12 · 26 · 55 ms`, `0.021 · 0.043 · 12 s`; what took less than half a millisecond is not called zero. */
export function percentilesText({ p50, p95, p99 }: LatencyFigures): string {
  const all = [p50, p95, p99];
  if (p99 >= SECONDS_MS)
    return `${all.map((ms) => (ms >= SECONDS_MS ? Math.round(ms / 1000) : Number((ms / 1000).toPrecision(2)))).join(' · ')} s`;
  return `${all.map((ms) => (ms < 0.5 ? '< 1' : Math.round(ms))).join(' · ')} ms`;
}
