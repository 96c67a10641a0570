import type { DatabaseSync } from 'node:sqlite';
import type { Owner } from './samples.ts';
import { MINUTE_MS } from './samples.ts';
import type { Statements } from './statements.ts';

const DAY_MS = 86_400_000;
const RAW_MS = DAY_MS;
const MINUTES_MS = 30 * DAY_MS;

const RAW = [
  ['money', 'series'],
  ['probe', 'service'],
  ['position_sample', 'position'],
] as const;
const ROLLED = [
  ['money_minute', 'series'],
  ['probe_minute', 'service'],
  ['position_minute', 'position'],
] as const;

/**
 * Takes out what is too old (raw samples after 24 h, roll-ups and what they belong to after 30 days), and what lies
 * more than a day ahead, as a clock that was wrong leaves it.
 */
export function retain(db: DatabaseSync, sql: Statements, now: number): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const [table, owner] of RAW)
      sql
        .of(`DELETE FROM ${table} WHERE ${owner} IN (SELECT id FROM ${owner}) AND (at < ? OR at > ?)`)
        .run(now - RAW_MS, now + DAY_MS);
    for (const [table, owner] of ROLLED)
      sql
        .of(`DELETE FROM ${table} WHERE ${owner} IN (SELECT id FROM ${owner}) AND (minute < ? OR minute > ?)`)
        .run(Math.floor((now - MINUTES_MS) / MINUTE_MS), Math.floor((now + DAY_MS) / MINUTE_MS));
    sql.of('DELETE FROM position WHERE last_seen < ?').run(now - MINUTES_MS);
    sql.of('DELETE FROM incident WHERE last_seen < ?').run(now - MINUTES_MS);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  } finally {
    sql.forgetIds();
  }
  db.exec('PRAGMA incremental_vacuum(2000)');
}

/** Removes all history of profiles that are not in the list. */
export function keepOnly(sql: Statements, owners: readonly Owner[]): void {
  const kept = new Set(owners.map(({ name, environment }) => `${name}/${environment}`));
  const rows = sql.of('SELECT id, name, environment FROM profile').all() as unknown as (Owner & {
    id: number;
  })[];
  for (const row of rows)
    if (!kept.has(`${row.name}/${row.environment}`)) sql.of('DELETE FROM profile WHERE id = ?').run(row.id);
  sql.forgetIds();
}

/** Removes all history of the profile with this name, in every environment. */
export function forget(sql: Statements, name: string): void {
  sql.of('DELETE FROM profile WHERE name = ?').run(name);
  sql.forgetIds();
}
