import { z } from 'zod';
import { Millis } from './link.ts';
import { Decimal, Instant, Position, PositionSide, reading } from './models.ts';

/** Rows kept of each list; `total` of a list says how many the back end gave. */
export const RECORDS_KEPT = 200;

/** A trade that has ended, as the back end reports it. null is not reported, never zero. */
export const ClosedTrade = z.strictObject({
  key: z.string(),
  /** The id of the position that it was. */
  id: z.string().nullable(),
  symbol: z.string().nullable(),
  side: PositionSide,
  quantity: Decimal.nullable(),
  entry: Decimal.nullable(),
  exit: Decimal.nullable(),
  realized: Decimal.nullable(),
  /** In percent points. */
  realizedPct: Decimal.nullable(),
  /** What was at risk at the start, in money; with it a result can be told in R. */
  risk: Decimal.nullable(),
  reason: z.string().nullable(),
  openedAt: Instant.nullable(),
  closedAt: Instant.nullable(),
  currency: z.string(),
  cycle: z.string().nullable(),
  raw: z.string(),
});
export type ClosedTrade = z.infer<typeof ClosedTrade>;

export const Order = z.strictObject({
  key: z.string(),
  id: z.string().nullable(),
  /** The position it opened, changed or closed. */
  position: z.string().nullable(),
  symbol: z.string().nullable(),
  side: z.enum(['buy', 'sell', 'unknown']),
  type: z.string().nullable(),
  status: z.string(),
  quantity: Decimal.nullable(),
  filled: Decimal.nullable(),
  limit: Decimal.nullable(),
  stop: Decimal.nullable(),
  price: Decimal.nullable(),
  placedAt: Instant.nullable(),
  filledAt: Instant.nullable(),
  currency: z.string(),
  raw: z.string(),
});
export type Order = z.infer<typeof Order>;

/** What a back end says of its own results over a period of its own choosing. */
export const PerformanceFigures = z.strictObject({
  /** Over what, in words: `cycle 20261121-093000`, `day 2026-11-21`; null where it does not say. */
  period: z.string().nullable(),
  currency: z.string(),
  trades: z.number().int().nullable(),
  winners: z.number().int().nullable(),
  losers: z.number().int().nullable(),
  /** In percent points; null where no trade has ended, whatever was answered. */
  winRate: Decimal.nullable(),
  total: Decimal.nullable(),
  realized: Decimal.nullable(),
  averageWin: Decimal.nullable(),
  averageLoss: Decimal.nullable(),
  largestWin: Decimal.nullable(),
  largestLoss: Decimal.nullable(),
  profitFactor: Decimal.nullable(),
  rMultiple: Decimal.nullable(),
});
export type PerformanceFigures = z.infer<typeof PerformanceFigures>;

/** One candidate of a market scan. Scores are in the back end's own scale. */
export const ScanCandidate = z.strictObject({
  key: z.string(),
  rank: z.number().int().nullable(),
  symbol: z.string().nullable(),
  company: z.string().nullable(),
  sector: z.string().nullable(),
  price: Decimal.nullable(),
  volume: Decimal.nullable(),
  score: Decimal.nullable(),
  catalyst: Decimal.nullable(),
  technical: Decimal.nullable(),
  momentum: Decimal.nullable(),
  raw: z.string(),
});
export type ScanCandidate = z.infer<typeof ScanCandidate>;

export const NewsItem = z.strictObject({
  key: z.string(),
  symbol: z.string().nullable(),
  headline: z.string(),
  kind: z.string().nullable(),
  strength: z.string().nullable(),
  /** As given, usually -1 to 1. */
  sentiment: Decimal.nullable(),
  publisher: z.string().nullable(),
  publishedAt: Instant.nullable(),
});
export type NewsItem = z.infer<typeof NewsItem>;

/** One run: of the orchestrator (a cycle) or of the workflow that cron starts. */
export const TradingRun = z.strictObject({
  key: z.string(),
  id: z.string().nullable(),
  mode: z.string().nullable(),
  status: z.string(),
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  candidates: z.number().int().nullable(),
  trades: z.number().int().nullable(),
  pnl: Decimal.nullable(),
});
export type TradingRun = z.infer<typeof TradingRun>;

/** A position that was in the list and then was not: what we saw ourselves, whatever the back end reports. */
export const LeftPosition = z.strictObject({
  position: Position,
  /** The two receipts between which it left. */
  lastSeenAt: Millis,
  missedAt: Millis,
});
export type LeftPosition = z.infer<typeof LeftPosition>;

function list<T extends z.ZodType>(row: T) {
  return z.strictObject({ rows: z.array(row), total: z.number().int() });
}

export const ClosedModel = list(ClosedTrade);
export type ClosedModel = z.infer<typeof ClosedModel>;
export const OrdersModel = list(Order);
export type OrdersModel = z.infer<typeof OrdersModel>;
export const ScanModel = list(ScanCandidate).extend({ scannedAt: Instant.nullable() });
export type ScanModel = z.infer<typeof ScanModel>;
export const NewsModel = list(NewsItem);
export type NewsModel = z.infer<typeof NewsModel>;
export const RunsModel = list(TradingRun);
export type RunsModel = z.infer<typeof RunsModel>;

/** What a back end offers beside its present state; each read by itself, slowly, and unknown where it has no source. */
export const RecordsModel = z.strictObject({
  closed: reading(ClosedModel),
  orders: reading(OrdersModel),
  performance: reading(PerformanceFigures),
  day: reading(PerformanceFigures),
  scan: reading(ScanModel),
  news: reading(NewsModel),
  cycles: reading(RunsModel),
  runs: reading(RunsModel),
  /** Newest last, at most `RECORDS_KEPT`, since the app started. */
  left: z.array(LeftPosition),
});
export type RecordsModel = z.infer<typeof RecordsModel>;
