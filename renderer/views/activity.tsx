import { Fragment, useDeferredValue, useMemo, useState } from 'react';
import type { ActivityEntry } from '../../electron/contract/bridge.ts';
import { useApp, useMirror, useNow, useProfileName, useUi } from '../api/app-context.tsx';
import { Button } from '../parts/button.tsx';
import { Choice, FilterInput } from '../parts/field.tsx';
import { OutcomeWord } from '../parts/outcome.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { PlainText } from '../parts/plain-text.tsx';
import { durationText, momentText } from '../parts/time-text.ts';
import { AuditTrail } from './activity/audit-trail.tsx';
import { newest } from './overview/recent-panel.tsx';

const NONE: readonly ActivityEntry[] = [];
const HEAD =
  'sticky top-0 z-10 bg-raised px-2 py-1.5 text-left text-xs font-medium text-quiet first:pl-4 last:pr-4';
const CELL = 'px-2 py-1 first:pl-4 last:pr-4';

type Show = 'all' | 'trading' | 'problems';

function passes(entry: ActivityEntry, text: string, show: Show): boolean {
  if (
    show === 'trading' &&
    !['stop', 'start', 'unknown'].includes(entry.toolClass ?? '') &&
    entry.kind !== 'stop'
  )
    return false;
  if (show === 'problems' && ['ok', 'cached', 'pending'].includes(entry.outcome)) return false;
  return `${entry.title} ${entry.actor} ${entry.detail} ${entry.kind} ${entry.outcome}`
    .toLowerCase()
    .includes(text);
}

function Row({
  entry,
  open,
  now,
  onToggle,
}: {
  entry: ActivityEntry;
  open: boolean;
  now: number;
  onToggle: () => void;
}) {
  return (
    <Fragment>
      <tr
        data-testid="activity-row"
        data-kind={entry.kind}
        className="border-t border-line hover:bg-hover"
        onClick={onToggle}
      >
        <td className={`${CELL} whitespace-nowrap text-quiet`}>
          <time dateTime={new Date(entry.at).toISOString()}>{momentText(entry.at, now)}</time>
        </td>
        <td className={`${CELL} truncate`}>
          <PlainText text={entry.actor} />
        </td>
        <td className={`${CELL} truncate`}>
          <button type="button" aria-expanded={open} className="max-w-full truncate text-left font-medium">
            <PlainText text={entry.title} />
          </button>
        </td>
        <td className={`${CELL} truncate text-quiet`}>
          {entry.kind}
          {entry.toolClass === null || entry.toolClass === 'read' ? '' : ` · ${entry.toolClass}`}
        </td>
        <td className={CELL}>
          <OutcomeWord outcome={entry.outcome} />
        </td>
        <td className={`${CELL} text-right text-quiet`}>{durationText(entry.durationMs)}</td>
        <td className={`${CELL} truncate text-quiet`}>
          <PlainText text={entry.detail} />
        </td>
      </tr>
      {open ? (
        <tr>
          <td colSpan={7} className="bg-sunken px-4 py-2 break-words whitespace-pre-wrap">
            <PlainText text={entry.detail === '' ? 'No further detail was recorded.' : entry.detail} />
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

function Table({ entries }: { entries: readonly ActivityEntry[] }) {
  const [open, setOpen] = useState<string | null>(null);
  const now = useNow();
  const today = Math.floor(now / 60_000) * 60_000;
  const rows = useMemo(
    () =>
      entries.map((entry) => (
        <Row
          key={entry.id}
          entry={entry}
          now={today}
          open={entry.id === open}
          onToggle={() => setOpen((old) => (old === entry.id ? null : entry.id))}
        />
      )),
    [entries, open, today],
  );
  return (
    <table className="w-full table-fixed">
      <thead>
        <tr>
          <th className={`${HEAD} w-[132px]`}>Time</th>
          <th className={`${HEAD} w-[11%]`}>Who</th>
          <th className={`${HEAD} w-[24%]`}>What</th>
          <th className={`${HEAD} w-[136px]`}>Kind</th>
          <th className={`${HEAD} w-[124px]`}>Outcome</th>
          <th className={`${HEAD} w-[80px] text-right`}>Took</th>
          <th className={HEAD}>Detail</th>
        </tr>
      </thead>
      <tbody>{rows}</tbody>
    </table>
  );
}

function Requests() {
  const { ui } = useApp();
  const name = useProfileName();
  const activity = useMirror((s) => s.app?.activity ?? NONE);
  const [text, setText] = useState('');
  const [show, setShow] = useState<Show>('all');
  const needle = useDeferredValue(text.trim().toLowerCase());
  const entries = useMemo(
    () => newest(activity, name, 500).filter((entry) => passes(entry, needle, show)),
    [activity, name, needle, show],
  );
  const aside = (
    <>
      <span className="whitespace-nowrap">{entries.length} shown, newest first</span>
      <Choice
        label="Show"
        hideLabel
        value={show}
        onChange={(event) => setShow(event.target.value as Show)}
        className="w-36"
      >
        <option value="all">Everything</option>
        <option value="trading">What moves trading</option>
        <option value="problems">What went wrong</option>
      </Choice>
      <FilterInput label="Filter activity" value={text} onChange={(event) => setText(event.target.value)} />
    </>
  );
  return (
    <Panel title="Requests of this run" aside={aside} flush className="min-h-0 flex-1">
      <div className="h-full overflow-y-auto" aria-live="off">
        {entries.length > 0 ? (
          <Table entries={entries} />
        ) : activity.length > 0 ? (
          <Empty
            title="Nothing matches"
            actions={
              <Button
                onClick={() => {
                  setText('');
                  setShow('all');
                }}
              >
                Show everything
              </Button>
            }
          />
        ) : (
          <Empty
            title="Nothing asked yet"
            actions={
              <Button look="primary" onClick={() => ui.go({ page: 'clients' })}>
                Set up Claude Desktop
              </Button>
            }
          >
            Every request of Claude and every action of yours appears here, with how it ended.
          </Empty>
        )}
      </div>
    </Panel>
  );
}

const TABS = [
  ['requests', 'Requests'],
  ['audit', 'Audit trail'],
] as const;

function Tabs() {
  const { ui } = useApp();
  const shown = useUi((s) => s.route.activity);
  return (
    <nav aria-label="Activity" className="flex gap-1">
      {TABS.map(([tab, label]) => (
        <button
          key={tab}
          type="button"
          aria-current={tab === shown ? 'page' : undefined}
          data-testid={`activity-${tab}`}
          onClick={() => ui.go({ activity: tab })}
          className="transition-quick flex h-7 items-center rounded-md px-3 text-quiet hover:bg-hover aria-[current]:bg-selected aria-[current]:font-medium aria-[current]:text-text"
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

/** Every request of every client and every action of yours: who, what, how it ended; and the trail that proves it. */
export function ActivityPage() {
  const shown = useUi((s) => s.route.activity);
  return (
    <div className="flex h-full flex-col gap-3 p-4">
      <Tabs />
      {shown === 'audit' ? <AuditTrail /> : <Requests />}
    </div>
  );
}
