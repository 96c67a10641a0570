import type { CycleModel, Reading, WorkflowModel } from '../../../electron/contract/models.ts';
import { useProfile } from '../../api/app-context.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReadingAge, shown, useAwaited, useReadingStale } from '../../parts/reading-note.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { sentence } from '../../parts/sentence.ts';

/** Running is a fact, not a success: only what is not known wears a mark. */
function Row(props: {
  label: string;
  reading: Reading<unknown>;
  /** What it does; null where the back end answered without saying. Undefined before any answer. */
  word: string | null | undefined;
  detail: string;
}) {
  const { label, reading, word, detail } = props;
  const stale = useReadingStale(reading);
  const waits = useAwaited(reading);
  const why = word === undefined && reading.state === 'unknown' ? sentence(reading.reason) : detail;
  const said = word === undefined ? 'Unknown' : (word ?? 'Cannot be told');
  return (
    <div className="border-line py-1.5 not-first:border-t" data-testid={`trading-${label.toLowerCase()}`}>
      <div className="flex items-center justify-between gap-2">
        <span className="text-quiet">{label}</span>
        <span className={`flex items-center gap-1.5 font-medium ${stale ? 'text-quiet' : ''}`}>
          {waits === null && (stale || word === null) ? <StateMark tone="unknown" /> : null}
          {waits ?? (stale && typeof word === 'string' ? `Was ${word.toLowerCase()}` : said)}
        </span>
      </div>
      <div className="flex min-h-4 items-center justify-between gap-2 text-xs text-quiet">
        <span className="truncate" title={why}>
          {waits === null ? <PlainText text={why} /> : null}
        </span>
        <span className="shrink-0">
          <ReadingAge reading={reading} />
        </span>
      </div>
    </div>
  );
}

function detailOf(parts: readonly (string | null | undefined)[]): string {
  return parts
    .filter((part) => part !== null && part !== undefined && part !== '')
    .join(' · ')
    .replaceAll('_', ' ');
}

function WorkflowRow({ reading }: { reading: Reading<WorkflowModel> }) {
  const value = shown(reading)?.value;
  const words = { true: 'Running', false: 'Idle', null: null } as const;
  return (
    <Row
      label="Workflow"
      reading={reading}
      word={value && words[`${value.running}`]}
      detail={detailOf([value?.status, value?.mode, value?.cycle])}
    />
  );
}

function CycleRow({ reading }: { reading: Reading<CycleModel> }) {
  const value = shown(reading)?.value;
  const words = { true: 'Active', false: 'Not active', null: null } as const;
  return (
    <Row
      label="Cycle"
      reading={reading}
      word={value && words[`${value.active}`]}
      detail={detailOf([value?.status, value?.mode, value?.id])}
    />
  );
}

/** Is it trading: cron's workflow and the orchestrator's cycle are two states that do not know each other. */
export function TradingPanel() {
  const workflow = useProfile((p) => p.trading.workflow);
  const cycle = useProfile((p) => p.trading.cycle);
  if (workflow === undefined || cycle === undefined) return null;
  return (
    <Panel title="Trading">
      <WorkflowRow reading={workflow} />
      <CycleRow reading={cycle} />
    </Panel>
  );
}
