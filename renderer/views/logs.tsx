import { useDeferredValue, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { LogsStatus } from '../../electron/contract/models.ts';
import { useAction, useApp, useProfile, useProfileName, useUi } from '../api/app-context.tsx';
import { useAsked, useOffer } from '../api/asked.ts';
import type { LogView } from '../api/log-buffer.ts';
import type { LogFilter } from '../api/log-filter.ts';
import { LEVELS, SHOW_ALL, writerOf } from '../api/log-filter.ts';
import { useLogs } from '../api/use-logs.ts';
import { Age } from '../parts/age.tsx';
import { Button } from '../parts/button.tsx';
import { Empty, Note, Panel, Waiting } from '../parts/panel.tsx';
import { SourceText } from '../parts/reading-note.tsx';
import { clockText } from '../parts/time-text.ts';
import type { Written } from '../parts/written.ts';
import { useWritten } from '../parts/written.ts';
import { asText } from './logs/line-text.ts';
import { LogBar } from './logs/log-bar.tsx';
import { LogDrawer } from './logs/log-drawer.tsx';
import { LogExport } from './logs/log-export.tsx';
import type { Chosen } from './logs/log-list.tsx';
import { chosenRange, LogList } from './logs/log-list.tsx';
import { useTints } from './logs/tints.ts';
import { LogSources } from './logs/log-sources.tsx';
import { NoProfile } from './no-profile.tsx';

const WIDE = '(width >= 1200px)';
const isWide = () => window.matchMedia(WIDE).matches;
const onWidth = (changed: () => void) => {
  const media = window.matchMedia(WIDE);
  media.addEventListener('change', changed);
  return () => media.removeEventListener('change', changed);
};

function Status({ status, wrong }: { status: LogsStatus; wrong: string | null }) {
  if (wrong !== null)
    return (
      <span role="status" data-testid="log-pattern-problem" className="truncate text-attention">
        ▲ {wrong} All lines are shown.
      </span>
    );
  if (status.state === 'off') return <span>not following the droplet</span>;
  if (status.state === 'unavailable') return <span className="text-unknown">droplet not followed</span>;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <SourceText source={status.source} />
      <span className="whitespace-nowrap">
        {status.lastLineAt === null ? 'no line yet' : <Age at={status.lastLineAt} before="last line " />}
      </span>
    </span>
  );
}

function Following({ label }: { label: string }) {
  return (
    <div className="px-4">
      <Waiting lines={6} label={label} />
    </div>
  );
}

/** Why no line comes from the droplet, and what brings them. */
function NotFollowed({ profile, status }: { profile: string; status: LogsStatus }) {
  const { ui } = useApp();
  const act = useAction();
  const link = useProfile((p) => p.link.state);
  if (link === 'connecting' || link === 'reconnecting')
    return <Following label="It begins when the link is connected…" />;
  const reason = status.state === 'unavailable' && link !== 'off' ? status.reason : null;
  const action =
    link === 'off' ? (
      <Button look="primary" onClick={() => void act((c) => c.links.connect({ profile, waitMs: 0 }))}>
        Connect
      </Button>
    ) : (
      <Button onClick={() => ui.go({ page: 'connections', section: 'link' })}>Look at the link</Button>
    );
  return (
    <Empty title="The log is not followed" actions={action}>
      {reason ?? 'It begins when the link is connected.'}
    </Empty>
  );
}

function Nothing(props: { profile: string; status: LogsStatus; view: LogView; onClear: () => void }) {
  const { profile, status, view, onClear } = props;
  if (view.lines.length > 0)
    return <Empty title="Nothing matches" actions={<Button onClick={onClear}>Show all lines</Button>} />;
  if (status.state === 'off' || status.state === 'unavailable')
    return <NotFollowed profile={profile} status={status} />;
  if (view.loading) return <Following label="Waiting for the first lines…" />;
  return <Empty title="No lines yet">They appear here as the droplet writes them.</Empty>;
}

/** What stands above the lines where not all is as it should be. */
function Notes({ status, view, problem }: { status: LogsStatus; view: LogView; problem: string | null }) {
  return (
    <>
      {problem === null ? null : (
        <Note tone="attention" title={problem}>
          Trying again by itself.
        </Note>
      )}
      {status.state === 'unavailable' && view.lines.length > 0 ? (
        <Note tone="unknown" title="The droplet's log is not followed now:" inline testId="log-unavailable">
          {status.reason}
        </Note>
      ) : null}
    </>
  );
}

function titleOf({ shown, lines, searching, loading }: LogView, { count }: Written): string {
  if (lines.length === 0) return loading ? 'Lines' : 'No lines';
  if (searching) return 'Searching…';
  if (shown.length === lines.length) return `${count(lines.length)} lines`;
  return `${count(shown.length)} of ${count(lines.length)} lines`;
}

/** What was chosen by hand on this page. */
function useChoices() {
  const [filter, setFilter] = useState<LogFilter>(SHOW_ALL);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [wrap, setWrap] = useState(false);
  const [target, setTarget] = useState<{ at: number } | null>(null);
  const wide = useSyncExternalStore(onWidth, isWide);
  const [asked, setAsked] = useState<boolean | null>(null);
  return {
    filter,
    setFilter,
    chosen,
    setChosen,
    wrap,
    toggleWrap: () => setWrap((old) => !old),
    target,
    setTarget,
    sources: asked ?? wide,
    setSources: setAsked,
  };
}

