import type { Decimal, Position, PositionsModel, Totals } from '../../contract/models.ts';
import { PositionStatus } from '../../contract/models.ts';
import { addDecimals, magnitude, signOf } from '../../contract/decimal-math.ts';
import { currencyOf, parseDecimal } from './decimal.ts';
import type { ReadInstant } from './instant.ts';
import { firstOf, isFields, rawText, textOf, type Fields } from './json-text.ts';
import { unwrap, type Read } from './json-value.ts';
import { uniqueKeys } from './read-list.ts';

/** How a profile's rows are read: zone-less times, currency where a row names none, and what the list is. */
export interface PositionsContext {
  instant: ReadInstant;
  currency: string;
  /** The list was asked for as active or open, so a row without a status is open. */
  openList: boolean;
}

const GONE = new Set<PositionStatus>(['closed', 'stopped_out', 'cancelled', 'pending']);
const LIST_KEYS = ['positions', 'positions_summary'] as const;

/** More than any account holds. A list that was cut would make its sums wrong, so a longer one is not read at all. */
const MOST_ROWS = 5_000;

interface Found {
  rows: readonly unknown[];
  /** How many the answer says there are, where that is more than none. */
  said: Decimal | null;
  /** No object around it: trading 5.0.1 and 4.1.0. */
  bare: boolean;
}

function listIn(value: unknown, bare: boolean): Found | undefined {
  if (Array.isArray(value)) return { rows: value as unknown[], bare, said: null };
  if (!isFields(value)) return undefined;
  // a whole envelope under `positions` (v4.2.0) is met by unwrap() one level further down
  for (const key of LIST_KEYS) {
    if (Array.isArray(value[key]))
      return { rows: value[key] as unknown[], bare: false, said: countBeside(value) };
  }
  return undefined;
}

export function sideOf(word: unknown, quantity: Decimal | null): Position['side'] {
  const side = typeof word === 'string' ? word.trim().toLowerCase() : '';
  if (side === 'long' || side === 'buy') return 'long';
  if (side === 'short' || side === 'sell') return 'short';
  // never assumed long: only a negative quantity tells
  return quantity !== null && signOf(quantity) < 0 ? 'short' : 'unknown';
}

function statusOf(word: unknown, openList: boolean): PositionStatus {
  if (word === undefined || word === null) return openList ? 'open' : 'unknown';
  const status = typeof word === 'string' ? word.trim().toLowerCase().replaceAll(/[\s-]/g, '_') : '';
  if (status === 'canceled') return 'cancelled';
  return PositionStatus.options.find((known) => known === status) ?? 'unknown';
}

function fractionToPercent(value: Decimal | null): Decimal | null {
  if (value === null) return null;
  const negative = value.startsWith('-') ? '-' : '';
  return parseDecimal(`${negative}${magnitude(value)}e2`);
}

function percentOf(row: Fields): Decimal | null {
  const points = parseDecimal(
    firstOf(row, ['pnl_percent', 'unrealized_pnl_pct', 'unrealized_pnl_percent', 'pnl_pct', 'pnlPercent']),
  );
  // Alpaca's own field is a fraction; all others are percent points
  return points ?? fractionToPercent(parseDecimal(row['unrealized_plpc']));
}

const keyBase = ({ id, symbol, entry, openedAt, side }: Position): string =>
  id ?? [symbol ?? '?', entry ?? '?', openedAt?.text ?? '', side].join('@');

