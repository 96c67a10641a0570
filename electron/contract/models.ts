import { z } from 'zod';
import { Millis } from './link.ts';

/** A decimal number as text, canonical (`-12.50`, no exponent). Money is never a binary float. */
export const Decimal = z.string().regex(/^-?\d+(\.\d+)?$/);
export type Decimal = z.infer<typeof Decimal>;

/** Where a value came from: `mcp-resource catalyst://…`, `mcp-tool get_risk_metrics`, `rest trading /api/v1/…`, `probe trading /health`. */
export const Source = z.strictObject({
  kind: z.enum(['mcp-resource', 'mcp-tool', 'rest', 'probe', 'ssh']),
  ref: z.string(),
});
export type Source = z.infer<typeof Source>;

/** A time as a back end gave it; `assumedZone` says the text had none and the profile's zone was assumed. */
export const Instant = z.strictObject({ at: Millis, text: z.string(), assumedZone: z.boolean() });
export type Instant = z.infer<typeof Instant>;

/**
 * One value read from a back end. `known` carries where it came from and when we received it (freshness is
 * always our receipt, never the payload's clock). `unknown` says why, and keeps the last known value so that
 * a screen can grey it; unknown is never shown as zero or as an empty list.
 */
export function reading<T extends z.ZodType>(value: T) {
  const known = z.strictObject({ state: z.literal('known'), value, source: Source, receivedAt: Millis });
  return z.discriminatedUnion('state', [
    known,
    z.strictObject({
      state: z.literal('unknown'),
      reason: z.string(),
      since: Millis,
      last: known.omit({ state: true }).nullable(),
    }),
  ]);
}
export type Known<T> = { state: 'known'; value: T; source: Source; receivedAt: number };
export type Unknown<T> = {
  state: 'unknown';
  reason: string;
  since: number;
  last: Omit<Known<T>, 'state'> | null;
};
export type Reading<T> = Known<T> | Unknown<T>;

export const Verdict = z.enum(['up', 'degraded', 'down', 'unknown']);
export type Verdict = z.infer<typeof Verdict>;

export const HealthBeat = z.strictObject({ at: Millis, verdict: Verdict, latencyMs: z.number().nullable() });
export type HealthBeat = z.infer<typeof HealthBeat>;

/** One service: what we probed ourselves, and beside it what the orchestrator reported. They often differ. */
export const ServiceHealth = z.strictObject({
  name: z.string(),
  verdict: Verdict,
  /** Why it is not up, as one sentence; null when up. */
  reason: z.string().nullable(),
  latencyMs: z.number().nullable(),
  httpStatus: z.number().nullable(),
  version: z.string().nullable(),
  /** Parts the body names, e.g. database: connected; values as the server wrote them. */
  parts: z.record(z.string(), z.string()),
  probedAt: Millis.nullable(),
  source: Source.nullable(),
  reported: z.strictObject({ verdict: Verdict, text: z.string(), receivedAt: Millis }).nullable(),
  /** The newest 60 probes, oldest first. */
  beats: z.array(HealthBeat),
});
export type ServiceHealth = z.infer<typeof ServiceHealth>;

export const HealthModel = z.strictObject({
  services: z.array(ServiceHealth),
  /** The orchestrator's own words: overall and which services it says failed. */
  reported: z
    .strictObject({
      verdict: Verdict,
      text: z.string(),
      failed: z.array(z.string()),
      source: Source,
      receivedAt: Millis,
    })
    .nullable(),
  /** A remark on a pattern, e.g. "the orchestrator reports every service failed while probes answer". */
  hint: z.string().nullable(),
  plannedDowntime: z.boolean(),
});
export type HealthModel = z.infer<typeof HealthModel>;

export const PositionSide = z.enum(['long', 'short', 'unknown']);
export type PositionSide = z.infer<typeof PositionSide>;
export const PositionStatus = z.enum([
  'open',
  'partial',
  'risk_reduced',
  'closed',
  'stopped_out',
  'pending',
  'cancelled',
  'unknown',
]);
export type PositionStatus = z.infer<typeof PositionStatus>;

