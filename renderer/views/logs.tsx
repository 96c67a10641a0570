import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { memo, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { LogLine, LogsStatus } from '../../electron/contract/models.ts';
import { useProfile, useProfileName } from '../api/app-context.tsx';
import type { LogFilter, LogView, MinLevel } from '../api/log-buffer.ts';
import { LEVELS } from '../api/log-buffer.ts';
import { useLogs } from '../api/use-logs.ts';
import { Age } from '../parts/age.tsx';
import { Button } from '../parts/button.tsx';
import { CopyButton } from '../parts/copy.tsx';
import { Choice, FilterInput } from '../parts/field.tsx';
import { Empty, Note, Panel } from '../parts/panel.tsx';
import { CodeBlock, PlainText } from '../parts/plain-text.tsx';
import { SourceText } from '../parts/reading-note.tsx';
import { clockText } from '../parts/time-text.ts';
import { NoProfile } from './no-profile.tsx';

const LINE_PX = 20;
const LEVEL: Record<LogLine['level'], { word: string; look: string }> = {
  debug: { word: 'debug', look: 'text-quiet' },
  info: { word: 'info', look: 'text-quiet' },
  warning: { word: 'warn', look: 'text-attention font-medium' },
  error: { word: 'error', look: 'text-danger font-medium' },
  critical: { word: 'crit', look: 'text-danger font-semibold' },
  unknown: { word: '', look: '' },
};
const TINTS = [
  'text-tint-0',
  'text-tint-1',
  'text-tint-2',
  'text-tint-3',
  'text-tint-4',
  'text-tint-5',
  'text-tint-6',
  'text-tint-7',
] as const;

function tint(service: string): string {
  let sum = 0;
  for (let i = 0; i < service.length; i += 1) sum = (sum * 31 + service.charCodeAt(i)) >>> 0;
  return TINTS[sum % TINTS.length] ?? '';
}

/** The line as text that can be pasted anywhere. */
function asText(line: LogLine): string {
  return `${line.time?.text ?? new Date(line.receivedAt).toISOString()} ${line.service} ${line.level} ${line.message}`;
}

const LogRow = memo(function LogRow({ line, selected }: { line: LogLine; selected: boolean }) {
  const more = line.text.split('\n').length - 1;
  const { word, look } = LEVEL[line.level];
  return (
    <div
      data-testid="log-line"
      data-level={line.level}
      className={`flex h-5 items-center gap-3 px-4 font-mono text-sm whitespace-pre ${selected ? 'bg-selected' : 'hover:bg-hover'}`}
    >
      <span className="shrink-0 text-quiet">{clockText(line.time?.at ?? line.receivedAt)}</span>
      <span className={`w-26 shrink-0 truncate ${tint(line.service)}`}>
        <PlainText text={line.service} />
      </span>
      <span className={`w-10 shrink-0 ${look}`}>{word}</span>
      <span className="min-w-0 flex-1 truncate">
        <PlainText text={line.message.split('\n', 1)[0] ?? ''} />
      </span>
      {more > 0 ? <span className="shrink-0 text-xs text-quiet">+{more} lines</span> : null}
    </div>
  );
});

function List({
  view,
  selected,
  onSelect,
}: {
  view: LogView;
  selected: number | null;
  onSelect: (line: LogLine) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const [seen, setSeen] = useState(view.newest);
  const { shown } = view;
  // oxlint-disable-next-line react/incompatible-library -- no compiler memoizes here; its functions are used in place
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 24,
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (following && element !== null) element.scrollTop = element.scrollHeight;
  }, [following, shown]);
  useEffect(() => {
    if (following) setSeen(view.newest);
  }, [following, view.newest]);
  const fresh = following ? 0 : shown.length - firstAfter(shown, seen);
  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    setFollowing(element.scrollHeight - element.scrollTop - element.clientHeight < LINE_PX * 2);
  };
  return (
    <div className="relative h-full">
      <div
        ref={scroller}
        onScroll={onScroll}
        role="log"
        aria-live="off"
        aria-label="Log lines"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="h-full overflow-y-auto -outline-offset-2"
      >
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = shown[item.index];
            return line === undefined ? null : (
              <div
                key={line.n}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => onSelect(line)}
              >
                <LogRow line={line} selected={line.n === selected} />
              </div>
            );
          })}
        </div>
      </div>
      {following ? null : (
        <Button
          look="primary"
          data-testid="log-follow"
          className="absolute right-4 bottom-3 shadow-overlay"
          icon={<ArrowDown size={14} aria-hidden />}
          onClick={() => setFollowing(true)}
        >
          {fresh === 0 ? 'Follow' : `Follow, ${fresh} new`}
        </Button>
      )}
    </div>
  );
}

