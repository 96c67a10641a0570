import type { ServicesHistory, UptimeBar } from '../../electron/contract/history.ts';

/** How a span was spent, in seconds. `unobserved`: the app was not running, so nothing is known of it. */
export interface Uptime {
  up: number;
  degraded: number;
  down: number;
  planned: number;
  unknown: number;
  unobserved: number;
  /** Share of the known time without planned downtime in which it answered; null where nothing is known. */
  share: number | null;
}

/** The time that bars lie in, all ms: the first begins at `from`, each lasts `stepMs`, the last is under way at `now`. */
export type BarsOver = Pick<ServicesHistory, 'from' | 'stepMs' | 'now'>;

/** Adds up bars. */
export function uptimeOf(bars: readonly UptimeBar[], { from, stepMs, now }: BarsOver): Uptime {
  const [up, degraded, down, planned, unknown] = [0, 1, 2, 3, 4].map((part) =>
    bars.reduce((sum, bar) => sum + (bar[part] ?? 0), 0),
  ) as [number, number, number, number, number];
  const span = Math.min(bars.length * stepMs, Math.max(0, now - from)) / 1000;
  const unobserved = Math.max(0, span - up - degraded - down - planned - unknown);
  const known = up + degraded + down;
  return {
    up,
    degraded,
    down,
    planned,
    unknown,
    unobserved,
    share: known > 0 ? (up + degraded) / known : null,
  };
}

/** `99.98 %`, cut and not rounded: 100 % is said only of what never failed. `-` where nothing is known. */
export function percentText(share: number | null): string {
  if (share === null) return '-';
  if (share >= 1) return '100 %';
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

/** `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function lengthText(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** ` of 12 min` where so little of the span is known that the share alone would promise too much; else empty. */
export function coverageText(uptime: Uptime): string {
  const known = uptime.up + uptime.degraded + uptime.down;
  const rest = uptime.unknown + uptime.unobserved;
  return known > 0 && rest > known * 0.05 ? ` of ${lengthText(known)}` : '';
}

const PARTS = [
  ['down', 'down'],
  ['degraded', 'degraded'],
  ['planned', 'in planned downtime'],
  ['unknown', 'unknown'],
  ['unobserved', 'not observed'],
] as const;

/** What is to be said of a span beside its share, the worst first; empty when it was simply up. */
export function partsText(uptime: Uptime): string {
  return PARTS.flatMap(([part, words]) =>
    uptime[part] >= 1 ? [`${lengthText(uptime[part])} ${words}`] : [],
  ).join(', ');
}
