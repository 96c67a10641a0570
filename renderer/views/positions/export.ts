import { csvDecimal, csvRow, csvText, csvTime } from '../../../electron/contract/csv.ts';
import type { Known, Position } from '../../../electron/contract/models.ts';
import type { ClosedTrade } from '../../../electron/contract/records.ts';
import type { FiguresOf } from './figures.ts';

export interface ExportContext {
  profile: string;
  known: Omit<Known<unknown>, 'state'>;
}

type Field<T> = readonly [head: string, of: (row: T) => string];

/** Beside each row: where it is from and when it was received, since a file outlives the screen. */
function records<T>(
  fields: readonly Field<T>[],
  rows: readonly T[],
  { profile, known }: ExportContext,
): string[] {
  const origin = [
    csvText(profile),
    csvTime(known.receivedAt),
    csvText(`${known.source.kind} ${known.source.ref}`),
  ];
  return [
    csvRow(['profile', 'received_at', 'source', ...fields.map(([head]) => head)]),
    ...rows.map((row) => csvRow([...origin, ...fields.map(([, of]) => of(row))])),
  ];
}

const text = (value: string | null): string => (value === null ? '' : csvText(value));
const flag = (value: boolean | undefined): string => (value === undefined ? '' : value ? 'yes' : 'no');

function positionFields(figures: FiguresOf): Field<Position>[] {
  return [
    ['symbol', (row) => text(row.symbol)],
    ['side', (row) => row.side],
    ['status', (row) => row.status],
    ['quantity', (row) => csvDecimal(row.quantity)],
    ['entry', (row) => csvDecimal(row.entry)],
    ['price', (row) => csvDecimal(figures(row).price?.value ?? null)],
    ['price_worked_out', (row) => flag(figures(row).price?.derived)],
    ['value', (row) => csvDecimal(row.value)],
    ['unrealized', (row) => csvDecimal(row.unrealized)],
    ['unrealized_percent', (row) => csvDecimal(row.unrealizedPct)],
    ['r', (row) => csvDecimal(figures(row).r)],
    ['realized', (row) => csvDecimal(row.realized)],
    ['stop', (row) => csvDecimal(row.stop)],
    ['to_stop', (row) => csvDecimal(figures(row).stop?.money ?? null)],
    ['to_stop_percent', (row) => csvDecimal(figures(row).stop?.percent ?? null)],
    ['to_stop_r', (row) => csvDecimal(figures(row).stop?.r ?? null)],
    ['target', (row) => csvDecimal(row.target)],
    ['at_risk', (row) => csvDecimal(figures(row).risk?.value ?? null)],
    ['at_risk_worked_out', (row) => flag(figures(row).risk?.derived)],
    ['currency', (row) => csvText(row.currency)],
    ['opened_at', (row) => csvTime(row.openedAt?.at ?? null)],
    ['changed_at', (row) => csvTime(row.changedAt)],
    ['cycle', (row) => text(row.cycle)],
    ['id', (row) => text(row.id)],
  ];
}

/** Open positions as one CSV document, row by row as they stand on screen; not reported is empty. */
export function positionsCsv(
  rows: readonly Position[],
  figures: FiguresOf,
  context: ExportContext,
): string[] {
  return records(positionFields(figures), rows, context);
}

const CLOSED: readonly Field<ClosedTrade>[] = [
  ['symbol', (row) => text(row.symbol)],
  ['side', (row) => row.side],
  ['quantity', (row) => csvDecimal(row.quantity)],
  ['entry', (row) => csvDecimal(row.entry)],
  ['exit', (row) => csvDecimal(row.exit)],
  ['realized', (row) => csvDecimal(row.realized)],
  ['realized_percent', (row) => csvDecimal(row.realizedPct)],
  ['at_risk', (row) => csvDecimal(row.risk)],
  ['currency', (row) => csvText(row.currency)],
  ['reason', (row) => text(row.reason)],
  ['opened_at', (row) => csvTime(row.openedAt?.at ?? null)],
  ['closed_at', (row) => csvTime(row.closedAt?.at ?? null)],
  ['cycle', (row) => text(row.cycle)],
  ['id', (row) => text(row.id)],
];

export function closedCsv(rows: readonly ClosedTrade[], context: ExportContext): string[] {
  return records(CLOSED, rows, context);
}
