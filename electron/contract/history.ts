/**
 * What the app remembers beyond this run. The page asks once for a span, then appends what the state stream brings:
 * `ProfileState.history.money` for figures, `trading.positions` for prices, `health.services[].beats` for probes. Nothing
 * is interpolated: two points further apart than `gapMs` were not observed in between, and a line must break there.
 */
import { z } from 'zod';
import { Millis } from './link.ts';
import { Decimal, PositionSide, Verdict } from './models.ts';

/** How far a chart looks back. A month is 30 days, which is as long as one-minute roll-ups are kept. */
export const HistorySpan = z.enum(['1h', '1d', '1w', '1m']);
export type HistorySpan = z.infer<typeof HistorySpan>;

/** The figures that are kept over time: `daily` is the P&L of the day, the others as in PnlModel. */
export const MoneyMetric = z.enum(['equity', 'daily', 'unrealized', 'realized', 'exposure']);
export type MoneyMetric = z.infer<typeof MoneyMetric>;

/** One receipt of figures, as the stream appends it; null means not reported then. */
export const MoneySample = z.strictObject({
  at: Millis,
  currency: z.string(),
  equity: Decimal.nullable(),
  daily: Decimal.nullable(),
  unrealized: Decimal.nullable(),
  realized: Decimal.nullable(),
  exposure: Decimal.nullable(),
});
export type MoneySample = z.infer<typeof MoneySample>;

/** `[at, last, low, high]` of one step: `at` is our receipt of `last` (ms); low and high include it. */
export const MoneyPoint = z.tuple([Millis, Decimal, Decimal, Decimal]);
export type MoneyPoint = z.infer<typeof MoneyPoint>;

const Window = {
  /** When this was answered, ms; what came later is in the stream. */
  now: Millis,
  /** Beginning of the span, or of what is remembered of it, ms. */
  from: Millis,
  /** One point stands for so many ms at most. */
  stepMs: z.number().int().positive(),
  /** Points further apart than this have time without observation between them. */
  gapMs: z.number().int().positive(),
};

/** Figures over a span. One series for each metric and currency: they are never added up or converted. */
export const MoneyHistory = z.strictObject({
  ...Window,
  series: z.array(z.strictObject({ metric: MoneyMetric, currency: z.string(), points: z.array(MoneyPoint) })),
});
export type MoneyHistory = z.infer<typeof MoneyHistory>;

/** `[at, price, unrealized P&L]` of a position, our last receipt within one step; null where not reported. */
export const PositionPoint = z.tuple([Millis, Decimal.nullable(), Decimal.nullable()]);
export type PositionPoint = z.infer<typeof PositionPoint>;

/** A position as it was seen in the list of open ones; gone from the list once `lastSeen` stops growing. */
export const PositionHistory = z.strictObject({
  /** `Position.key`. */
  key: z.string(),
  symbol: z.string().nullable(),
  side: PositionSide,
  currency: z.string(),
  /** Our first and last receipt of a list that held it, ms, as far back as history goes. */
  firstSeen: Millis,
  lastSeen: Millis,
  /** As last read while it was open. */
  last: z.strictObject({
    quantity: Decimal.nullable(),
    entry: Decimal.nullable(),
    price: Decimal.nullable(),
    unrealized: Decimal.nullable(),
    realized: Decimal.nullable(),
  }),
  points: z.array(PositionPoint),
});
export type PositionHistory = z.infer<typeof PositionHistory>;

export const PositionsHistory = z.strictObject({
  ...Window,
  /** Last seen first. */
  positions: z.array(PositionHistory),
  /** There were more positions in the span than are given. */
  more: z.boolean(),
});
export type PositionsHistory = z.infer<typeof PositionsHistory>;

/**
 * How a service (or the link) spent one bar, in seconds: `[up, degraded, down, planned, unknown]`. `planned`: down in
 * planned downtime. `unknown`: asked, but it could not be told, as with a lost link. What is missing to a whole bar was
 * not observed at all (the app was not running).
 */
export const UptimeBar = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]);
export type UptimeBar = z.infer<typeof UptimeBar>;

/** A time in which something was not up, merged over its probes. */
export const Incident = z.strictObject({
  since: Millis,
  /** When it was first seen up again; null while it lasts. */
  until: Millis.nullable(),
  /** The last probe that saw it so. */
  lastSeen: Millis,
  verdict: Verdict,
  planned: z.boolean(),
  /** The last reason, as one sentence. */
  reason: z.string(),
});
export type Incident = z.infer<typeof Incident>;

/** Latency of answered probes in ms; percentiles by nearest rank, over every probe and not over averages. */
export const LatencyFigures = z.strictObject({
  count: z.number().int(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type LatencyFigures = z.infer<typeof LatencyFigures>;

export const ServiceHistory = z.strictObject({
  name: z.string(),
  /** The newest probe that is in here, ms; newer ones are in the stream. null: none in the last 24 h. */
  through: Millis.nullable(),
  /** Oldest first; bar `i` begins at `from + i * stepMs`, the last one is under way. */
  bars: z.array(UptimeBar),
  /** Median latency of each bar, ms; null where nothing answered. */
  medians: z.array(z.number().nullable()),
  /** null: nothing answered in the span. */
  latency: LatencyFigures.nullable(),
  /** The newest first, at most 20. */
  incidents: z.array(Incident),
});
export type ServiceHistory = z.infer<typeof ServiceHistory>;

/** The services over a span, and the link in the same form: its name is `LINK_SERVICE`. */
export const ServicesHistory = z.strictObject({
  now: Millis,
  from: Millis,
  stepMs: z.number().int().positive(),
  services: z.array(ServiceHistory),
});
export type ServicesHistory = z.infer<typeof ServicesHistory>;

/** Whether history is written. `note` is one sentence for people where there is something to say, else null. */
export const HistoryStatus = z.strictObject({
  state: z.enum(['starting', 'on', 'off']),
  note: z.string().nullable(),
});
export type HistoryStatus = z.infer<typeof HistoryStatus>;

export const MoneyQuery = z.strictObject({
  profile: z.string(),
  metrics: z.array(MoneyMetric).min(1).max(5),
  span: HistorySpan,
  /** The most points of one series. */
  points: z.number().int().min(2).max(1500).default(600),
});
export type MoneyQuery = z.infer<typeof MoneyQuery>;

export const PositionsQuery = z.strictObject({
  profile: z.string(),
  span: HistorySpan,
  /** Only these; absent: every position seen in the span, also those that are gone. At most 500 are given. */
  keys: z.array(z.string()).max(500).optional(),
  /** The most points of one position; 0: none. All together at most MOST_POINTS: with many positions each gets fewer. */
  points: z.number().int().min(0).max(1500).default(60),
});
export type PositionsQuery = z.infer<typeof PositionsQuery>;

export const ServicesQuery = z.strictObject({
  profile: z.string(),
  span: HistorySpan,
  bars: z.number().int().min(4).max(120).default(48),
});
export type ServicesQuery = z.infer<typeof ServicesQuery>;
