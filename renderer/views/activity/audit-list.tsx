import { memo } from 'react';
import type { AuditLine } from '../../../electron/contract/audit.ts';
import { PlainText } from '../../parts/plain-text.tsx';
import { shortMoment } from '../../parts/time-text.ts';
import { ListHead, RowList } from './row-list.tsx';

const GRID =
  'grid grid-cols-[48px_88px_minmax(72px,0.8fr)_minmax(72px,0.9fr)_minmax(88px,1fr)_minmax(72px,0.6fr)] gap-x-3 px-4 @4xl:grid-cols-[56px_88px_minmax(80px,0.7fr)_minmax(64px,0.5fr)_minmax(80px,0.8fr)_minmax(96px,1fr)_minmax(72px,0.5fr)_minmax(0,1.6fr)]';
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
        {shortMoment(Date.parse(entry.ts), now)}
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

const HEAD = (
  <ListHead grid={GRID}>
    <span className="text-right">No.</span>
    <span>Time</span>
    <span>Kind</span>
    <span className={WIDE}>Profile</span>
    <span>Who</span>
    <span>Tool</span>
    <span>Outcome</span>
    <span className={WIDE}>Detail</span>
  </ListHead>
);

/** The trail, newest first; older pages come as they are neared. */
export function AuditList(props: {
  lines: readonly AuditLine[];
  selected: string | null;
  now: number;
  more: (() => void) | null;
  reading: boolean;
  onSelect: (line: AuditLine | null) => void;
}) {
  const { more, reading } = props;
  return (
    <RowList
      label="Entries of the audit trail, newest first"
      name="audit"
      rows={props.lines}
      keyOf={keyOf}
      renderRow={(line) => <Row line={line} now={props.now} />}
      data={({ entry }) => ({ 'data-seq': entry?.seq })}
      head={HEAD}
      foot={
        <p className="px-4 py-2 text-xs text-quiet" role="status">
          {reading ? 'Reading older entries…' : more === null ? 'The trail begins here.' : ''}
        </p>
      }
      selected={props.selected}
      onSelect={props.onSelect}
      onNearEnd={more === null || reading ? undefined : more}
    />
  );
}