/** Index of the first line numbered above `n`; lines are in order. */
function firstAfter(lines: readonly LogLine[], n: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((lines[middle]?.n ?? Infinity) > n) high = middle;
    else low = middle + 1;
  }
  return low;
}

function Status({ status }: { status: LogsStatus }) {
  if (status.state === 'off') return <span>not following</span>;
  if (status.state === 'unavailable') return <span className="text-unknown">not available</span>;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <SourceText source={status.source} />
      <span className="whitespace-nowrap">
        {status.lastLineAt === null ? 'no line yet' : <Age at={status.lastLineAt} before="last line " />}
      </span>
    </span>
  );
}

function Nothing({ status, view, onClear }: { status: LogsStatus; view: LogView; onClear: () => void }) {
  if (view.total > 0)
    return <Empty title="Nothing matches" actions={<Button onClick={onClear}>Show all lines</Button>} />;
  if (status.state === 'unavailable') return <Empty title="No log to follow">{status.reason}</Empty>;
  if (status.state === 'off')
    return <Empty title="The log is not followed">It begins when the link is connected.</Empty>;
  return <Empty title="No lines yet">They appear here as the droplet writes them.</Empty>;
}

const ALL: LogFilter = { text: '', level: 'debug', service: null };

function Bar(props: {
  filter: LogFilter;
  services: readonly string[];
  onChange: (filter: LogFilter) => void;
}) {
  const { filter, services, onChange } = props;
  return (
    <>
      <Choice
        label="Service"
        hideLabel
        className="w-36"
        value={filter.service ?? ''}
        onChange={(event) =>
          onChange({ ...filter, service: event.target.value === '' ? null : event.target.value })
        }
      >
        <option value="">All services</option>
        {services.map((service) => (
          <option key={service}>{service}</option>
        ))}
      </Choice>
      <Choice
        label="Level"
        hideLabel
        className="w-32"
        value={filter.level}
        onChange={(event) => onChange({ ...filter, level: event.target.value as MinLevel })}
      >
        {LEVELS.map((level) => (
          <option key={level} value={level}>
            {level === 'debug' ? 'All levels' : `${level} and up`}
          </option>
        ))}
      </Choice>
      <FilterInput
        label="Filter text or /regex/"
        value={filter.text}
        onChange={(event) => onChange({ ...filter, text: event.target.value })}
      />
    </>
  );
}

function Page({ profile, status }: { profile: string; status: LogsStatus }) {
  const [filter, setFilter] = useState(ALL);
  const [selected, setSelected] = useState<LogLine | null>(null);
  const text = useDeferredValue(filter.text);
  const used = useMemo(() => ({ ...filter, text }), [filter, text]);
  const { view, problem } = useLogs(profile, used);
  return (
    <div className="flex h-full flex-col gap-3 p-4">
      {problem === null ? null : (
        <Note tone="attention" title={problem}>
          Trying again by itself.
        </Note>
      )}
      {status.state === 'unavailable' && view.total > 0 ? (
        <Note tone="unknown" title={`The log is not followed now: ${status.reason}`} />
      ) : null}
      <div className="flex flex-wrap items-center gap-2">
        <Bar filter={filter} services={view.services} onChange={setFilter} />
        <span className="flex-1" />
        <CopyButton
          label={`Copy ${view.shown.length === 1 ? '1 line' : `${view.shown.length} lines`}`}
          disabled={view.shown.length === 0}
          text={() => view.shown.map(asText).join('\n')}
        />
      </div>
      <Panel
        title={`${view.shown.length} of ${view.total} lines`}
        aside={<Status status={status} />}
        flush
        className="min-h-0 flex-1"
      >
        {view.shown.length === 0 ? (
          <Nothing status={status} view={view} onClear={() => setFilter(ALL)} />
        ) : (
          <List view={view} selected={selected?.n ?? null} onSelect={setSelected} />
        )}
      </Panel>
      {selected === null ? null : (
        <Panel
          title={`Line from ${selected.service}, received ${clockText(selected.receivedAt)}`}
          aside={
            <>
              <CopyButton text={() => selected.text} label="Copy" />
              <Button small onClick={() => setSelected(null)}>
                Close
              </Button>
            </>
          }
        >
          <CodeBlock text={selected.text} className="max-h-40" />
        </Panel>
      )}
    </div>
  );
}

/** One live stream of every service, as text that could be pasted anywhere. */
export function Logs() {
  const profile = useProfileName();
  const status = useProfile((p) => p.logs);
  if (profile === null || status === undefined) return <NoProfile />;
  return <Page key={profile} profile={profile} status={status} />;
}
