import { isDeepStrictEqual } from 'node:util';
import type { Position, PositionsModel, Reading } from '../../contract/models.ts';
import type { LeftPosition } from '../../contract/records.ts';
import type { SourceRead } from '../backends/sources.ts';

/** What a row is apart from when it was valued and how it was written: two valuations at the same price are no change. */
function figures({ raw: _raw, updatedAt: _updated, changedAt: _changed, ...rest }: Position) {
  return rest;
}

function noted(row: Position, before: Position | undefined, at: number): Position {
  if (before === undefined) return row;
  const changedAt = isDeepStrictEqual(figures(row), figures(before)) ? before.changedAt : at;
  const next = { ...row, changedAt };
  return isDeepStrictEqual(next, before) ? before : next;
}

/**
 * A list of positions told beside the one before it: when each row last changed, by our receipt, and which rows have
 * left. A row that leaves was closed, or is no longer listed: only a list from the same source says that much, and only
 * where rows have ids.
 */
export function compared(
  before: Reading<PositionsModel>,
  read: SourceRead<PositionsModel> & { ok: true },
): { model: PositionsModel; left: LeftPosition[] } {
  const old = before.state === 'known' ? before : before.last;
  const byKey = new Map(old?.value.rows.map((row) => [row.key, row]));
  const { rows, totals } = read.value;
  const model = { rows: rows.map((row) => noted(row, byKey.get(row.key), read.receivedAt)), totals };
  if (!old || old.source.kind !== read.source.kind || old.source.ref !== read.source.ref) {
    return { model, left: [] };
  }
  const here = new Set(rows.map((row) => row.key));
  const left = old.value.rows
    .filter((row) => row.id !== null && !here.has(row.key))
    .map((position) => ({ position, lastSeenAt: old.receivedAt, missedAt: read.receivedAt }));
  return { model, left };
}
