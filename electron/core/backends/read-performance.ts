import {
  compareDecimals,
  magnitude,
  multiplyDecimals,
  roundDecimal,
  signOf,
} from '../../contract/decimal-math.ts';
import type { Decimal } from '../../contract/models.ts';
import type { PerformanceFigures } from '../../contract/records.ts';
import { currencyOf, parseDecimal } from './decimal.ts';
import { asNumber, firstOf, isFields, textOf, type Fields } from './json-text.ts';
import { unwrap, type Read } from './json-value.ts';

const COUNTS = {
  trades: ['total_trades', 'closed_today', 'trades_today', 'trades_executed', 'trade_count'],
  winners: ['winning_trades', 'winners_today', 'winners', 'trades_won'],
  losers: ['losing_trades', 'losers_today', 'losers', 'trades_lost'],
} as const;

function count(fields: Fields, keys: readonly string[]): number | null {
  const value = asNumber(firstOf(fields, keys)) ?? Number(textOf(firstOf(fields, keys)) ?? Number.NaN);
  return Number.isInteger(value) && value >= 0 ? value : null;
}

/** Percent points from `0.683`, `68.3` or `"68.3%"`: only a text says that it is percent; a number up to 1 is a fraction. */
function rateOf(value: unknown): Decimal | null {
  const rate = parseDecimal(value);
  if (rate === null) return null;
  if (typeof value === 'string' && value.includes('%')) return rate;
  return compareDecimals(magnitude(rate), '1') <= 0 ? roundDecimal(multiplyDecimals(rate, '100'), 2) : rate;
}

function periodOf(fields: Fields, outer: Fields): string | null {
  const day = textOf(firstOf(outer, ['date', 'day']));
  if (day !== undefined) return `day ${day}`;
  const named = textOf(firstOf(outer, ['period', 'timeframe']) ?? firstOf(fields, ['period', 'timeframe']));
  if (named !== undefined) return named;
  const cycle = textOf(outer['cycle_id']);
  return cycle === undefined ? null : `cycle ${cycle}`;
}

function figuresIn(value: unknown, currency: string): PerformanceFigures | undefined {
  if (!isFields(value)) return undefined;
  const fields = isFields(value['summary']) ? value['summary'] : value;
  const trades = count(fields, COUNTS.trades);
  const rate = rateOf(firstOf(fields, ['win_rate', 'win_rate_today', 'win_rate_pct']));
  if (trades === null && rate === null) return undefined;
  const winners = count(fields, COUNTS.winners);
  const losers = count(fields, COUNTS.losers);
  const amount = (...keys: string[]) => parseDecimal(firstOf(fields, keys));
  // an average over nothing is answered as 0
  const over = (number: number | null, figure: Decimal | null) =>
    number === 0 || (figure !== null && signOf(figure) === 0 && number === null) ? null : figure;
  return {
    period: periodOf(fields, value),
    currency: currencyOf(value['currency'], currency),
    trades,
    winners,
    losers,
    winRate: trades === 0 ? null : rate,
    total: amount('total_pnl', 'net_pnl'),
    realized: amount('realized_pnl'),
    averageWin: over(winners, amount('average_win', 'avg_win')),
    averageLoss: over(losers, amount('average_loss', 'avg_loss')),
    largestWin: over(winners, amount('largest_win', 'best_trade')),
    largestLoss: over(losers, amount('largest_loss', 'worst_trade')),
    profitFactor: over(trades, amount('profit_factor')),
    rMultiple: over(trades, amount('avg_r_multiple')),
  };
}

/** Results as a back end sums them up: its performance report, its daily summary, or either inside an envelope. */
export function readPerformance(value: unknown, currency: string): Read<PerformanceFigures> {
  return unwrap(value, (candidate) => figuresIn(candidate, currency));
}