/** What this page adds to the palette. */
function useLogOffers(c: ReturnType<typeof useChoices>, onFilter: (filter: LogFilter) => void) {
  const entry = (label: string, run: () => void, keys?: string) => ({
    label,
    group: 'Logs',
    run,
    ...(keys !== undefined && { keys }),
  });
  const { filter } = c;
  useOffer(() => [
    entry('Follow the newest lines', () => c.setTarget({ at: Infinity }), 'f'),
    entry(c.wrap ? 'One row a line' : 'Wrap long lines', c.toggleWrap, 'w'),
    entry(c.sources ? 'Hide the sources' : 'Show the sources', () => c.setSources(!c.sources)),
    entry(filter.isPattern ? 'Search plain text' : 'Search by regular expression', () =>
      onFilter({ ...filter, isPattern: !filter.isPattern }),
    ),
    ...LEVELS.filter((level) => level !== filter.level).map((level) =>
      entry(level === 'debug' ? 'All levels' : `Level: ${level} and up`, () =>
        onFilter({ ...filter, level }),
      ),
    ),
    entry('Show all lines', () => onFilter(SHOW_ALL)),
  ]);
}

/** Shows one writer's lines where the page was opened for it, until somebody chooses others. */
function useOnly({ filter, setFilter }: ReturnType<typeof useChoices>, sources: LogView['sources']) {
  const asked = useUi((s) => s.route.logs);
  const [only, setOnly] = useState(asked);
  const others = sources
    .map(writerOf)
    .filter((one) => one !== only)
    .join('\n');
  useEffect(() => {
    if (only === null || others === '') return;
    setFilter((old) => ({ ...old, hidden: new Set(others.split('\n')) }));
  }, [only, others, setFilter]);
  return (next: LogFilter) => {
    if (next.hidden !== filter.hidden) setOnly(null);
    setFilter(next);
  };
}

function Page({ profile, status }: { profile: string; status: LogsStatus }) {
  const { ui } = useApp();
  const c = useChoices();
  const written = useWritten();
  const [exporting, setExporting] = useState(false);
  const text = useDeferredValue(c.filter.text);
  const used = useMemo(() => ({ ...c.filter, text }), [c.filter, text]);
  const { view, problem } = useLogs(profile, used);
  const { shown, lines } = view;
  const setFilter = useOnly(c, view.sources);
  useAsked('log-export', () => setExporting(true));
  useLogOffers(c, setFilter);
  const range = chosenRange(shown, c.chosen);
  const tints = useTints(view.sources);
  const picked = range === null ? [] : shown.slice(range[0], range[1] + 1);
  const current = c.chosen === null ? undefined : c.chosen.to;
  const copy = () => {
    navigator.clipboard.writeText(picked.map(asText).join('\n')).then(
      () =>
        ui.notify(
          'done',
          `Copied ${picked.length === 1 ? '1 line' : `${written.count(picked.length)} lines`}`,
        ),
      () =>
        ui.notify('problem', 'The browser did not allow copying.', 'Select the text and copy it by hand.'),
    );
  };
  const jump = (at: number) => {
    const oldest = lines[0];
    if (oldest !== undefined && at < oldest.at)
      ui.notify('problem', `The oldest line kept is of ${clockText(oldest.at)}.`, 'The list shows it.');
    c.setTarget({ at });
  };
  return (
    <div className="flex h-full flex-col gap-3 p-4">
      <Notes status={status} view={view} problem={problem} />
      <LogBar
        filter={c.filter}
        wrap={c.wrap}
        sources={c.sources}
        onFilter={setFilter}
        onWrap={c.toggleWrap}
        onSources={() => c.setSources(!c.sources)}
        onJump={jump}
        onExport={() => setExporting(true)}
      />
      <div className="relative flex min-h-0 flex-1 gap-3">
        {c.sources && view.sources.length > 0 ? (
          <LogSources
            sources={view.sources}
            tints={tints}
            hidden={c.filter.hidden}
            onChange={(hidden) => setFilter({ ...c.filter, hidden })}
          />
        ) : null}
        <Panel
          title={titleOf(view, written)}
          aside={<Status status={status} wrong={view.problem} />}
          flush
          className="min-h-0 flex-1"
        >
          {shown.length === 0 ? (
            <Nothing profile={profile} status={status} view={view} onClear={() => setFilter(SHOW_ALL)} />
          ) : (
            <LogList
              view={view}
              tints={tints}
              chosen={c.chosen}
              wrap={c.wrap}
              target={c.target}
              onChoose={c.setChosen}
              onCopy={copy}
              onWrap={c.toggleWrap}
            />
          )}
        </Panel>
        {current === undefined ? null : (
          <LogDrawer
            line={current}
            chosen={picked.length > 1 ? picked : [current]}
            filtered={shown.length < lines.length}
            onAround={() => {
              setFilter(SHOW_ALL);
              c.setTarget({ at: current.at });
            }}
            onClose={() => c.setChosen(null)}
          />
        )}
      </div>
      <LogExport view={view} open={exporting} onClose={() => setExporting(false)} />
    </div>
  );
}

/** One live stream of every service, the bridge and the app, as text that could be pasted anywhere. */
export function Logs() {
  const profile = useProfileName();
  const status = useProfile((p) => p.logs);
  if (profile === null || status === undefined) return <NoProfile />;
  return <Page key={profile} profile={profile} status={status} />;
}
