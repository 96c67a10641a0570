import { useDeferredValue, useMemo, useState } from 'react';
import type { ActivityEntry } from '../../../electron/contract/bridge.ts';
import { useApp, useFromNow, useMirror, useProfileName } from '../../api/app-context.tsx';
import { useOffer } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { Empty, Panel } from '../../parts/panel.tsx';
import { useTextExport } from '../../parts/text-export.ts';
import { useWritten } from '../../parts/written.ts';
import { NoProfile } from '../no-profile.tsx';
import type { Format } from './export-buttons.tsx';
import { ExportButtons, FORMATS } from './export-buttons.tsx';
import { RequestBar, SHOW_WORDS } from './request-bar.tsx';
import { RequestDrawer } from './request-drawer.tsx';
import type { RequestFilter, Show } from './request-filter.ts';
import { ALL_REQUESTS, isNarrowed, shownOf } from './request-filter.ts';
import { RequestList } from './request-list.tsx';

const NONE: readonly ActivityEntry[] = [];

/** Whether an entry of ours for the profile stands in some client's file, or a client is here now. */
function useIsSetUp(profile: string | null): boolean {
  return useMirror((s) => {
    const clients = Object.values(s.app?.clients ?? {});
    const entries = Object.values(s.app?.clientChecks ?? {});
    return [...clients, ...entries].some((one) => one.profile === profile);
  });
}

function Nothing({ profile }: { profile: string | null }) {
  const { ui } = useApp();
  const isSetUp = useIsSetUp(profile);
  return (
    <Empty
      title="Nothing asked yet"
      actions={
        isSetUp ? (
          <Button onClick={() => ui.go({ page: 'tools' })}>Try a tool yourself</Button>
        ) : (
          <Button look="primary" onClick={() => ui.go({ page: 'clients' })}>
            Set up Claude Desktop
          </Button>
        )
      }
    >
      {isSetUp
        ? 'Ask Claude, for example, “what positions are open?”: its requests appear here, with how each ended and where its time went.'
        : 'Every request of Claude and every action of yours appears here, with how it ended.'}
    </Empty>
  );
}

/** What this page adds to the palette. */
function useOffers(props: {
  filter: RequestFilter;
  onFilter: (filter: RequestFilter) => void;
  onExport: ((format: Format) => void) | null;
}) {
  const { filter, onFilter, onExport } = props;
  const entry = (label: string, run: () => void) => ({ label, group: 'Requests', run });
  useOffer(() => [
    ...(Object.keys(SHOW_WORDS) as Show[])
      .filter((show) => show !== filter.show)
      .map((show) => entry(`Show: ${SHOW_WORDS[show]}`, () => onFilter({ ...filter, show }))),
    entry(filter.everywhere ? 'Show this profile alone' : 'Show all profiles', () =>
      onFilter({ ...filter, everywhere: !filter.everywhere }),
    ),
    ...(onExport === null
      ? []
      : FORMATS.map((format) =>
          entry(`Export what is shown as ${format.toUpperCase()}`, () => onExport(format)),
        )),
  ]);
}

/** Every request of this run and every action, with filter, export, and each one in full. */
export function Requests() {
  const name = useProfileName();
  const activity = useMirror((s) => s.app?.activity ?? NONE);
  const [filter, setFilter] = useState(ALL_REQUESTS);
  const [selected, setSelected] = useState<string | null>(null);
  const written = useWritten();
  const { busy, run } = useTextExport();
  const used = useDeferredValue(filter);
  const entries = useMemo(() => shownOf(activity, name, used), [activity, name, used]);
  const minute = useFromNow((now) => Math.floor(now / 60_000) * 60_000);
  const open = selected === null ? undefined : activity.find(({ id }) => id === selected);
  const count = `${written.count(entries.length)} ${entries.length === 1 ? 'entry' : 'entries'}, newest first`;
  const save = (format: Format) => {
    const ids = entries.map(({ id }) => id);
    void run('activity', format, (client) => client.activity.export({ format, ids }));
  };
  useOffers({ filter, onFilter: setFilter, onExport: entries.length === 0 ? null : save });
  if (name === null && activity.length === 0) return <NoProfile />;
  const nothing =
    activity.length > 0 && isNarrowed(filter) ? (
      <Empty
        title="Nothing matches"
        actions={
          <Button onClick={() => setFilter({ ...ALL_REQUESTS, everywhere: filter.everywhere })}>
            Show everything
          </Button>
        }
      />
    ) : (
      <Nothing profile={name} />
    );
  return (
    <>
      <RequestBar filter={filter} activity={activity} profile={name} onChange={setFilter} />
      <div className="relative flex min-h-0 flex-1 gap-3">
        <Panel
          title={entries.length === 0 ? 'Requests' : count}
          aside={
            <ExportButtons
              name="activity"
              title="What is shown, as a file"
              busy={busy !== null}
              empty={entries.length === 0}
              onExport={save}
            />
          }
          flush
          className="min-h-0 flex-1"
        >
          {entries.length === 0 ? (
            nothing
          ) : (
            <RequestList
              entries={entries}
              selected={selected}
              now={minute}
              onSelect={(entry) => setSelected(entry?.id ?? null)}
            />
          )}
        </Panel>
        {open === undefined ? null : <RequestDrawer entry={open} onClose={() => setSelected(null)} />}
      </div>
    </>
  );
}
