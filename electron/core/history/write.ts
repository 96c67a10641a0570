import type { DatabaseSync } from 'node:sqlite';
import { compareDecimals } from '../../contract/decimal-math.ts';
import { writeIncident } from './incidents.ts';
import type { Batch, MoneyRow, PositionRow, ProbeRow } from './samples.ts';
import { MINUTE_MS } from './samples.ts';
import { VERDICTS } from './schema.ts';
import type { Statements } from './statements.ts';

/** More answers than this in one minute tell nothing new. */
const MOST_LATENCIES = 64;

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);

function writeMoney(sql: Statements, row: MoneyRow): void {
  const series = sql.series(row.owner, row.metric, row.currency);
  const { at, value } = row;
  const fresh = sql
    .of('INSERT INTO money (series, at, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
    .run(series, at, value);
  if (fresh.changes === 0) return;
  const minute = minuteOf(at);
  const before = sql
    .of('SELECT at, last, low, high FROM money_minute WHERE series = ? AND minute = ?')
    .get(series, minute) as { at: number; last: string; low: string; high: string } | undefined;
  const later = !before || at >= before.at;
  const low = before && compareDecimals(before.low, value) < 0 ? before.low : value;
  const high = before && compareDecimals(before.high, value) > 0 ? before.high : value;
  sql
    .of('INSERT OR REPLACE INTO money_minute (series, minute, at, last, low, high) VALUES (?, ?, ?, ?, ?, ?)')
    .run(series, minute, later ? at : before.at, later ? value : before.last, low, high);
}

const SEE_POSITION = `
  INSERT INTO position (profile, key, symbol, side, currency, quantity, entry, price, unrealized, realized, first_seen, last_seen)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (profile, key) DO UPDATE SET symbol = excluded.symbol, side = excluded.side, currency = excluded.currency,
    quantity = excluded.quantity, entry = excluded.entry, price = excluded.price, unrealized = excluded.unrealized,
    realized = excluded.realized, last_seen = max(last_seen, excluded.last_seen)
  RETURNING id`;

function writePosition(sql: Statements, row: PositionRow): void {
  const { at, price, unrealized } = row;
  const told = [row.quantity, row.entry, price, unrealized, row.realized];
  const { id } = sql
    .of(SEE_POSITION)
    .get(sql.profile(row.owner), row.key, row.symbol, row.side, row.currency, ...told, at, at) as {
    id: number;
  };
  if (price === null && unrealized === null) return;
  sql
    .of('INSERT OR REPLACE INTO position_sample (position, at, price, unrealized) VALUES (?, ?, ?, ?)')
    .run(id, at, price, unrealized);
  sql
    .of(
      `INSERT INTO position_minute (position, minute, at, price, unrealized) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET at = excluded.at, price = excluded.price, unrealized = excluded.unrealized
       WHERE excluded.at >= at`,
    )
    .run(id, minuteOf(at), at, price, unrealized);
}

/** The latencies of one minute as 32-bit floats, so that percentiles over days are exact and not averages of averages. */
export function latenciesOf(blob: Uint8Array): Float32Array {
  return new Float32Array(blob.buffer.slice(blob.byteOffset, blob.byteOffset + (blob.byteLength & ~3)));
}

function withLatency(blob: Uint8Array, latency: number | null): Uint8Array {
  if (latency === null || blob.byteLength >= MOST_LATENCIES * 4) return blob;
  const all = Float32Array.of(...latenciesOf(blob), latency);
  return new Uint8Array(all.buffer);
}

/** The column that a probe counts in: only what is down in planned downtime is planned; what answers then is up. */
function columnOf({ verdict, planned }: ProbeRow): 'up' | 'degraded' | 'down' | 'planned' | 'unknown' {
  return verdict === 'down' && planned ? 'planned' : verdict;
}

function writeProbe(sql: Statements, row: ProbeRow): void {
  const service = sql.service(row.owner, row.service);
  const { at, latency } = row;
  const fresh = sql
    .of(
      'INSERT INTO probe (service, at, verdict, planned, latency) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    .run(service, at, VERDICTS.indexOf(row.verdict), row.planned ? 1 : 0, latency);
  if (fresh.changes === 0) return;
  const minute = minuteOf(at);
  const before = sql
    .of('SELECT latencies FROM probe_minute WHERE service = ? AND minute = ?')
    .get(service, minute) as { latencies: Uint8Array } | undefined;
  const column = columnOf(row);
  const latencies = withLatency(before?.latencies ?? new Uint8Array(), latency);
  sql
    .of(
      `INSERT INTO probe_minute (service, minute, up, degraded, down, planned, unknown, latencies)
       VALUES (?, ?, 0, 0, 0, 0, 0, x'') ON CONFLICT DO NOTHING`,
    )
    .run(service, minute);
  sql
    .of(`UPDATE probe_minute SET ${column} = ${column} + 1, latencies = ? WHERE service = ? AND minute = ?`)
    .run(latencies, service, minute);
  writeIncident(sql, service, row);
}

/** Writes a batch in one transaction: all of it or nothing. Throws what SQLite says. */
export function writeBatch(db: DatabaseSync, sql: Statements, batch: Batch): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const row of batch.money) writeMoney(sql, row);
    for (const row of batch.positions) writePosition(sql, row);
    for (const row of batch.probes) writeProbe(sql, row);
    db.exec('COMMIT');
  } catch (error) {
    sql.forgetIds();
    // a full disk may have rolled back already
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
