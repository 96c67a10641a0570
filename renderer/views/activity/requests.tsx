import { Download } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import type { ActivityEntry } from '../../../electron/contract/bridge.ts';
import { useApp, useCall, useFromNow, useMirror, useProfileName } from '../../api/app-context.tsx';
import { Button } from '../../parts/button.tsx';
import { Choice, FilterInput } from '../../parts/field.tsx';
import { runsOf } from '../../parts/hidden-text.ts';
import { Empty, Panel } from '../../parts/panel.tsx';
import { exportName, saveFile } from '../../parts/save-file.ts';
import { useWritten } from '../../parts/written.ts';
import { RequestDrawer } from './request-drawer.tsx';
import type { RequestFilter, Show } from './request-filter.ts';
import { ALL_REQUESTS, choicesOf, isNarrowed, shownOf } from './request-filter.ts';
import { RequestList } from './request-list.tsx';

const NONE: readonly ActivityEntry[] = [];
const PLACE = 'max-w-36 min-w-28 flex-1';

/** An option holds text alone: hidden characters become their code points in words. */
const shownText = (text: string): string =>
  runsOf(text)
    .map((run) => ('text' in run ? run.text : `[${run.hidden}]`))
    .join('');

const CHOICES = [
  ['client', 'Who', 'Everybody'],
  ['method', 'Method', 'All methods'],
  ['outcome', 'Outcome', 'All outcomes'],
] as const;

function Bar(props: {
  filter: RequestFilter;
  activity: readonly ActivityEntry[];
  profile: string | null;
  onChange: (filter: RequestFilter) => void;
}) {
  const { filter, activity, profile, onChange } = props;
  const choices = useMemo(() => choicesOf(activity), [activity]);
  return (
    <div className="flex flex-wrap items-center gap-2" data-testid="activity-bar">
      <div className={PLACE}>
        <Choice
          label="Show"
          hideLabel
          data-testid="activity-show"
          value={filter.show}
          onChange={(event) => onChange({ ...filter, show: event.target.value as Show })}
        >
          <option value="all">Everything</option>
          <option value="requests">Requests alone</option>
          <option value="trading">What moves trading</option>
          <option value="problems">What went wrong</option>
        </Choice>
      </div>
      {CHOICES.map(([part, label, all]) => (
        <div key={part} className={PLACE}>
          <Choice
            label={label}
            hideLabel
            data-testid={`activity-${part}`}
            value={filter[part]}
            onChange={(event) => onChange({ ...filter, [part]: event.target.value })}
          >
            <option value="">{all}</option>
            {choices[part].map((one) => (
              <option key={one} value={one}>
                {shownText(one)}
              </option>
            ))}
          </Choice>
        </div>
      ))}
      <div className={PLACE}>
        <Choice
          label="Profile"
          hideLabel
          data-testid="activity-profile"
          value={filter.everywhere ? 'all' : 'one'}
          onChange={(event) => onChange({ ...filter, everywhere: event.target.value === 'all' })}
        >
          <option value="one">{profile ?? 'This profile'}</option>
          <option value="all">All profiles</option>
        </Choice>
      </div>
      <FilterInput
        label="Filter activity"
        value={filter.text}
        maxLength={200}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
    </div>
  );
}

/** Hands the shown entries to the browser as a file. */
function useExport(entries: readonly ActivityEntry[]) {
  const call = useCall();
  const { ui } = useApp();
  const [busy, setBusy] = useState(false);
  const run = async (format: 'csv' | 'jsonl') => {
    setBusy(true);
    const outcome = await call(async (client) => {
      const parts: string[] = [];
      const ids = entries.map(({ id }) => id);
      for await (const { text } of await client.activity.export({ format, ids })) parts.push(text);
      return parts;
    });
    setBusy(false);
    if (!outcome.ok) {
      ui.notify('problem', outcome.error.message, outcome.error.next);
      return;
    }
    const name = exportName('activity', format, new Date());
    saveFile(name, format, outcome.value);
    ui.notify('done', `Exported as ${name}`);
  };
  return { busy, run };
}

function ExportButtons({ entries }: { entries: readonly ActivityEntry[] }) {
  const { busy, run } = useExport(entries);
  return (
    <>
      {(['csv', 'jsonl'] as const).map((format) => (
        <Button
          key={format}
          small
          disabled={busy || entries.length === 0}
          icon={<Download size={13} aria-hidden />}
          data-testid={`activity-export-${format}`}
          onClick={() => void run(format)}
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </>
  );
}

function Nothing({ any, onClear }: { any: boolean; onClear: () => void }) {
  const { ui } = useApp();
  if (any)
    return <Empty title="Nothing matches" actions={<Button onClick={onClear}>Show everything</Button>} />;
  return (
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
  );
}

/** Every request of this run and every action, with filter, export, and each one in full. */
export function Requests() {
  const name = useProfileName();
  const activity = useMirror((s) => s.app?.activity ?? NONE);
  const [filter, setFilter] = useState(ALL_REQUESTS);
  const [selected, setSelected] = useState<string | null>(null);
  const used = useDeferredValue(filter);
  const entries = useMemo(() => shownOf(activity, name, used), [activity, name, used]);
  const minute = useFromNow((now) => Math.floor(now / 60_000) * 60_000);
  const open = selected === null ? undefined : activity.find(({ id }) => id === selected);
  const title = `${useWritten().count(entries.length)} ${entries.length === 1 ? 'entry' : 'entries'}, newest first`;
  return (
    <>
      <Bar filter={filter} activity={activity} profile={name} onChange={setFilter} />
      <div className="relative flex min-h-0 flex-1 gap-3">
        <Panel title={title} aside={<ExportButtons entries={entries} />} flush className="min-h-0 flex-1">
          {entries.length === 0 ? (
            <Nothing
              any={activity.length > 0 && isNarrowed(filter)}
              onClear={() => setFilter({ ...ALL_REQUESTS, everywhere: filter.everywhere })}
            />
          ) : (
            <RequestList
              entries={entries}
              selected={selected}
              now={minute}
              onSelect={({ id }) => setSelected(id)}
            />
          )}
        </Panel>
        {open === undefined ? null : <RequestDrawer entry={open} onClose={() => setSelected(null)} />}
      </div>
    </>
  );
}
