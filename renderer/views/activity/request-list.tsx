import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import type { ActivityEntry } from '../../../electron/contract/bridge.ts';
import { OutcomeWord } from '../../parts/outcome.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Duration } from '../../parts/quantity.tsx';
import { momentText } from '../../parts/time-text.ts';
import { methodOf } from './request-filter.ts';
import { TimeBar } from './waterfall.tsx';

const ROW_PX = 28;
const GRID =
  'grid grid-cols-[124px_minmax(0,0.9fr)_minmax(0,1.3fr)_116px_64px] gap-x-3 px-4 @4xl:grid-cols-[124px_minmax(0,0.9fr)_minmax(0,1.4fr)_112px_116px_64px_96px_minmax(0,1.4fr)]';
/** Columns that give way where the list is narrow; the drawer has them. */
const WIDE = 'hidden @4xl:block';

const Row = memo(function Row({ entry, now }: { entry: ActivityEntry; now: number }) {
  const isCalm = entry.toolClass === null || entry.toolClass === 'read';
  return (
    <div className={`${GRID} h-7 items-center`}>
      <time dateTime={new Date(entry.at).toISOString()} className="truncate text-quiet">
        {momentText(entry.at, now)}
      </time>
      <span className="truncate">
        <PlainText text={entry.actor} />
      </span>
      <span className="truncate font-medium">
        <PlainText text={entry.title} />
      </span>
      <span className={`truncate text-quiet ${WIDE}`}>
        {isCalm ? methodOf(entry) : `${methodOf(entry)} · ${entry.toolClass}`}
      </span>
      <OutcomeWord outcome={entry.outcome} />
      <span className="text-right text-quiet">
        <Duration ms={entry.durationMs} />
      </span>
      <span className={WIDE}>
        {entry.times === undefined ? null : <TimeBar times={entry.times} className="h-2 w-full rounded-sm" />}
      </span>
      <span className={`truncate text-quiet ${WIDE}`}>
        <PlainText text={entry.detail} />
      </span>
    </div>
  );
});

function Head() {
  return (
    <div
      aria-hidden
      className={`${GRID} h-7 items-center border-b border-line text-xs font-medium text-quiet`}
    >
      <span>Time</span>
      <span>Who</span>
      <span>What</span>
      <span className={WIDE}>Method</span>
      <span>Outcome</span>
      <span className="text-right">Took</span>
      <span className={WIDE} title="This app, guard, link, back end">
        Where
      </span>
      <span className={WIDE}>Detail</span>
    </div>
  );
}

/** Requests and actions, newest first; only the rows in view are drawn. */
export function RequestList(props: {
  entries: readonly ActivityEntry[];
  selected: string | null;
  now: number;
  onSelect: (entry: ActivityEntry) => void;
}) {
  const { entries, selected, now, onSelect } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => entries[index]?.id ?? index,
    overscan: 12,
  });
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = entries.findIndex(({ id }) => id === selected);
    const to = Math.max(0, Math.min(entries.length - 1, at < 0 ? 0 : at + step));
    const entry = entries[to];
    if (entry === undefined) return;
    onSelect(entry);
    virtual.scrollToIndex(to);
  };
  return (
    <div className="@container flex h-full flex-col">
      <Head />
      <div
        ref={scroller}
        role="listbox"
        aria-label="Requests and actions, newest first"
        aria-activedescendant={selected === null ? undefined : `activity-${selected}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="min-h-0 flex-1 overflow-y-auto -outline-offset-2"
      >
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const entry = entries[item.index];
            return entry === undefined ? null : (
              <div
                key={entry.id}
                id={`activity-${entry.id}`}
                role="option"
                aria-selected={entry.id === selected}
                data-testid="activity-row"
                data-kind={entry.kind}
                className="absolute inset-x-0 top-0 cursor-default hover:bg-hover aria-selected:bg-selected"
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => onSelect(entry)}
              >
                <Row entry={entry} now={now} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
