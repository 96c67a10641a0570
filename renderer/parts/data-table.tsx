import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import type { Header, Row, SortingState } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent, ReactNode } from 'react';
import { memo, useEffect, useMemo, useState } from 'react';
import type { AmountKind } from './amount-room.ts';
import { useWideColumns } from './amount-room.ts';
import { compareDecimals } from './decimal.ts';
import { fitting } from './fitting.ts';

/** What a column sorts by; undefined is not known and stays at the end whichever way it is sorted. */
type SortValue = string | number | undefined;

/** One column of a table. */
export interface DataColumn<T> {
  id: string;
  label: string;
  /** What it means, where the label is short. */
  hint?: string;
  /** Pixels; spare room is shared out. */
  width: number;
  /** 0 is always shown; where there is no room the highest go first. */
  rank: number;
  left?: boolean;
  /** Amounts that the column sorts by: it grows with them, so that no digit is cut off. */
  amount?: AmountKind<T>;
  sort: { by: 'decimal' | 'number' | 'word'; of: (row: T) => SortValue };
  cell: (row: T) => ReactNode;
}

/** A row below all others that stays in sight: a sum. */
export interface DataFoot {
  key: string;
  cells: Readonly<Record<string, ReactNode>>;
  /** The amounts in it, by column. */
  sums?: Readonly<Record<string, string | null>>;
}

