import type {
  MoneyHistory,
  MoneyMetric,
  MoneyPoint,
  MoneyQuery,
  PositionHistory,
  PositionPoint,
  PositionsHistory,
  PositionsQuery,
} from '../../contract/history.ts';
import { MOST_POINTS } from '../../contract/history-limits.ts';
import type { Decimal, PositionSide } from '../../contract/models.ts';
import type { Owner } from './samples.ts';
import { MINUTE_MS } from './samples.ts';
import type { Statements } from './statements.ts';
import { merged, stepsOf, type Steps } from './windows.ts';

const MOST_POSITIONS = 500;

/** The first minute that lies wholly in a span. */
const firstMinute = (from: number): number => Math.ceil(from / MINUTE_MS);

function* moneyPoints(sql: Statements, series: number, { from, raw }: Steps): Generator<MoneyPoint> {
  const rows = raw
    ? sql
        .of(
          'SELECT at, value AS last, value AS low, value AS high FROM money WHERE series = ? AND at >= ? ORDER BY at',
        )
        .iterate(series, from)
    : sql
        .of('SELECT at, last, low, high FROM money_minute WHERE series = ? AND minute >= ? ORDER BY minute')
        .iterate(series, firstMinute(from));
  for (const row of rows as Iterable<unknown>) {
    const { at, last, low, high } = row as { at: number; last: string; low: string; high: string };
    yield [at, last, low, high];
  }
}

/** The beginning of the minute in which the first figure of a series since a minute was received, ms. */
function oldestOf(sql: Statements, series: number, minute: number): number | undefined {
  const row = sql
    .of('SELECT minute FROM money_minute WHERE series = ? AND minute >= ? ORDER BY minute LIMIT 1')
    .get(series, minute) as { minute: number } | undefined;
  return row && row.minute * MINUTE_MS;
}

/** Figures over a span, at most `points` for each metric and currency. */
export function readMoney(sql: Statements, owner: Owner, query: MoneyQuery, now: number): MoneyHistory {
  const all = sql
    .of('SELECT id, metric, currency FROM series WHERE profile = ? ORDER BY currency, metric')
    .all(sql.known(owner)) as unknown as { id: number; metric: MoneyMetric; currency: string }[];
  const wanted = all.filter(({ metric }) => query.metrics.includes(metric));
  const begin = firstMinute(stepsOf(query.span, now, query.points).from);
  const oldest = Math.min(now, ...wanted.map(({ id }) => oldestOf(sql, id, begin) ?? now));
  const steps = stepsOf(query.span, now, query.points, oldest);
  const series = wanted
    .map(({ id, metric, currency }) => ({
      metric,
      currency,
      points: merged(moneyPoints(sql, id, steps), steps).slice(-query.points),
    }))
    .filter(({ points }) => points.length > 0);
  const { from, stepMs, gapMs } = steps;
  return { now, from, stepMs, gapMs, series };
}

interface SeenRow {
  id: number;
  key: string;
  symbol: string | null;
  side: PositionSide;
  currency: string;
  quantity: Decimal | null;
  entry: Decimal | null;
  price: Decimal | null;
  unrealized: Decimal | null;
  realized: Decimal | null;
  first_seen: number;
  last_seen: number;
}

function seen(sql: Statements, owner: Owner, query: PositionsQuery, from: number): SeenRow[] {
  const profile = sql.known(owner);
  if (query.keys) {
    const one = sql.of('SELECT * FROM position WHERE profile = ? AND key = ?');
    return query.keys
      .map((key) => one.get(profile, key) as unknown as SeenRow | undefined)
      .filter((row) => row !== undefined);
  }
  return sql
    .of(
      `SELECT * FROM position WHERE profile = ? AND last_seen >= ? ORDER BY last_seen DESC, id DESC LIMIT ${MOST_POSITIONS + 1}`,
    )
    .all(profile, from) as unknown as SeenRow[];
}

/** The beginning of the minute in which a position was first valued since a minute, ms. */
function firstValued(sql: Statements, position: number, minute: number): number | undefined {
  const row = sql
    .of('SELECT minute FROM position_minute WHERE position = ? AND minute >= ? ORDER BY minute LIMIT 1')
    .get(position, minute) as { minute: number } | undefined;
  return row && row.minute * MINUTE_MS;
}

/** The last sample of each step: with one `max` SQLite gives the other columns of the row that has it. */
function positionPoints(sql: Statements, position: number, steps: Steps, most: number): PositionPoint[] {
  const { from, stepMs, raw } = steps;
  const table = raw ? 'position_sample' : 'position_minute';
  const after = raw ? 'at >= ?' : 'minute >= ?';
  const rows = sql
    .of(
      `SELECT max(at) AS at, price, unrealized FROM ${table} WHERE position = ? AND ${after}
       GROUP BY CAST((at - ?) / ? AS INTEGER) ORDER BY 1`,
    )
    .all(position, raw ? from : firstMinute(from), from, stepMs) as unknown as {
    at: number;
    price: string | null;
    unrealized: string | null;
  }[];
  return rows.slice(-most).map(({ at, price, unrealized }) => [at, price, unrealized]);
}

/**
 * Positions that were seen in a span, with their prices and P&L; those that are gone too. Each is drawn in steps of its
 * own: what was opened a moment ago as fine as it was received. The window tells the widest of them.
 */
export function readPositions(
  sql: Statements,
  owner: Owner,
  query: PositionsQuery,
  now: number,
): PositionsHistory {
  const { from: begin } = stepsOf(query.span, now, 1);
  const rows = seen(sql, owner, query, begin);
  const given = rows.slice(0, MOST_POSITIONS);
  const each = Math.min(query.points, Math.floor(MOST_POINTS / Math.max(1, given.length)));
  const own = given.map(({ id }) =>
    stepsOf(query.span, now, Math.max(2, each), firstValued(sql, id, firstMinute(begin)) ?? now),
  );
  const widest = own.reduce(
    (wide, steps) => (steps.from < wide.from ? steps : wide),
    stepsOf(query.span, now, Math.max(2, each), now),
  );
  const positions = given.map((row, index): PositionHistory => {
    const { id, key, symbol, side, currency, first_seen: firstSeen, last_seen: lastSeen, ...rest } = row;
    const { quantity, entry, price, unrealized, realized } = rest;
    const points = each === 0 ? [] : positionPoints(sql, id, own[index] ?? widest, each);
    const last = { quantity, entry, price, unrealized, realized };
    return { key, symbol, side, currency, firstSeen, lastSeen, last, points };
  });
  const { from, stepMs, gapMs } = widest;
  return { now, from, stepMs, gapMs, positions, more: rows.length > given.length };
}
