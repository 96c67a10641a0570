import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useLayoutEffect, useRef } from 'react';
import type { LogLine } from '../../../electron/contract/models.ts';
import type { LogView } from '../../api/log-buffer.ts';
import { indexOfLine } from '../../api/log-buffer.ts';
import { useFromNow } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { useWritten } from '../../parts/written.ts';
import { LINE_PX, LogRow } from './log-row.tsx';
import type { Tints } from './tints.ts';
import type { Virtual } from './use-follow.ts';
import { useFollow } from './use-follow.ts';

/** The chosen lines: from where choosing began to where it is now. */
export interface Chosen {
  from: LogLine;
  to: LogLine;
}

export interface LogListProps {
  view: LogView;
  tints: Tints;
  chosen: Chosen | null;
  /** Every line over as many rows as it takes. */
  wrap: boolean;
  /** Goes to the first line at this time, or follows (Infinity); a new object goes there again. */
  target: { at: number } | null;
  onChoose: (chosen: Chosen | null) => void;
  onCopy: () => void;
  onWrap: () => void;
}

/** The chosen lines as indexes into what is shown; null where neither end is shown. */
export function chosenRange(shown: readonly LogLine[], chosen: Chosen | null): [number, number] | null {
  if (chosen === null) return null;
  const a = indexOfLine(shown, chosen.from);
  const b = indexOfLine(shown, chosen.to);
  if (a < 0 && b < 0) return null;
  return a < 0 ? [b, b] : b < 0 ? [a, a] : [Math.min(a, b), Math.max(a, b)];
}

/** How many of the shown lines came after line number `seen`. */
function freshOf(shown: readonly LogLine[], seen: number): number {
  let count = 0;
  for (const { n } of shown) if (n > seen) count += 1;
  return count;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 };

/** Choosing lines by mouse and keys, and the other keys of the list. */
function useChoosing(props: LogListProps, virtual: Virtual, place: ReturnType<typeof useFollow>) {
  const { view, chosen, onChoose, onCopy, onWrap } = props;
  const { shown } = view;
  const choose = (index: number, extend: boolean) => {
    const line = shown[Math.max(0, Math.min(shown.length - 1, index))];
    if (line === undefined) return;
    onChoose({ from: extend && chosen !== null ? chosen.from : line, to: line });
  };
  const move = (by: number, extend: boolean) => {
    const now = chosen === null ? -1 : indexOfLine(shown, chosen.to);
    const first = virtual.getVirtualItemForOffset(virtual.scrollOffset ?? 0)?.index ?? 0;
    const to = now < 0 ? first + 1 : now + by;
    choose(to, extend);
    if (by < 0) place.leave();
    virtual.scrollToIndex(Math.max(0, Math.min(shown.length - 1, to)));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[key];
    if (step !== undefined) move(step, event.shiftKey);
    else if (key === 'Home') {
      place.leave();
      virtual.scrollToIndex(0);
    } else if (key === 'End' || key === 'f') place.follow();
    else if (key === 'c' && chosen !== null) onCopy();
    else if (key === 'w') onWrap();
    else if (key === 'Escape') onChoose(null);
    else return;
    event.preventDefault();
  };
  return { choose, onKeyDown };
}

const date = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: '2-digit', month: 'short' });

/** The day of the first line in view, where it is not today: lines have their time of day alone. */
function Day({ at }: { at: number | undefined }) {
  const today = useFromNow((now) => date.format(now));
  const day = at === undefined ? today : date.format(at);
  if (day === today) return null;
  return (
    <span
      data-testid="log-day"
      className="pointer-events-none absolute top-1 right-6 rounded-md border border-line-strong bg-raised px-2 text-xs leading-5 text-quiet"
    >
      {day}
    </span>
  );
}

/** The lines of the log; only those in view are drawn. */
export function LogList(props: LogListProps) {
  const { view, tints, chosen, wrap, target } = props;
  const { shown } = view;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => shown[index]?.n ?? index,
    overscan: 12,
    // drawn with the frame that the scrolling asks for: at once would lay the page out twice
    useFlushSync: false,
  });
  // heights of the other reading are no measure for this one
  useLayoutEffect(() => virtual.measure(), [virtual, wrap]);
  const drawn = virtual.getVirtualItems();
  const place = useFollow(view, virtual, drawn, target);
  const { choose, onKeyDown } = useChoosing(props, virtual, place);
  const { following } = place;
  const range = chosenRange(shown, chosen);
  const written = useWritten();
  const fresh = following ? 0 : freshOf(shown, place.seen);
  return (
    <div className="relative h-full">
      <div
        ref={scroller}
        onScroll={place.onScroll}
        onWheel={place.onWheel}
        onKeyDown={onKeyDown}
        role="log"
        aria-live="off"
        aria-label="Log lines. Arrow keys choose, c copies, w wraps, f follows."
        data-testid="log-lines"
        data-following={following}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="h-full overflow-y-scroll -outline-offset-2"
      >
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {drawn.map((item) => {
            const line = shown[item.index];
            return line === undefined ? null : (
              <div
                key={line.n}
                data-index={item.index}
                ref={wrap ? virtual.measureElement : null}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={(event) => choose(item.index, event.shiftKey)}
              >
                <LogRow
                  line={line}
                  whole={wrap}
                  find={view.find}
                  tint={tints(line.service)}
                  selected={range !== null && item.index >= range[0] && item.index <= range[1]}
                />
              </div>
            );
          })}
        </div>
      </div>
      <Day at={shown[virtual.range?.startIndex ?? 0]?.at} />
      {following ? null : (
        <Button
          look="primary"
          data-testid="log-follow"
          // clear of the drawer at the right and of the messages at the left
          className="absolute bottom-3 left-1/3 -translate-x-1/2 shadow-overlay"
          icon={<ArrowDown size={14} aria-hidden />}
          onClick={place.follow}
        >
          {fresh === 0 ? 'Follow' : `${written.count(fresh)} new ${fresh === 1 ? 'line' : 'lines'}`}
        </Button>
      )}
    </div>
  );
}
