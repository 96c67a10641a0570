import type { ReactNode } from 'react';
import type { CycleModel, Reading, WorkflowModel } from '../../../electron/contract/models.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import { useProfile } from '../../api/app-context.tsx';
import { Panel } from '../../parts/panel.tsx';
import { ReadingAge, shown, useReadingStale } from '../../parts/reading-note.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { PlainText } from '../../parts/plain-text.tsx';

function Row(props: {
  label: string;
  tone: Tone;
  word: string;
  detail: string;
  reading: Reading<unknown>;
  children?: ReactNode;
}) {
  const stale = useReadingStale(props.reading);
  const tone = stale ? 'unknown' : props.tone;
  return (
    <div
      className="border-line py-1.5 not-first:border-t"
      data-testid={`trading-${props.label.toLowerCase()}`}
    >
      <div className="flex items-center justify-between gap-2">
        <span className="text-quiet">{props.label}</span>
        <span className={`flex items-center gap-1.5 font-medium ${stale ? 'text-quiet' : ''}`}>
          {/* Running is a fact, not a success: only unknown is marked by colour. */}
          {tone === 'unknown' ? <StateMark tone="unknown" /> : null}
          {props.word}
        </span>
      </div>
      <div className="flex items-center justify-between gap-2 text-xs text-quiet">
        <span className="truncate" title={props.detail}>
          <PlainText text={props.detail} />
        </span>
        <span className="shrink-0">
          <ReadingAge reading={props.reading} />
        </span>
      </div>
    </div>
  );
}

const yesNo = (value: boolean | null, yes: string, no: string) =>
  value === null ? 'Cannot be told' : value ? yes : no;

function detailOf(parts: readonly (string | null | undefined)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
}

function WorkflowRow({ reading }: { reading: Reading<WorkflowModel> }) {
  const value = shown(reading)?.value;
  return (
    <Row
      label="Workflow"
      reading={reading}
      tone={value?.running === null ? 'unknown' : 'live'}
      word={value === undefined ? 'Unknown' : yesNo(value.running, 'Running', 'Idle')}
      detail={
        value === undefined && reading.state === 'unknown'
          ? reading.reason
          : detailOf([value?.status, value?.mode, value?.cycle])
      }
    />
  );
}

function CycleRow({ reading }: { reading: Reading<CycleModel> }) {
  const value = shown(reading)?.value;
  return (
    <Row
      label="Cycle"
      reading={reading}
      tone={value?.active === null ? 'unknown' : 'live'}
      word={value === undefined ? 'Unknown' : yesNo(value.active, 'Active', 'Not active')}
      detail={
        value === undefined && reading.state === 'unknown'
          ? reading.reason
          : detailOf([value?.status, value?.mode, value?.id])
      }
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