export interface TableRow {
  key: string;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Line<T extends TableRow> = Row<typeof features, T>;

const ROW_PX = 28;
/** Row number of the first line: the head is row 1. */
const FIRST_ROW = 2;
const MARK = { asc: '↑', desc: '↓' } as const;
const WORD = { asc: 'ascending', desc: 'descending' } as const;

function comparator(by: DataColumn<never>['sort']['by']) {
  return <T extends TableRow>(a: Line<T>, b: Line<T>, id: string): number => {
    const left = a.getValue<SortValue>(id);
    const right = b.getValue<SortValue>(id);
    if (left === undefined || right === undefined) return 0;
    if (by === 'number') return Number(left) - Number(right);
    return by === 'decimal'
      ? compareDecimals(String(left), String(right))
      : String(left).localeCompare(String(right), 'en');
  };
}

function tanstackColumns<T extends TableRow>(columns: readonly DataColumn<T>[]) {
  const helper = createColumnHelper<typeof features, T>();
  return helper.columns(
    columns.map((column) =>
      helper.accessor((row: T) => column.sort.of(row), {
        id: column.id,
        header: column.label,
        sortFn: comparator(column.sort.by),
        sortUndefined: 'last' as const,
        // numbers are looked at from the largest down, words from A
        sortDescFirst: column.sort.by !== 'word',
      }),
    ),
  );
}

function useRoom(scroller: HTMLElement | null): number {
  const [room, setRoom] = useState(0);
  useEffect(() => {
    if (scroller === null) return;
    const size = new ResizeObserver(() => setRoom(scroller.clientWidth));
    size.observe(scroller);
    return () => size.disconnect();
  }, [scroller]);
  return room;
}

function Head<T extends TableRow>(props: { header: Header<typeof features, T>; column: DataColumn<T> }) {
  const { header, column } = props;
  const sorted = header.column.getIsSorted();
  const left = column.left === true;
  return (
    <th
      scope="col"
      aria-sort={sorted === false ? 'none' : WORD[sorted]}
      style={{ width: column.width }}
      className="sticky top-0 z-10 bg-raised p-0 first:pl-2 last:pr-2"
    >
      <button
        type="button"
        title={column.hint}
        onClick={header.column.getToggleSortingHandler()}
        className={`flex h-8 w-full items-center gap-1 rounded-sm px-2 text-xs whitespace-nowrap hover:text-text ${left ? '' : 'justify-end'} ${sorted === false ? 'font-medium text-quiet' : 'font-semibold text-text'}`}
      >
        {left ? column.label : null}
        {/* The arrow has its place in every column, so that sorting moves nothing. */}
        <span aria-hidden className="w-2">
          {sorted === false ? '' : MARK[sorted]}
        </span>
        {left ? null : column.label}
      </button>
    </th>
  );
}

function onKey(event: KeyboardEvent<HTMLTableRowElement>, open: () => void): void {
  if (event.key === 'Enter') {
    // what opens takes the focus, and would be pressed by the same key
    event.preventDefault();
    open();
    return;
  }
  const to = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const;
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  (event.currentTarget[to[event.key]] as HTMLElement | null)?.focus();
}

interface LineProps<T extends TableRow> {
  row: T;
  place: number;
  selected: boolean;
  columns: readonly DataColumn<T>[];
  testId: string;
  name: string;
  onOpen: ((key: string) => void) | undefined;
}

/** Drawn again only when its own row changed. */
const DataLine = memo(function DataLine<T extends TableRow>(props: LineProps<T>) {
  const { row, selected, columns, onOpen } = props;
  return (
    <tr
      data-testid={props.testId}
      data-symbol={props.name}
      tabIndex={0}
      aria-selected={selected}
      aria-rowindex={props.place}
      onClick={() => onOpen?.(row.key)}
      onKeyDown={(event) => onKey(event, () => onOpen?.(row.key))}
      className="h-7 border-t border-line -outline-offset-2 hover:bg-hover aria-selected:bg-selected"
    >
      {columns.map((column) => (
        <td
          key={column.id}
          data-column={column.id}
          className={`truncate px-2 first:pl-4 last:pr-4 ${column.left === true ? '' : 'text-right'}`}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}) as <T extends TableRow>(props: LineProps<T>) => ReactNode;

/** Stands for the rows out of sight, so that the scroll bar tells the truth. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden style={{ height }}>
      <td className="p-0" />
    </tr>
  );
}

function Feet<T>({ feet, columns }: { feet: readonly DataFoot[]; columns: readonly DataColumn<T>[] }) {
  return (
    <tfoot className="sticky bottom-0 z-10 bg-raised">
      {feet.map((foot) => (
        <tr key={foot.key} data-testid={`totals-${foot.key}`} className="h-8 font-medium">
          {columns.map((column) => (
            <td
              key={column.id}
              data-column={column.id}
              className={`truncate bg-raised px-2 shadow-[inset_0_1px_0_var(--line-strong)] first:overflow-visible first:pl-4 last:pr-4 ${column.left === true ? '' : 'text-right'}`}
            >
              {foot.cells[column.id]}
            </td>
          ))}
        </tr>
      ))}
    </tfoot>
  );
}

/**
 * A long table that moves: sorted as the user likes, only the rows in sight drawn, only the rows that changed drawn again,
 * as many columns as there is room for. `onRows` is told the rows in their order, for an export of what is shown.
 */
export function DataTable<T extends TableRow>(props: {
  scroller: HTMLElement | null;
  columns: readonly DataColumn<T>[];
  rows: readonly T[];
  start: { id: string; desc: boolean };
  selected: string | null;
  stale: boolean;
  testId: string;
  nameOf: (row: T) => string;
  feet?: readonly DataFoot[];
  onOpen?: (key: string) => void;
  onRows?: (rows: readonly T[]) => void;
}) {
  const { columns, feet = [], onRows } = props;
  const [sorting, setSorting] = useState<SortingState>([props.start]);
  const room = useRoom(props.scroller);
  const wide = useWideColumns(columns, props.rows, feet);
  const shown = useMemo(() => fitting(wide, room), [wide, room]);
  const made = useMemo(() => tanstackColumns(columns), [columns]);
  const table = useTable({
    features,
    columns: made,
    data: props.rows,
    getRowId: (row: T) => row.key,
    state: { sorting },
    onSortingChange: setSorting,
    enableSortingRemoval: false,
  });
  const { rows } = table.getRowModel();
  useEffect(() => onRows?.(rows.map((row) => row.original)), [onRows, rows]);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => props.scroller,
    estimateSize: () => ROW_PX,
    // each is drawn again with every change: a few more than a wheel's turn
    overscan: 6,
  });
  const lines = virtual.getVirtualItems();
  const width = shown.reduce((sum, column) => sum + column.width, 0);
  const headers = table.getHeaderGroups().flatMap((group) => group.headers);
  return (
    <table
      aria-rowcount={rows.length + 1}
      style={{ minWidth: width }}
      className={`w-full table-fixed ${props.stale ? 'stale' : ''}`}
    >
      <thead>
        <tr>
          {shown.map((column) => {
            const header = headers.find((each) => each.id === column.id);
            return header === undefined ? null : <Head key={column.id} header={header} column={column} />;
          })}
        </tr>
      </thead>
      <tbody>
        <Spacer height={lines[0]?.start ?? 0} />
        {lines.map((line) => {
          const row = rows[line.index];
          return row === undefined ? null : (
            <DataLine
              key={row.id}
              row={row.original}
              place={line.index + FIRST_ROW}
              selected={row.id === props.selected}
              columns={shown}
              testId={props.testId}
              name={props.nameOf(row.original)}
              onOpen={props.onOpen}
            />
          );
        })}
        <Spacer height={virtual.getTotalSize() - (lines.at(-1)?.end ?? 0)} />
      </tbody>
      {feet.length === 0 ? null : <Feet feet={feet} columns={shown} />}
    </table>
  );
}
