import type { MoneyMetric } from '../../contract/history.ts';
import type { Decimal, PositionSide, Verdict } from '../../contract/models.ts';
import type { Environment } from '../../contract/profile.ts';

/** Whose history: a name can come back with another environment, and live and paper must not mix. */
export interface Owner {
  name: string;
  environment: Environment;
}

export interface MoneyRow {
  owner: Owner;
  metric: MoneyMetric;
  currency: string;
  at: number;
  value: Decimal;
}

export interface PositionRow {
  owner: Owner;
  key: string;
  symbol: string | null;
  side: PositionSide;
  currency: string;
  at: number;
  quantity: Decimal | null;
  entry: Decimal | null;
  price: Decimal | null;
  unrealized: Decimal | null;
  realized: Decimal | null;
}

export interface ProbeRow {
  owner: Owner;
  service: string;
  at: number;
  verdict: Verdict;
  planned: boolean;
  latency: number | null;
  reason: string | null;
}

/** What is written in one transaction. */
export interface Batch {
  money: MoneyRow[];
  positions: PositionRow[];
  probes: ProbeRow[];
}

export const emptyBatch = (): Batch => ({ money: [], positions: [], probes: [] });

export const MINUTE_MS = 60_000;
