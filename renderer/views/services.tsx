import { useRef, useState } from 'react';
import { STALE_MS } from '../../electron/contract/freshness.ts';
import { carries } from '../../electron/contract/awaited.ts';
import type { HealthModel } from '../../electron/contract/models.ts';
import { presentLink, presentVerdict } from '../../electron/contract/present.ts';
import { useMirror, useNow, useProfile } from '../api/app-context.tsx';
import { useServicesHistory } from '../api/use-history.ts';
import { useRoomy } from '../api/use-roomy.ts';
import { Age, useStale } from '../parts/age.tsx';
import { Empty, Note, Panel } from '../parts/panel.tsx';
import { PlainText } from '../parts/plain-text.tsx';
import { sentence } from '../parts/sentence.ts';
import { StateMark } from '../parts/state-mark.tsx';
import { NoProfile } from './no-profile.tsx';
import { ServiceDrawer } from './services/drawer.tsx';
import { treeRows } from './services/rows.ts';
import { ServicesTable } from './services/table.tsx';
import { Troubles } from './services/troubles.tsx';

/** Why nothing about services can be known now; the link is the cause, and said once. */
function LinkCause() {
  const now = useNow();
  const link = useProfile((p) => p.link);
  if (link === undefined || carries(link)) return null;
  const { label, detail } = presentLink(link, now);
  return (
    <Note
      tone="unknown"
      title={`Services are unknown while the link is ${label.toLowerCase()}`}
      testId="link-cause"
    >
      {sentence(detail)} What is greyed below was probed before; it says nothing about now.
    </Note>
  );
}

/** What is not remembered, and why. */
function HistoryNote({ failed }: { failed: string | null }) {
  const note = useMirror((s) => s.app?.history.note ?? null);
  const state = useMirror((s) => s.app?.history.state ?? 'starting');
  const text = failed ?? note;
  if (text === null) return null;
  return (
    <Note
      inline
      tone={state === 'on' && failed === null ? 'off' : 'attention'}
      title={text}
      testId="history-note"
    >
      What is live is not affected.
    </Note>
  );
}

/** The orchestrator's own word, with its age; an old one is no word about now. */
function Said({ health }: { health: HealthModel }) {
  const { reported } = health;
  const stale = useStale(reported?.receivedAt ?? null, STALE_MS);
  if (reported === null) return <span>the orchestrator has not reported</span>;
  const { verdict, text, failed, source, receivedAt } = reported;
  return (
    <span className="flex min-w-0 items-center gap-2" title={`${source.kind} ${source.ref}`}>
      <StateMark tone={stale ? 'unknown' : presentVerdict(verdict).tone} />
      <span className="truncate">
        orchestrator {stale ? 'reported' : 'reports'} “<PlainText text={text} />”
        {failed.length > 0 ? `, ${failed.length} failed` : ''} · <Age at={receivedAt} />
      </span>
    </span>
  );
}

function Notes({ health }: { health: HealthModel }) {
  return (
    <>
      <LinkCause />
      {health.hint === null ? null : (
        <Note inline tone="attention" title={health.hint} testId="health-hint">
          The table shows both; the probed column is what this app saw itself.
        </Note>
      )}
      {health.plannedDowntime ? (
        <Note
          inline
          tone="off"
          title="Planned downtime: everything is stopped on purpose now."
          testId="planned"
        >
          Services that are down raise no alarm until it ends.
        </Note>
      ) : null}
    </>
  );
}

/** Link, orchestrator and every service: what our own probes saw, now and over time, and beside it what was reported. */
export function Services() {
  const now = useNow();
  const state = useProfile((p) => p);
  const [open, setOpen] = useState<string | null>(null);
  const opener = useRef<Element | null>(null);
  const show = (key: string) => {
    opener.current = document.activeElement;
    setOpen(key);
  };
  const close = () => {
    setOpen(null);
    if (opener.current instanceof HTMLElement) opener.current.focus();
  };
  const roomy = useRoomy();
  // quarters of an hour where there is room for them
  const day = useServicesHistory('1d', roomy ? 96 : 48);
  const week = useServicesHistory('1w', 84);
  if (state === undefined) return <NoProfile />;
  const { health } = state;
  const known = {
    day: day.state === 'known' ? day.value : null,
    week: week.state === 'known' ? week.value : null,
  };
  const rows = treeRows(state, known.day, now);
  const row = rows.find(({ key }) => key === open);
  return (
    <div className="flex h-full min-h-0 flex-col gap-3 p-4">
      <Notes health={health} />
      <HistoryNote failed={day.state === 'failed' ? day.error.message : null} />
      <div className="flex min-h-0 flex-1 items-start gap-3">
        <div className="@container flex max-h-full min-w-0 flex-1 flex-col gap-3 overflow-y-auto">
          <Panel title="Services" aside={<Said health={health} />} flush>
            {health.services.length === 0 ? (
              <Empty title="No services configured">
                The profile names no REST services. Name them under Connections, Edit, and each is probed.
              </Empty>
            ) : (
              <ServicesTable
                rows={rows}
                {...known}
                open={row?.key ?? null}
                onOpen={(key) => (key === open ? setOpen(null) : show(key))}
              />
            )}
          </Panel>
          {roomy && rows.length > 1 ? <Troubles rows={rows} week={known.week} onOpen={show} /> : null}
        </div>
        {row === undefined ? null : (
          <div className="flex h-full">
            <ServiceDrawer key={row.key} row={row} {...known} onClose={close} />
          </div>
        )}
      </div>
    </div>
  );
}
