import { magnitude, signOf } from '../../contract/decimal-math.ts';
import type { Decimal } from '../../contract/models.ts';
import type { ClosedModel, ClosedTrade, Order, OrdersModel } from '../../contract/records.ts';
import { currencyOf, parseDecimal } from './decimal.ts';
import { firstOf, rawText, textOf, type Fields } from './json-text.ts';
import type { Read } from './json-value.ts';
import { newestFirst, readRows, type RecordsContext } from './read-list.ts';
import { sideOf } from './read-positions.ts';

const STILL_HELD = new Set(['open', 'partial', 'risk_reduced', 'pending', 'active']);

function amountIn(row: Fields) {
  return (...keys: string[]): Decimal | null => parseDecimal(firstOf(row, keys));
}

function closedOf(
  row: Fields,
  key: (base: string) => string,
  context: RecordsContext,
): ClosedTrade | undefined {
  const status = textOf(row['status'])?.toLowerCase();
  // a history may hold what is still open; that is not a trade that ended
  if (status !== undefined && STILL_HELD.has(status)) return undefined;
  const amount = amountIn(row);
  const quantity = amount('quantity', 'qty', 'shares');
  const id = textOf(firstOf(row, ['position_id', 'trade_id', 'id'])) ?? null;
  const symbol = textOf(row['symbol']) ?? null;
  const closedAt = context.instant(
    firstOf(row, ['closed_at', 'exit_time', 'exit_timestamp', 'exit_date', 'closed_time']),
  );
  return {
    key: key(id ?? [symbol ?? '?', closedAt?.text ?? '', textOf(row['entry_price']) ?? ''].join('@')),
    id,
    symbol,
    side: sideOf(row['side'], quantity),
    quantity: quantity === null ? null : magnitude(quantity),
    entry: amount('entry_price', 'entry', 'average_cost', 'avg_entry_price', 'avg_price'),
    exit: amount('exit_price', 'exit', 'close_price'),
    realized: amount('realized_pnl', 'realized_pl', 'pnl', 'profit_loss'),
    realizedPct: amount('realized_pnl_pct', 'pnl_percent', 'pnl_pct', 'realized_pnl_percent'),
    risk: amount('risk_amount'),
    reason: textOf(firstOf(row, ['close_reason', 'exit_reason', 'reason'])) ?? null,
    openedAt: context.instant(
      firstOf(row, ['opened_at', 'entry_time', 'entry_timestamp', 'entry_date', 'created_at']),
    ),
    closedAt,
    currency: currencyOf(row['currency'], context.currency),
    cycle: textOf(row['cycle_id']) ?? null,
    raw: rawText(row),
  };
}

/** Trades that ended, newest first. Rows that are still open are left out, rows without a status are taken as closed. */
export function readClosed(value: unknown, context: RecordsContext): Read<ClosedModel> {
  const read = readRows(value, ['positions', 'closed_positions', 'trades', 'history'], (row, key) =>
    closedOf(row, key, context),
  );
  return read.ok ? { ok: true, value: newestFirst(read.value.rows, (row) => row.closedAt?.at) } : read;
}

function orderSide(word: unknown, quantity: Decimal | null): Order['side'] {
  const side = sideOf(word, quantity);
  return side === 'unknown' ? 'unknown' : side === 'long' ? 'buy' : 'sell';
}

function orderOf(row: Fields, key: (base: string) => string, context: RecordsContext): Order {
  const amount = amountIn(row);
  const quantity = amount('quantity', 'qty', 'shares');
  const id = textOf(firstOf(row, ['order_id', 'id', 'broker_order_id'])) ?? null;
  const symbol = textOf(row['symbol']) ?? null;
  const placedAt = context.instant(firstOf(row, ['submitted_at', 'placed_at', 'created_at', 'timestamp']));
  const price = amount('filled_avg_price', 'filled_price', 'fill_price', 'average_price');
  const filled = amount('filled_qty', 'filled_quantity');
  return {
    key: key(id ?? `${symbol ?? '?'}@${placedAt?.text ?? ''}`),
    id,
    position: textOf(row['position_id']) ?? null,
    symbol,
    side: orderSide(firstOf(row, ['side', 'action']), quantity),
    type: textOf(firstOf(row, ['order_type', 'type'])) ?? null,
    status: textOf(firstOf(row, ['status', 'order_status'])) ?? 'not reported',
    quantity: quantity === null ? null : magnitude(quantity),
    filled: filled === null ? null : magnitude(filled),
    limit: amount('limit_price'),
    stop: amount('stop_price'),
    // 0 stands for "no fill yet" at more than one broker
    price: price !== null && signOf(price) === 0 ? null : price,
    placedAt,
    filledAt: context.instant(firstOf(row, ['filled_at', 'executed_at'])),
    currency: currencyOf(row['currency'], context.currency),
    raw: rawText(row),
  };
}

/** Orders, newest first. */
export function readOrders(value: unknown, context: RecordsContext): Read<OrdersModel> {
  const read = readRows(value, ['orders', 'recent_orders'], (row, key) => orderOf(row, key, context));
  return read.ok ? { ok: true, value: newestFirst(read.value.rows, (row) => row.placedAt?.at) } : read;
}
