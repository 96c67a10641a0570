import { useTable } from '@tanstack/react-table';
import type { Header, Row, SortingState } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useState } from 'react';
import type { Position } from '../../../electron/contract/models.ts';
import { columns, features, LEFT, SPARE, WIDTHS } from './columns.tsx';

const ROW_PX = 28;
/** Row number of the first position: the head is row 1. */
const FIRST_ROW = 2;
const START: SortingState = [{ id: 'unrealized', desc: true }];
const MARK = { asc: '↑', desc: '↓' } as const;
const WORD = { asc: 'ascending', desc: 'descending' } as const;

function Head({ header }: { header: Header<typeof features, Position> }) {
  const sorted = header.column.getIsSorted();
  const left = LEFT.has(header.id);
  return (
    <th
      scope="col"
      aria-sort={sorted === false ? 'none' : WORD[sorted]}
      style={{ width: WIDTHS[header.id] }}
      className="sticky top-0 z-10 bg-raised p-0 first:pl-2 last:pr-2"
    >
      <button
        type="button"
        onClick={header.column.getToggleSortingHandler()}
        className={`flex h-8 w-full items-center gap-1 rounded-sm px-2 text-xs whitespace-nowrap hover:text-text ${left ? '' : 'justify-end'} ${sorted === false ? 'font-medium text-quiet' : 'font-semibold text-text'}`}
      >
        {left ? (header.column.columnDef.header as string) : null}
        {/* The arrow has its place in every column, so that sorting moves nothing. */}
        <span aria-hidden className="w-2.5">
          {sorted === false ? '' : MARK[sorted]}
        </span>
        {left ? null : (header.column.columnDef.header as string)}
      </button>
    </th>
  );
}

const PositionLine = memo(function PositionLine(props: {
  row: Row<typeof features, Position>;
  place: number;
  position: Position;
  selected: boolean;
  narrow: boolean;
  onOpen: (key: string) => void;
}) {
  const { position, selected, narrow, onOpen } = props;
  return (
    <tr
      data-testid="position-row"
      data-symbol={position.symbol ?? ''}
      tabIndex={0}
      aria-selected={selected}
      aria-rowindex={props.place}
      onClick={() => onOpen(position.key)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onOpen(position.key);
        const next =
          event.key === 'ArrowDown'
            ? 'nextElementSibling'
            : event.key === 'ArrowUp'
              ? 'previousElementSibling'
              : null;
        if (next === null) return;
        event.preventDefault();
        (event.currentTarget[next] as HTMLElement | null)?.focus();
      }}
      className="h-7 border-t border-line -outline-offset-2 hover:bg-hover aria-selected:bg-selected"
    >
      {props.row
        .getAllCells()
        .filter((cell) => !narrow || !SPARE.has(cell.column.id))
        .map((cell) => (
          <td
            key={cell.id}
            data-column={cell.column.id}
            className={`truncate px-2 first:pl-4 last:pr-4 ${LEFT.has(cell.column.id) ? '' : 'text-right'}`}
          >
            {(cell.column.columnDef.cell as (context: unknown) => React.ReactNode)(cell.getContext())}
          </td>
        ))}
    </tr>
  );
}, sameLine);

/** The row object is new with every reading; what is drawn is not. */
function sameLine(
  a: { position: Position; place: number; selected: boolean; narrow: boolean; onOpen: unknown },
  b: { position: Position; place: number; selected: boolean; narrow: boolean; onOpen: unknown },
): boolean {
  return (
    a.position === b.position &&
    a.place === b.place &&
    a.selected === b.selected &&
    a.narrow === b.narrow &&
    a.onOpen === b.onOpen
  );
}

/** Stands for the rows out of sight, so that the scroll bar tells the truth. */
function Spacer({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden style={{ height }}>
      <td className="p-0" />
    </tr>
  );
}

/** The positions, sorted as the user likes; Enter or a click opens a row. */
export function PositionsTable(props: {
  scroller: HTMLElement | null;
  rows: readonly Position[];
  selected: string | null;
  stale: boolean;
  onOpen: (key: string) => void;
}) {
  const [sorting, setSorting] = useState<SortingState>(START);
  const narrow = props.selected !== null;
  const table = useTable({
    features,
    columns,
    data: props.rows,
    getRowId: (row) => row.key,
    state: { sorting },
    onSortingChange: setSorting,
    sortDescFirst: false,
  });
  const { rows } = table.getRowModel();
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => props.scroller,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const lines = virtual.getVirtualItems();
  return (
    <table aria-rowcount={rows.length + 1} className={`w-full table-fixed ${props.stale ? 'stale' : ''}`}>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers
              .filter((header) => !narrow || !SPARE.has(header.id))
              .map((header) => (
                <Head key={header.id} header={header} />
              ))}
          </tr>
        ))}
      </thead>
      <tbody>
        <Spacer height={lines[0]?.start ?? 0} />
        {lines.map((line) => {
          const row = rows[line.index];
          return row === undefined ? null : (
            <PositionLine
              key={row.id}
              row={row}
              place={line.index + FIRST_ROW}
              position={row.original}
              selected={row.id === props.selected}
              narrow={narrow}
              onOpen={props.onOpen}
            />
          );
        })}
        <Spacer height={virtual.getTotalSize() - (lines.at(-1)?.end ?? 0)} />
      </tbody>
    </table>
  );
}
