import type { Incident } from '../../contract/history.ts';
import type { ProbeRow } from './samples.ts';
import { VERDICTS } from './schema.ts';
import type { Statements } from './statements.ts';

/** A probe that came this long after the last one of an incident begins a new one: what was between is not known. */
const SAME_INCIDENT_MS = 10 * 60_000;

interface Open {
  id: number;
  last_seen: number;
  verdict: number;
  planned: number;
}

/** Merges what is not up into incidents. What cannot be told neither begins nor ends one. */
export function writeIncident(sql: Statements, service: number, row: ProbeRow): void {
  if (row.verdict === 'unknown') return;
  const open = sql
    .of(
      'SELECT id, last_seen, verdict, planned FROM incident WHERE service = ? AND until IS NULL ORDER BY since DESC LIMIT 1',
    )
    .get(service) as Open | undefined;
  const verdict = VERDICTS.indexOf(row.verdict);
  const planned = row.planned ? 1 : 0;
  const reason = row.reason ?? '';
  if (row.verdict === 'up') {
    if (open) sql.of('UPDATE incident SET until = ? WHERE id = ?').run(row.at, open.id);
    return;
  }
  if (open) {
    const same = open.verdict === verdict && open.planned === planned;
    if (same && row.at - open.last_seen < SAME_INCIDENT_MS) {
      sql.of('UPDATE incident SET last_seen = ?, reason = ? WHERE id = ?').run(row.at, reason, open.id);
      return;
    }
    sql.of('UPDATE incident SET until = ? WHERE id = ?').run(same ? open.last_seen : row.at, open.id);
  }
  sql
    .of(
      'INSERT INTO incident (service, since, until, last_seen, verdict, planned, reason) VALUES (?, ?, NULL, ?, ?, ?, ?)',
    )
    .run(service, row.at, row.at, verdict, planned, reason);
}

const NEWEST = 20;

interface Row {
  since: number;
  until: number | null;
  last_seen: number;
  verdict: number;
  planned: number;
  reason: string;
}

/** The newest incidents of a service since a time, newest first. */
export function incidentsOf(sql: Statements, service: number, from: number): Incident[] {
  const rows = sql
    .of(
      `SELECT since, until, last_seen, verdict, planned, reason FROM incident
       WHERE service = ? AND (until IS NULL OR until >= ?) ORDER BY since DESC LIMIT ${NEWEST}`,
    )
    .all(service, from) as unknown as Row[];
  return rows.map(({ since, until, last_seen: lastSeen, verdict, planned, reason }) => {
    const word = VERDICTS[verdict] ?? 'unknown';
    return { since, until, lastSeen, verdict: word, planned: planned === 1, reason };
  });
}
