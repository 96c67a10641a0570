import type { VirtualItem, Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'react';
import type { LogLine } from '../../../electron/contract/models.ts';
import type { LogView } from '../../api/log-buffer.ts';
import { indexAt, indexOfLine } from '../../api/log-buffer.ts';
import { LINE_PX } from './log-row.tsx';

type Place = Pick<LogLine, 'at' | 'n'>;
export type Virtual = Virtualizer<HTMLDivElement, Element>;

/** So long a turn of the wheel has to become a scrolling. */
const WHEEL_MS = 250;

/** Whether the drawn rows fill the window at its present place. */
function isFilled(element: HTMLElement, drawn: readonly VirtualItem[], count: number): boolean {
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (first === undefined || last === undefined) return count === 0;
  const { scrollTop, clientHeight } = element;
  const below = last.index === count - 1 || last.end >= scrollTop + clientHeight;
  return first.start <= scrollTop && below;
}

function scroll(virtual: Virtual, element: HTMLElement, top: number): void {
  if (Math.abs(top - element.scrollTop) >= 1) element.scrollTop = top;
  // told by the scroll event alone, the rows of this place would come a frame late: none, or others for a moment
  virtual.scrollOffset = element.scrollTop;
}

/** Scrolls, and has the rows of that place drawn in the same frame. */
function useGoTo(virtual: Virtual, drawn: readonly VirtualItem[], count: number) {
  const redraw = useReducer((turn: number) => turn + 1, 0)[1];
  return (element: HTMLElement, top: number) => {
    scroll(virtual, element, top);
    if (!isFilled(element, drawn, count)) redraw();
  };
}

/**
 * Stays at the end while following; else the first line in view stays where it is, whatever comes and goes above it.
 * `drawn` are the rows of this rendering.
 */
export function useFollow(
  view: LogView,
  virtual: Virtual,
  drawn: readonly VirtualItem[],
  target: { at: number } | null,
) {
  const { shown, newest } = view;
  const [following, setFollowing] = useState(true);
  const [seen, setSeen] = useState(0);
  const lastTop = useRef(0);
  const heldUntil = useRef(0);
  const anchor = useRef<{ line: Place; out: number } | null>(null);
  const height = virtual.getTotalSize();
  const goTo = useGoTo(virtual, drawn, shown.length);

  useLayoutEffect(() => {
    const element = virtual.scrollElement;
    if (element === null) return;
    if (following) {
      if (performance.now() < heldUntil.current) return;
      goTo(element, element.scrollHeight - element.clientHeight);
      lastTop.current = element.scrollTop;
      return;
    }
    const kept = anchor.current;
    if (kept === null) return;
    const exact = indexOfLine(shown, kept.line);
    const index = exact < 0 ? indexAt(shown, kept.line.at) : exact;
    goTo(element, (virtual.measurementsCache[index]?.start ?? index * LINE_PX) + kept.out);
    // oxlint-disable-next-line react/exhaustive-deps -- only what moves the lines moves the window
  }, [virtual, following, shown, height]);

  const leave = () => {
    if (!following) return;
    setSeen(newest);
    setFollowing(false);
  };
  useEffect(() => {
    if (target === null) return;
    setFollowing(target.at === Infinity);
    anchor.current = null;
    if (target.at === Infinity) return;
    virtual.scrollToIndex(Math.min(shown.length - 1, indexAt(shown, target.at)), { align: 'start' });
    // oxlint-disable-next-line react/exhaustive-deps -- a target is gone to once
  }, [target]);

  const onScroll = () => {
    const element = virtual.scrollElement;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const isUp = scrollTop < lastTop.current - 1;
    lastTop.current = scrollTop;
    if (isUp) leave();
    else if (scrollHeight - scrollTop - clientHeight < LINE_PX * 1.5) setFollowing(true);
    const first = virtual.getVirtualItemForOffset(scrollTop);
    const line = first && shown[first.index];
    anchor.current = line ? { line: { at: line.at, n: line.n }, out: scrollTop - first.start } : null;
  };
  /** Where lines come with every frame the list would be at its end again before the scrolling is told. */
  const onWheel = ({ deltaY }: { deltaY: number }) => {
    if (deltaY < 0) heldUntil.current = performance.now() + WHEEL_MS;
  };
  return { following, seen, follow: () => setFollowing(true), leave, onScroll, onWheel };
}
