import { Download, PanelLeft, Regex, WrapText } from 'lucide-react';
import type { ReactNode } from 'react';
import { useState } from 'react';
import type { LogFilter, MinLevel } from '../../api/log-filter.ts';
import { LEVELS } from '../../api/log-filter.ts';
import { Button } from '../../parts/button.tsx';
import { Choice, FilterInput } from '../../parts/field.tsx';
import { timeOf } from './jump-time.ts';

/** A button that stays pressed. */
function Switch(props: { label: string; on: boolean; icon: ReactNode; testId: string; onPress: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={props.on}
      aria-label={props.label}
      title={props.label}
      data-testid={props.testId}
      onClick={props.onPress}
      className="transition-quick inline-flex size-7 shrink-0 items-center justify-center rounded-md border border-line-strong text-quiet hover:bg-hover hover:text-text aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
    >
      {props.icon}
    </button>
  );
}

function Jump({ onJump }: { onJump: (at: number) => void }) {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const at = timeOf(text, Date.now());
        setWrong(at === null && text.trim() !== '');
        if (at !== null) onJump(at);
      }}
    >
      <input
        aria-label="Jump to a time: 14:02, 14:02:30, -5m or a date and time"
        title="14:02, 14:02:30, -5m, 2026-11-21 14:02; then Enter"
        placeholder="Jump to 14:02"
        data-testid="log-jump"
        value={text}
        aria-invalid={wrong}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
        className="h-7 w-28 rounded-md border border-line-strong bg-surface px-2 text-text aria-[invalid=true]:border-danger"
      />
    </form>
  );
}

/** What is shown of the log, and how. */
export function LogBar(props: {
  filter: LogFilter;
  wrap: boolean;
  sources: boolean;
  onFilter: (filter: LogFilter) => void;
  onWrap: () => void;
  onSources: () => void;
  onJump: (at: number) => void;
  onExport: () => void;
}) {
  const { filter, wrap, sources, onFilter } = props;
  return (
    <div className="flex flex-wrap items-center gap-2" data-testid="log-bar">
      <Switch
        label={sources ? 'Hide the sources' : 'Show the sources'}
        on={sources}
        testId="log-sources"
        icon={<PanelLeft size={14} aria-hidden />}
        onPress={props.onSources}
      />
      <FilterInput
        label="Search text or /regex/"
        value={filter.text}
        maxLength={510}
        onChange={(event) => onFilter({ ...filter, text: event.target.value })}
      />
      <Switch
        label="Search by regular expression"
        on={filter.isPattern}
        testId="log-regex"
        icon={<Regex size={14} aria-hidden />}
        onPress={() => onFilter({ ...filter, isPattern: !filter.isPattern })}
      />
      <Choice
        label="Level"
        hideLabel
        className="w-32"
        value={filter.level}
        onChange={(event) => onFilter({ ...filter, level: event.target.value as MinLevel })}
      >
        {LEVELS.map((level) => (
          <option key={level} value={level}>
            {level === 'debug' ? 'All levels' : `${level} and up`}
          </option>
        ))}
      </Choice>
      <Jump onJump={props.onJump} />
      <span className="flex-1" />
      <Switch
        label={wrap ? 'One row a line' : 'Wrap long lines'}
        on={wrap}
        testId="log-wrap"
        icon={<WrapText size={14} aria-hidden />}
        onPress={props.onWrap}
      />
      <Button icon={<Download size={13} aria-hidden />} data-testid="log-export" onClick={props.onExport}>
        Export
      </Button>
    </div>
  );
}
