import {
  addDecimals,
  compareDecimals,
  divideDecimals,
  magnitude,
  multiplyDecimals,
  signOf,
  subtractDecimals,
} from './decimal-math.ts';
import type { Decimal } from './models.ts';

/** What results need of a trade; null is not reported. */
export interface Trade {
  realized: Decimal | null;
  risk: Decimal | null;
  closedAt: { at: number } | null;
}

/** Results of trades in one currency. null: cannot be known from these trades. */
export interface TradeStats {
  trades: number;
  /** Trades without a reported result; they are in no figure below. */
  missing: number;
  winners: number;
  losers: number;
  /** Percent of the trades with a result, those that ended at zero among them. */
  winRate: Decimal | null;
  total: Decimal | null;
  averageWin: Decimal | null;
  averageLoss: Decimal | null;
  largestWin: Decimal | null;
  largestLoss: Decimal | null;
  /** What was won by what was lost; null while nothing was lost. */
  profitFactor: Decimal | null;
  /** The average result of a trade. */
  expectancy: Decimal | null;
  /** The average result in units of what was at risk, over the trades whose risk is known. */
  averageR: Decimal | null;
  /** The first and last time at which one of them ended, ms; null where no time is known. */
  from: number | null;
  to: number | null;
}

function sum(values: readonly Decimal[]): Decimal | null {
  return values.length === 0 ? null : values.reduce(addDecimals);
}

function mean(values: readonly Decimal[], places = 2): Decimal | null {
  const total = sum(values);
  return total === null ? null : divideDecimals(total, String(values.length), places);
}

function extreme(values: readonly Decimal[], sign: 1 | -1): Decimal | null {
  if (values.length === 0) return null;
  return values.reduce((best, value) => (compareDecimals(value, best) === sign ? value : best));
}

/** Win rate, averages and profit factor of trades; exact but for the last place of a division. */
export function tradeStats(trades: readonly Trade[]): TradeStats {
  const results = trades.flatMap(({ realized }) => (realized === null ? [] : [realized]));
  const wins = results.filter((result) => signOf(result) > 0);
  const losses = results.filter((result) => signOf(result) < 0);
  const [won, lost] = [sum(wins), sum(losses)];
  const times = trades.flatMap(({ closedAt }) => (closedAt === null ? [] : [closedAt.at]));
  const multiples = trades.flatMap(({ realized, risk }) =>
    realized === null || risk === null ? [] : (divideDecimals(realized, magnitude(risk), 4) ?? []),
  );
  return {
    trades: trades.length,
    missing: trades.length - results.length,
    winners: wins.length,
    losers: losses.length,
    winRate: percentOf(String(wins.length), String(results.length)),
    total: sum(results),
    averageWin: mean(wins),
    averageLoss: mean(losses),
    largestWin: extreme(wins, 1),
    largestLoss: extreme(losses, -1),
    profitFactor: lost === null ? null : divideDecimals(won ?? '0', magnitude(lost), 2),
    expectancy: mean(results),
    averageR: mean(multiples),
    from: times.length === 0 ? null : Math.min(...times),
    to: times.length === 0 ? null : Math.max(...times),
  };
}

/** A share in percent with one place; null of nothing. */
export function percentOf(part: Decimal, whole: Decimal, places = 1): Decimal | null {
  return divideDecimals(multiplyDecimals(part, '100'), whole, places);
}

export interface CurvePoint {
  at: number;
  value: Decimal;
}

/** The running sum of results over time, oldest first; trades without a result or a time are not in it. */
export function resultCurve(trades: readonly Trade[]): CurvePoint[] {
  let value: Decimal = '0';
  return trades
    .flatMap(({ realized, closedAt }) =>
      realized === null || closedAt === null ? [] : [{ realized, closedAt }],
    )
    .sort((a, b) => a.closedAt.at - b.closedAt.at)
    .map(({ realized, closedAt }) => {
      value = addDecimals(value, realized);
      return { at: closedAt.at, value };
    });
}

export interface Drawdown {
  /** The deepest fall from a high before it, as a figure that is not negative. */
  deepest: Decimal;
  peakAt: number;
  troughAt: number;
  /** How far the last value is below the highest. */
  now: Decimal;
}

/** The deepest fall of a curve from its highest value so far; null of an empty curve. A curve of results begins at zero. */
export function drawdown(curve: readonly CurvePoint[], start?: CurvePoint): Drawdown | null {
  const points = start === undefined ? curve : [start, ...curve];
  const [first] = points;
  if (first === undefined) return null;
  let peak = first;
  let worst: Drawdown = { deepest: '0', peakAt: first.at, troughAt: first.at, now: '0' };
  for (const point of points) {
    if (compareDecimals(point.value, peak.value) > 0) peak = point;
    const fall = subtractDecimals(peak.value, point.value);
    if (compareDecimals(fall, worst.deepest) > 0) {
      worst = { deepest: fall, peakAt: peak.at, troughAt: point.at, now: fall };
    }
    worst = { ...worst, now: fall };
  }
  return worst;
}
