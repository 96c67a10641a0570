import { memo } from 'react';
import type { ActivityEntry, ToolClass } from '../../../electron/contract/bridge.ts';
import { OutcomeWord } from '../../parts/outcome.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { Duration } from '../../parts/quantity.tsx';
import { shortMoment } from '../../parts/time-text.ts';
import { methodOf } from './request-filter.ts';
import { ListHead, RowList } from './row-list.tsx';
import { TimeBar } from './waterfall.tsx';

const GRID =
  'grid grid-cols-[88px_minmax(0,0.7fr)_minmax(0,1.6fr)_116px_64px] gap-x-3 px-4 @4xl:grid-cols-[88px_minmax(0,0.7fr)_minmax(0,1.6fr)_156px_116px_64px_80px_minmax(0,1.4fr)]';
/** Columns that give way where the list is narrow; the drawer has them. */
const WIDE = 'hidden @4xl:block';

/** What moves trading is said beside the method; a read is what is usual. */
const RISK: Readonly<Record<ToolClass, string>> = {
  read: '',
  start: 'adds risk',
  stop: 'reduces risk',
  unknown: 'risk unknown',
};

/** The method, and what it means for the account where it means something. */
export function methodText(entry: ActivityEntry): string {
  const risk = entry.toolClass === null ? '' : RISK[entry.toolClass];
  return risk === '' || entry.kind === 'stop' ? methodOf(entry) : `${methodOf(entry)}, ${risk}`;
}

const Row = memo(function Row({ entry, now }: { entry: ActivityEntry; now: number }) {
  return (
    <div className={`${GRID} h-7 items-center`}>
      <time dateTime={new Date(entry.at).toISOString()} className="truncate text-quiet">
        {shortMoment(entry.at, now)}
      </time>
      <span className="truncate">
        <PlainText text={entry.actor} />
      </span>
      <span className="truncate font-medium">
        <PlainText text={entry.title} />
      </span>
      <span className={`truncate text-quiet ${WIDE}`}>{methodText(entry)}</span>
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

const HEAD = (
  <ListHead grid={GRID}>
    <span>Time</span>
    <span>Who</span>
    <span>What</span>
    <span className={WIDE}>Method</span>
    <span>Outcome</span>
    <span className="text-right">Took</span>
    <span className={WIDE}>Where it went</span>
    <span className={WIDE}>Detail</span>
  </ListHead>
);

const keyOf = ({ id }: ActivityEntry): string => id;

/** Requests and actions, newest first. */
export function RequestList(props: {
  entries: readonly ActivityEntry[];
  selected: string | null;
  now: number;
  onSelect: (entry: ActivityEntry | null) => void;
}) {
  return (
    <RowList
      label="Requests and actions, newest first"
      name="activity"
      rows={props.entries}
      keyOf={keyOf}
      renderRow={(entry) => <Row entry={entry} now={props.now} />}
      data={({ kind }) => ({ 'data-kind': kind })}
      head={HEAD}
      selected={props.selected}
      onSelect={props.onSelect}
    />
  );
}
