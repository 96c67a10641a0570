import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import type { AuditLine } from '../../../electron/contract/audit.ts';
import { PlainText } from '../../parts/plain-text.tsx';
import { momentText } from '../../parts/time-text.ts';

const ROW_PX = 28;
const GRID =
  'grid grid-cols-[48px_124px_minmax(72px,0.8fr)_minmax(72px,0.9fr)_minmax(88px,1fr)_minmax(72px,0.6fr)] gap-x-3 px-4 @4xl:grid-cols-[56px_132px_minmax(80px,0.7fr)_minmax(64px,0.5fr)_minmax(80px,0.8fr)_minmax(96px,1fr)_minmax(72px,0.5fr)_minmax(0,1.6fr)]';
/** Columns that give way where the list is narrow; the drawer has them. */
const WIDE = 'hidden @4xl:block';

const LOOKS: Readonly<Record<string, string>> = {
  allow: 'text-live',
  ok: 'text-quiet',
  pass: 'text-quiet',
  repaired: 'text-quiet',
  deny: 'text-attention',
  denied: 'text-attention',
  refused: 'text-attention',
  error: 'text-danger',
  fault: 'text-danger font-medium',
  unknown: 'text-unknown font-medium',
  'not-delivered': 'text-danger font-medium',
  'sent-not-confirmed': 'text-unknown font-medium',
};

export const keyOf = (line: AuditLine): string => `${line.file}:${line.line}`;

const Row = memo(function Row({ line, now }: { line: AuditLine; now: number }) {
  const { entry } = line;
  if (entry === null)
    return (
      <div className={`${GRID} h-7 items-center text-danger`}>
        <span />
        <span className="col-span-2 truncate font-medium">damaged line</span>
        <span className="col-span-3 truncate @4xl:col-span-5">{line.problem}</span>
      </div>
    );
  const end = entry.outcome ?? entry.decision ?? '';
  return (
    <div className={`${GRID} h-7 items-center`}>
      <span className="text-right text-quiet tabular-nums">{entry.seq}</span>
      <time dateTime={entry.ts} className="truncate text-quiet">
        {momentText(Date.parse(entry.ts), now)}
      </time>
      <span className="truncate font-medium">
        <PlainText text={entry.kind} />
      </span>
      <span className={`truncate text-quiet ${WIDE}`}>
        <PlainText text={entry.profile ?? ''} />
      </span>
      <span className="truncate">
        <PlainText text={entry.actor} />
      </span>
      <span className="truncate">
        <PlainText text={entry.tool ?? ''} />
      </span>
      <span className={`truncate ${LOOKS[end] ?? ''}`}>
        <PlainText text={end.replaceAll('-', ' ')} />
      </span>
      <span className={`truncate text-quiet ${WIDE}`}>
        <PlainText text={entry.detail ?? entry.args ?? ''} />
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
      <span className="text-right">No.</span>
      <span>Time</span>
      <span>Kind</span>
      <span className={WIDE}>Profile</span>
      <span>Who</span>
      <span>Tool</span>
      <span>Outcome</span>
      <span className={WIDE}>Detail</span>
    </div>
  );
}

/** The trail, newest first; only the rows in view are drawn. Arrow keys move, older pages come as they are neared. */
export function AuditList(props: {
  lines: readonly AuditLine[];
  selected: string | null;
  now: number;
  more: (() => void) | null;
  reading: boolean;
  onSelect: (line: AuditLine) => void;
}) {
  const { lines, selected, now, more, reading, onSelect } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more !== null && !reading && lastShown >= lines.length - 40) more();
  }, [more, reading, lastShown, lines.length]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = lines.findIndex((line) => keyOf(line) === selected);
    const to = Math.max(0, Math.min(lines.length - 1, at < 0 ? 0 : at + step));
    const line = lines[to];
    if (line === undefined) return;
    onSelect(line);
    virtual.scrollToIndex(to);
  };
  return (
    <div className="@container flex h-full flex-col">
      <Head />
      <div
        ref={scroller}
        role="listbox"
        aria-label="Entries of the audit trail, newest first"
        aria-activedescendant={selected === null ? undefined : `audit-${selected}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="min-h-0 flex-1 overflow-y-auto -outline-offset-2"
      >
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const line = lines[item.index];
            if (line === undefined) return null;
            const key = keyOf(line);
            return (
              <div
                key={key}
                id={`audit-${key}`}
                role="option"
                aria-selected={key === selected}
                data-testid="audit-row"
                data-seq={line.entry?.seq}
                className="absolute inset-x-0 top-0 cursor-default hover:bg-hover aria-selected:bg-selected"
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => onSelect(line)}
              >
                <Row line={line} now={now} />
              </div>
            );
          })}
        </div>
        <p className="px-4 py-2 text-xs text-quiet" role="status">
          {reading ? 'Reading older entries…' : more === null ? 'The trail begins here.' : ''}
        </p>
      </div>
    </div>
  );
}
