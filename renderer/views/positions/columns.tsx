import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table';
import type { Row } from '@tanstack/react-table';
import type { Position } from '../../../electron/contract/models.ts';
import { Age } from '../../parts/age.tsx';
import { Amount, Percent, ProfitLoss } from '../../parts/money.tsx';
import { byDecimal } from './filter.ts';

export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

type PositionRow = Row<typeof features, Position>;
const helper = createColumnHelper<typeof features, Position>();

function decimals(a: PositionRow, b: PositionRow, id: string): number {
  return byDecimal(a.getValue<string | undefined>(id), b.getValue<string | undefined>(id));
}

function words(a: PositionRow, b: PositionRow, id: string): number {
  return a.getValue<string>(id).localeCompare(b.getValue<string>(id), 'en');
}

function numbers(a: PositionRow, b: PositionRow, id: string): number {
  return a.getValue<number>(id) - b.getValue<number>(id);
}

// What is not reported stays at the end, whichever way the column is sorted.
const last = { sortUndefined: 'last' as const };
const SIDES = { long: 'Long', short: 'Short', unknown: '-' } as const;

/** Shares of the table's width; what the drawer takes away is shared out by the same measure. */
export const WIDTHS: Record<string, string> = {
  symbol: '14%',
  side: '8%',
  quantity: '10%',
  entry: '11%',
  current: '11%',
  stop: '11%',
  unrealized: '16%',
  pct: '10%',
  age: '9%',
};
/** Columns that the drawer repeats, and that give it their room while it is open. */
export const SPARE = new Set(['quantity', 'entry', 'stop', 'age']);
export const LEFT = new Set(['symbol', 'side']);

export const columns = helper.columns([
  helper.accessor((row) => row.symbol ?? undefined, {
    id: 'symbol',
    header: 'Symbol',
    sortFn: words,
    ...last,
    cell: ({ row }) => (
      <>
        <span className="font-medium">{row.original.symbol ?? '-'}</span>
        {row.original.status === 'open' ? null : (
          <span className="ml-2 text-xs text-quiet">{row.original.status.replaceAll('_', ' ')}</span>
        )}
      </>
    ),
  }),
  helper.accessor('side', { header: 'Side', sortFn: words, cell: ({ row }) => SIDES[row.original.side] }),
  helper.accessor((row) => row.quantity ?? undefined, {
    id: 'quantity',
    header: 'Quantity',
    sortFn: decimals,
    ...last,
    cell: ({ row }) => <Amount value={row.original.quantity} />,
  }),
  helper.accessor((row) => row.entry ?? undefined, {
    id: 'entry',
    header: 'Entry',
    sortFn: decimals,
    ...last,
    cell: ({ row }) => <Amount value={row.original.entry} least={2} />,
  }),
  helper.accessor((row) => row.current ?? undefined, {
    id: 'current',
    header: 'Current',
    sortFn: decimals,
    ...last,
    cell: ({ row }) => <Amount value={row.original.current} least={2} />,
  }),
  helper.accessor((row) => row.stop ?? undefined, {
    id: 'stop',
    header: 'Stop',
    sortFn: decimals,
    ...last,
    cell: ({ row }) => <Amount value={row.original.stop} least={2} />,
  }),
  helper.accessor((row) => row.unrealized ?? undefined, {
    id: 'unrealized',
    header: 'Unrealized',
    sortFn: decimals,
    ...last,
    cell: ({ row }) => <ProfitLoss value={row.original.unrealized} currency={row.original.currency} />,
  }),
  helper.accessor((row) => row.unrealizedPct ?? undefined, {
    id: 'pct',
    header: 'Percent',
    sortFn: decimals,
    ...last,
    cell: ({ row }) => <Percent value={row.original.unrealizedPct} />,
  }),
  helper.accessor((row) => row.openedAt?.at ?? undefined, {
    id: 'age',
    header: 'Held',
    sortFn: numbers,
    ...last,
    cell: ({ row }) =>
      row.original.openedAt === null ? '-' : <Age at={row.original.openedAt.at} after="" />,
  }),
]);
