import { RotateCw } from 'lucide-react';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import type { AuditCheck, AuditFilter, AuditLine } from '../../../electron/contract/audit.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { useCall, useFromNow, useMirror } from '../../api/app-context.tsx';
import { useAsked, useOffer } from '../../api/asked.ts';
import { Button } from '../../parts/button.tsx';
import { Empty, Panel, Problem, Waiting } from '../../parts/panel.tsx';
import { AuditBar } from './audit-bar.tsx';
import { ChainState } from './audit-chain.tsx';
import { AuditDrawer } from './audit-drawer.tsx';
import type { Asked } from './audit-filter.ts';
import { filterOf, NOTHING_ASKED } from './audit-filter.ts';
import { AuditList, keyOf } from './audit-list.tsx';
import type { Format } from './export-buttons.tsx';
import { ExportButtons, FORMATS } from './export-buttons.tsx';
import { useTextExport } from '../../parts/text-export.ts';
import type { Written } from '../../parts/written.ts';
import { useWritten } from '../../parts/written.ts';
import type { AuditView } from './use-audit.ts';
import { useAudit } from './use-audit.ts';

const NO_NAMES: readonly string[] = [];
/** Each letter typed is not a question of its own. */
const TYPING_MS = 250;

/** The filter as asked, a moment after the last change; its time is that moment. */
function useFilter(asked: Asked): AuditFilter {
  const calm = useDeferredValue(asked);
  const [filter, setFilter] = useState(() => filterOf(asked, Date.now()));
  useEffect(() => {
    const timer = setTimeout(
      () =>
        setFilter((old) => {
          const next = filterOf(calm, Date.now());
          return JSON.stringify(next) === JSON.stringify(old) ? old : next;
        }),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [calm]);
  return filter;
}

function useCheck(known: AuditCheck | null) {
  const call = useCall();
  const [own, setOwn] = useState<AuditCheck | null>(null);
  const [checking, setChecking] = useState(false);
  const [failed, setFailed] = useState<ErrorShape | null>(null);
  const check = async () => {
    setChecking(true);
    const outcome = await call((client) => client.audit.verify());
    setChecking(false);
    setFailed(outcome.ok ? null : outcome.error);
    if (outcome.ok) setOwn(outcome.value);
  };
  const newest = own !== null && (known === null || own.at >= known.at) ? own : known;
  return { newest, checking, failed, check };
}

function Nothing(props: { view: AuditView; asked: boolean; onClear: () => void; onRetry: () => void }) {
  const { view, asked, onClear, onRetry } = props;
  if (view.problem !== null)
    return (
      <div className="p-4">
        <Problem error={view.problem} />
        <Button className="mt-3" onClick={onRetry}>
          Try again
        </Button>
      </div>
    );
  if (view.next === undefined || view.reading || view.next !== null)
    return (
      <div className="px-4">
        <Waiting lines={6} label={asked ? 'Searching the trail…' : 'Reading the trail…'} />
      </div>
    );
  if (asked)
    return <Empty title="Nothing matches" actions={<Button onClick={onClear}>Show all entries</Button>} />;
  return (
    <Empty title="Nothing was recorded yet">
      Every start, stop and change of trust is written here, each line chained to the one before it.
    </Empty>
  );
}

function titleOf(count: number, narrowed: boolean, written: Written): string {
  if (count === 0) return 'Entries';
  const read = `${written.count(count)} ${count === 1 ? 'entry' : 'entries'} read`;
  return `${read}${narrowed ? ' that match' : ''}, newest first`;
}

/** The audit trail: whether it is whole, every entry of it, and each in full. */
export function AuditTrail() {
  const [asked, setAsked] = useState(NOTHING_ASKED);
  const [selected, setSelected] = useState<AuditLine | null>(null);
  const filter = useFilter(asked);
  const view = useAudit(filter);
  const { newest, checking, failed, check } = useCheck(view.check);
  const profiles = useMirror((s) => s.app?.order ?? NO_NAMES);
  const choices = useMemo(
    () => ({ ...view.choices, profile: [...new Set([...profiles, ...view.choices.profile])] }),
    [view.choices, profiles],
  );
  const minute = useFromNow((now) => Math.floor(now / 60_000) * 60_000);
  const written = useWritten();
  const narrowed = Object.keys(filter).length > 0;
  const { busy, run } = useTextExport();
  const save = (format: Format) =>
    void run('audit', format, (client) => client.audit.export({ format, filter }));
  const checkNow = () => void check().then(view.refresh);
  useAsked('audit-check', checkNow);
  useOffer(() => [
    { label: 'Check every entry now', group: 'Audit trail', run: checkNow },
    ...(view.lines.length === 0 || !narrowed
      ? []
      : FORMATS.map((format) => ({
          label: `Export what the filter shows as ${format.toUpperCase()}`,
          group: 'Audit trail',
          run: () => save(format),
        }))),
  ]);
  // a rare match may be pages away
  useEffect(() => {
    if (view.lines.length === 0 && view.next && !view.reading && view.problem === null) view.more();
  }, [view]);
  const actions = (
    <Button
      small
      data-testid="audit-check"
      disabled={checking}
      icon={<RotateCw size={13} aria-hidden />}
      onClick={checkNow}
    >
      Check now
    </Button>
  );
  return (
    <>
      <ChainState
        check={newest}
        checking={checking}
        failed={failed}
        signing={view.signing}
        actions={actions}
      />
      <AuditBar asked={asked} choices={choices} onChange={setAsked} />
      <div className="relative flex min-h-0 flex-1 gap-3">
        <Panel
          title={titleOf(view.lines.length, Object.keys(view.of).length > 0, written)}
          aside={
            <ExportButtons
              name="audit"
              title={
                narrowed
                  ? 'Exports what the filter shows, oldest first'
                  : 'Exports the whole trail, oldest first'
              }
              busy={busy !== null}
              empty={view.lines.length === 0}
              onExport={save}
            />
          }
          flush
          className="min-h-0 flex-1"
        >
          {view.lines.length === 0 ? (
            <Nothing
              view={view}
              asked={narrowed}
              onClear={() => setAsked(NOTHING_ASKED)}
              onRetry={view.refresh}
            />
          ) : (
            <AuditList
              lines={view.lines}
              selected={selected === null ? null : keyOf(selected)}
              now={minute}
              more={view.next ? view.more : null}
              reading={view.reading}
              onSelect={setSelected}
            />
          )}
        </Panel>
        {selected === null ? null : <AuditDrawer line={selected} onClose={() => setSelected(null)} />}
      </div>
    </>
  );
}
