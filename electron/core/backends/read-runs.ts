import type { RunsModel, TradingRun } from '../../contract/records.ts';
import { parseDecimal } from './decimal.ts';
import { asNumber, firstOf, textOf, type Fields } from './json-text.ts';
import type { Read } from './json-value.ts';
import { newestFirst, readRows, type RecordsContext } from './read-list.ts';

function runOf(row: Fields, key: (base: string) => string, context: RecordsContext): TradingRun {
  const whole = (...keys: string[]): number | null => {
    const value = asNumber(firstOf(row, keys));
    return value !== undefined && Number.isInteger(value) ? value : null;
  };
  const id = textOf(firstOf(row, ['cycle_id', 'id', 'run_id'])) ?? null;
  const startedAt = context.instant(firstOf(row, ['started_at', 'start_time', 'date']));
  return {
    key: key(id ?? startedAt?.text ?? '?'),
    id,
    mode: textOf(firstOf(row, ['mode', 'session_mode'])) ?? null,
    status: textOf(firstOf(row, ['status', 'cycle_state', 'state'])) ?? 'not reported',
    startedAt,
    endedAt: context.instant(firstOf(row, ['stopped_at', 'end_time', 'completed_at', 'ended_at'])),
    candidates: whole('final_candidates', 'candidates', 'candidates_found'),
    trades: whole('trades_executed', 'trades', 'total_trades'),
    pnl: parseDecimal(firstOf(row, ['total_pnl', 'daily_pnl', 'realized_pnl', 'pnl'])),
  };
}

/** Runs of the orchestrator or of the workflow, newest first. */
export function readRuns(value: unknown, context: RecordsContext): Read<RunsModel> {
  const read = readRows(value, ['cycles', 'history', 'runs'], (row, key) => runOf(row, key, context));
  return read.ok ? { ok: true, value: newestFirst(read.value.rows, (row) => row.startedAt?.at) } : read;
}