/** One row in canonical names (facts 6.3). What is not reported is null, never zero or a substitute. */
function positionOf(row: Fields, context: PositionsContext, zeroIsUnknown: boolean): Position {
  const amount = (...keys: string[]) => parseDecimal(firstOf(row, keys));
  const quantity = amount('quantity', 'qty', 'shares');
  const current = amount('current_price', 'current', 'price');
  const reported = amount('unrealized_pnl', 'unrealized_pl', 'pnl', 'pnlDollar');
  const percent = percentOf(row);
  const hollow = zeroIsUnknown && current === null;
  const known = (value: Decimal | null) => (hollow && value !== null && signOf(value) === 0 ? null : value);
  return {
    key: '',
    id: textOf(firstOf(row, ['position_id', 'id'])) ?? null,
    symbol: textOf(row['symbol']) ?? null,
    side: sideOf(row['side'], quantity),
    quantity: quantity === null ? null : magnitude(quantity),
    entry: amount('entry_price', 'entry', 'average_cost', 'avg_entry_price', 'avg_price'),
    current,
    value: amount('market_value', 'current_value', 'exposure'),
    unrealized: known(reported),
    unrealizedPct: known(percent),
    realized: known(amount('realized_pnl')),
    stop: amount('stop_loss', 'stop_price'),
    target: amount('take_profit', 'target_price'),
    risk: amount('risk_amount'),
    status: statusOf(row['status'], context.openList),
    openedAt: context.instant(
      firstOf(row, ['opened_at', 'entry_time', 'entry_timestamp', 'entry_date', 'created_at']),
    ),
    currency: currencyOf(row['currency'], context.currency),
    cycle: textOf(row['cycle_id']) ?? null,
    updatedAt: context.instant(firstOf(row, ['updated_at', 'last_updated', 'last_check_at'])),
    changedAt: null,
    raw: rawText(row),
  };
}

/** Sums per currency over the positions that are still open; never across currencies. */
export function totalsOf(rows: readonly Position[]): Totals[] {
  const byCurrency = new Map<string, Totals>();
  for (const row of rows) {
    if (GONE.has(row.status)) continue;
    const total = byCurrency.get(row.currency) ?? {
      currency: row.currency,
      count: 0,
      unrealized: null,
      missing: 0,
      winners: 0,
      losers: 0,
    };
    total.count += 1;
    if (row.unrealized === null) total.missing += 1;
    else {
      total.unrealized = addDecimals(total.unrealized ?? '0', row.unrealized);
      if (signOf(row.unrealized) > 0) total.winners += 1;
      if (signOf(row.unrealized) < 0) total.losers += 1;
    }
    byCurrency.set(row.currency, total);
  }
  return [...byCurrency.values()].sort((a, b) => a.currency.localeCompare(b.currency));
}

const COUNT_KEYS = ['count', 'total', 'position_count', 'monitored_positions'] as const;

/** An empty list beside a count of some is half an answer. Elsewhere the count is not believed: the list is longer than it, or shorter, where it is paged. */
function countBeside(value: unknown): Decimal | null {
  if (!isFields(value)) return null;
  const count = parseDecimal(firstOf(value, COUNT_KEYS));
  return count !== null && signOf(count) > 0 ? count : null;
}

/**
 * Positions from any envelope of facts 6.2. An error beside an empty list, or an answer without a list, is
 * unknown and not "no positions"; the count is the length of the list, never a number beside it.
 */
export function readPositions(value: unknown, context: PositionsContext): Read<PositionsModel> {
  const found = unwrap(value, (candidate) => listIn(candidate, candidate === value));
  if (!found.ok) return found;
  const { rows: list, said } = found.value;
  if (list.length > MOST_ROWS)
    return { ok: false, reason: `the list has ${list.length} rows; at most ${MOST_ROWS} are read` };
  if (list.length === 0 && said !== null)
    return { ok: false, reason: `the list is empty, but ${said} are counted beside it` };
  const unique = uniqueKeys();
  const rows: Position[] = [];
  for (const row of list) {
    if (!isFields(row)) return { ok: false, reason: 'a row of the list of positions is not readable' };
    const position = positionOf(row, context, found.value.bare);
    rows.push({ ...position, key: unique(keyBase(position)) });
  }
  return { ok: true, value: { rows, totals: totalsOf(rows) } };
}
