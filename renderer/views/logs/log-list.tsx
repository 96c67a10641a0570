import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { LogLine } from '../../../electron/contract/models.ts';
import type { LogView } from '../../api/log-buffer.ts';
import { indexAt, indexOfLine } from '../../api/log-buffer.ts';
import { Button } from '../../parts/button.tsx';
import { LINE_PX, LogRow } from './log-row.tsx';

type Place = Pick<LogLine, 'at' | 'n'>;

/** The chosen lines: from where choosing began to where it is now. */
export interface Chosen {
  from: LogLine;
  to: LogLine;
}

export interface LogListProps {
  view: LogView;
  chosen: Chosen | null;
  /** Every line over as many rows as it takes. */
  wrap: boolean;
  /** Goes to the first line at this time; a new object goes there again. */
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

export function LogList(props: LogListProps) {
  const { view, chosen, wrap, target, onChoose, onCopy, onWrap } = props;
  const { shown } = view;
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const [seen, setSeen] = useState(0);
  const lastTop = useRef(0);
  /** The first line in view and how far it is scrolled out, so that lines above may come and go without a jump. */
  const anchor = useRef<{ line: Place; out: number } | null>(null);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => shown[index]?.n ?? index,
    overscan: 12,
  });
  const height = virtual.getTotalSize();
  // heights of the other reading are no measure for this one
  useLayoutEffect(() => virtual.measure(), [virtual, wrap]);

  const startOf = (index: number) => virtual.measurementsCache[index]?.start ?? index * LINE_PX;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    if (following) {
      element.scrollTop = element.scrollHeight;
      return;
    }
    const kept = anchor.current;
    if (kept === null) return;
    const exact = indexOfLine(shown, kept.line);
    const top = startOf(exact < 0 ? indexAt(shown, kept.line.at) : exact) + kept.out;
    if (Math.abs(top - element.scrollTop) >= 1) element.scrollTop = top;
    // oxlint-disable-next-line react/exhaustive-deps -- after the lines changed, and then alone
  }, [following, shown, height]);

  useEffect(() => {
    if (target === null) return;
    setFollowing(false);
    anchor.current = null;
    virtual.scrollToIndex(Math.min(shown.length - 1, indexAt(shown, target.at)), { align: 'start' });
    // oxlint-disable-next-line react/exhaustive-deps -- a target is gone to once
  }, [target]);

  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const atEnd = scrollHeight - scrollTop - clientHeight < LINE_PX * 1.5;
    const isUp = scrollTop < lastTop.current - 1;
    lastTop.current = scrollTop;
    if (atEnd) setFollowing(true);
    else if (isUp && following) {
      setSeen(view.newest);
      setFollowing(false);
    }
    const first = virtual.getVirtualItemForOffset(scrollTop);
    const line = first && shown[first.index];
    anchor.current = line ? { line: { at: line.at, n: line.n }, out: scrollTop - first.start } : null;
  };

  const choose = (index: number, extend: boolean) => {
    const line = shown[Math.max(0, Math.min(shown.length - 1, index))];
    if (line === undefined) return;
    onChoose({ from: extend && chosen !== null ? chosen.from : line, to: line });
  };
  const move = (by: number, extend: boolean) => {
    const now = chosen === null ? -1 : indexOfLine(shown, chosen.to);
    const visible = virtual.getVirtualItemForOffset(scroller.current?.scrollTop ?? 0)?.index ?? 0;
    const to = now < 0 ? visible + 1 : now + by;
    choose(to, extend);
    if (by < 0) {
      setSeen(view.newest);
      setFollowing(false);
    }
    virtual.scrollToIndex(Math.max(0, Math.min(shown.length - 1, to)));
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[key];
    if (step !== undefined) move(step, event.shiftKey);
    else if (key === 'Home') {
      setFollowing(false);
      virtual.scrollToIndex(0);
    } else if (key === 'End' || key === 'f') setFollowing(true);
    else if (key === 'c' && chosen !== null) onCopy();
    else if (key === 'w') onWrap();
    else if (key === 'Escape') onChoose(null);
    else return;
    event.preventDefault();
  };

  const range = chosenRange(shown, chosen);
  const fresh = following ? 0 : freshOf(shown, seen);
  return (
    <div className="relative h-full">
      <div
        ref={scroller}
        onScroll={onScroll}
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
        <div className="relative w-full" style={{ height }}>
          {virtual.getVirtualItems().map((item) => {
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
                  selected={range !== null && item.index >= range[0] && item.index <= range[1]}
                />
              </div>
            );
          })}
        </div>
      </div>
      {following ? null : (
        <Button
          look="primary"
          data-testid="log-follow"
          className="absolute right-6 bottom-3 shadow-overlay"
          icon={<ArrowDown size={14} aria-hidden />}
          onClick={() => setFollowing(true)}
        >
          {fresh === 0 ? 'Follow' : `${fresh.toLocaleString('en-GB')} new ${fresh === 1 ? 'line' : 'lines'}`}
        </Button>
      )}
    </div>
  );
}