/** A position in canonical names. null means not reported; it is shown as "-", never as zero. */
export const Position = z.strictObject({
  /** The back end's id as text, or a stable key of ours made of symbol and entry where it gives none. */
  key: z.string(),
  id: z.string().nullable(),
  symbol: z.string().nullable(),
  side: PositionSide,
  quantity: Decimal.nullable(),
  entry: Decimal.nullable(),
  current: Decimal.nullable(),
  value: Decimal.nullable(),
  unrealized: Decimal.nullable(),
  /** In percent points: 2.47 means 2.47 %. */
  unrealizedPct: Decimal.nullable(),
  realized: Decimal.nullable(),
  stop: Decimal.nullable(),
  target: Decimal.nullable(),
  risk: Decimal.nullable(),
  status: PositionStatus,
  openedAt: Instant.nullable(),
  currency: z.string(),
  cycle: z.string().nullable(),
  /** When the back end last valued it, by its own clock. */
  updatedAt: Instant.nullable(),
  /** When a figure of it last changed, by our receipt; null for a row that was read once. */
  changedAt: Millis.nullable(),
  /** The row as received, for the raw view. */
  raw: z.string(),
});
export type Position = z.infer<typeof Position>;

/** Sums per currency; `missing` counts the positions whose P&L was not reported and is not in the sum. */
export const Totals = z.strictObject({
  currency: z.string(),
  count: z.number().int(),
  unrealized: Decimal.nullable(),
  missing: z.number().int(),
  winners: z.number().int(),
  losers: z.number().int(),
});
export type Totals = z.infer<typeof Totals>;

export const PositionsModel = z.strictObject({ rows: z.array(Position), totals: z.array(Totals) });
export type PositionsModel = z.infer<typeof PositionsModel>;

/** The cron-driven workflow's own state; the orchestrator does not know it. */
export const WorkflowModel = z.strictObject({
  running: z.boolean().nullable(),
  status: z.string(),
  cycle: z.string().nullable(),
  mode: z.string().nullable(),
  lastRun: Instant.nullable(),
});
export type WorkflowModel = z.infer<typeof WorkflowModel>;

/** The orchestrator's trading cycle. `active` null: could not be told from what was read. */
export const CycleModel = z.strictObject({
  active: z.boolean().nullable(),
  status: z.string(),
  id: z.string().nullable(),
  mode: z.string().nullable(),
  startedAt: Instant.nullable(),
  maxPositions: z.number().nullable(),
});
export type CycleModel = z.infer<typeof CycleModel>;

export const PnlModel = z.strictObject({
  currency: z.string(),
  /** Worth of the account; few back ends tell it. */
  equity: Decimal.nullable(),
  daily: Decimal.nullable(),
  unrealized: Decimal.nullable(),
  realized: Decimal.nullable(),
  exposure: Decimal.nullable(),
  dailyLossLimit: Decimal.nullable(),
});
export type PnlModel = z.infer<typeof PnlModel>;

export const TradingModel = z.strictObject({
  positions: reading(PositionsModel),
  pnl: reading(PnlModel),
  workflow: reading(WorkflowModel),
  cycle: reading(CycleModel),
});
export type TradingModel = z.infer<typeof TradingModel>;

export const LogLevel = z.enum(['debug', 'info', 'warning', 'error', 'critical', 'unknown']);
export type LogLevel = z.infer<typeof LogLevel>;
/** Who wrote a line: a program on the droplet, this app, or its bridge (its clients and their requests). */
export const LogOrigin = z.enum(['droplet', 'app', 'bridge']);
/** One log line. `text` is the line as received, secrets masked, continuation lines joined by newlines. */
export const LogLine = z.strictObject({
  /** Our running number within the profile, without gaps, in the order of receipt. */
  n: z.number().int(),
  from: LogOrigin,
  /** Its place among all lines, by our clock: the droplet's time where it gave one, corrected for its clock. */
  at: Millis,
  receivedAt: Millis,
  service: z.string(),
  level: LogLevel,
  time: Instant.nullable(),
  message: z.string(),
  text: z.string(),
  /** Not a line but a time in which lines may be missing. */
  gap: z.strictObject({ from: Millis, to: Millis }).optional(),
});
export type LogLine = z.infer<typeof LogLine>;

export const LogsStatus = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('off') }),
  z.strictObject({
    state: z.literal('following'),
    source: Source,
    since: Millis,
    lastLineAt: Millis.nullable(),
    total: z.number().int(),
  }),
  z.strictObject({ state: z.literal('unavailable'), reason: z.string(), total: z.number().int() }),
]);
export type LogsStatus = z.infer<typeof LogsStatus>;
