import { useVirtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent, ReactNode } from 'react';
import { useEffect, useRef } from 'react';

const ROW_PX = 28;
const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 };
/** So many rows before the end the older ones are asked for. */
const NEAR = 40;

/**
 * Rows of one height, newest first, to choose one from; only those in view are drawn. Arrow keys move, Home and End go
 * to the ends, Escape lets go.
 */
export function RowList<T>(props: {
  label: string;
  /** Of element ids and test ids. */
  name: string;
  rows: readonly T[];
  keyOf: (row: T) => string;
  renderRow: (row: T) => ReactNode;
  /** Attributes of a row's element beside the usual ones. */
  data: (row: T) => Readonly<Record<`data-${string}`, string | number | undefined>>;
  head: ReactNode;
  foot?: ReactNode;
  selected: string | null;
  onSelect: (row: T | null) => void;
  /** The end is near. */
  onNearEnd?: (() => void) | undefined;
}) {
  const { name, rows, keyOf, selected, onSelect, onNearEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - NEAR) onNearEnd?.();
  }, [onNearEnd, lastShown, rows.length]);
  const target = (key: string): number | undefined => {
    if (key === 'Home') return 0;
    if (key === 'End') return rows.length - 1;
    const step = STEPS[key];
    if (step === undefined) return undefined;
    const at = rows.findIndex((row) => keyOf(row) === selected);
    return at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return onSelect(null);
    const to = target(event.key);
    const row = to === undefined ? undefined : rows[to];
    if (to === undefined || row === undefined) return;
    event.preventDefault();
    onSelect(row);
    virtual.scrollToIndex(to);
  };
  return (
    <div className="@container flex h-full flex-col">
      {props.head}
      <div
        ref={scroller}
        role="listbox"
        aria-label={props.label}
        aria-activedescendant={selected === null ? undefined : `${name}-${selected}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="min-h-0 flex-1 overflow-y-auto -outline-offset-2"
      >
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <div
                key={key}
                id={`${name}-${key}`}
                role="option"
                aria-selected={key === selected}
                data-testid={`${name}-row`}
                {...props.data(row)}
                className="absolute inset-x-0 top-0 cursor-default hover:bg-hover aria-selected:bg-selected"
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => onSelect(row)}
              >
                {props.renderRow(row)}
              </div>
            );
          })}
        </div>
        {props.foot}
      </div>
    </div>
  );
}

/** The names of the columns, on the same grid as the rows. */
export function ListHead({ grid, children }: { grid: string; children: ReactNode }) {
  return (
    <div
      aria-hidden
      className={`${grid} h-7 shrink-0 items-center border-b border-line text-xs font-medium text-quiet`}
    >
      {children}
    </div>
  );
}
