import type { LogSource } from '../../../electron/contract/logs.ts';
import { useAge } from '../../api/app-context.tsx';
import { writerOf } from '../../api/log-filter.ts';
import { Button } from '../../parts/button.tsx';
import { PlainText } from '../../parts/plain-text.tsx';
import { useWritten } from '../../parts/written.ts';
import type { Tints } from './tints.ts';

/** Below this a clock's difference is the way of a line to us. */
const CLOCK_WORTH_MS = 2000;

/** `clock 8 h behind`: times are shown by ours. */
export function clockWords(ms: number | null): string | null {
  if (ms === null || Math.abs(ms) < CLOCK_WORTH_MS) return null;
  const size = Math.abs(ms);
  const amount =
    size < 90_000
      ? `${Math.round(size / 1000)} s`
      : size < 5_400_000
        ? `${Math.round(size / 60_000)} min`
        : `${(size / 3_600_000).toFixed(1).replace(/\.0$/, '')} h`;
  return `clock ${amount} ${ms > 0 ? 'behind' : 'ahead'}`;
}

function State({ source }: { source: LogSource }) {
  const age = useAge(source.lastAt);
  const clock = clockWords(source.clockMs);
  const written = useWritten();
  if (source.ended !== null) return <span className="text-danger">✕ {source.ended}</span>;
  return (
    <>
      {age} ago{clock === null ? '' : ` · ${written.amount(clock)}`}
    </>
  );
}

function Source(props: {
  source: LogSource;
  tint: string;
  shown: boolean;
  onToggle: () => void;
  onOnly: () => void;
}) {
  const { source, tint, shown, onToggle, onOnly } = props;
  const written = useWritten();
  return (
    <li className="group relative flex items-start gap-2 rounded-md px-2 py-1 hover:bg-hover">
      <input
        type="checkbox"
        id={`source-${writerOf(source)}`}
        data-testid="log-source"
        checked={shown}
        onChange={onToggle}
        className="mt-1 shrink-0 accent-(--accent-fill)"
      />
      <label htmlFor={`source-${writerOf(source)}`} className="min-w-0 flex-1">
        <span className="flex items-baseline justify-between gap-2">
          <span className={`min-w-0 truncate font-mono text-sm ${tint}`}>
            <PlainText text={source.service} />
          </span>
          <span className="text-xs text-quiet">{written.short(source.total)}</span>
        </span>
        <span className="flex justify-between gap-2 text-xs text-quiet">
          <span className="min-w-0 truncate">
            <State source={source} />
          </span>
          {source.errors > 0 ? (
            <span className="shrink-0 text-danger">
              {written.short(source.errors)} {source.errors === 1 ? 'error' : 'errors'}
            </span>
          ) : null}
        </span>
      </label>
      <button
        type="button"
        onClick={onOnly}
        aria-label={`Only ${source.service}`}
        className="absolute top-1 right-1 rounded-sm border border-line-strong bg-raised px-1.5 text-xs text-quiet opacity-0 group-hover:opacity-100 hover:text-text focus-visible:opacity-100"
      >
        only
      </button>
    </li>
  );
}

const GROUPS = [
  ['droplet', 'Droplet'],
  ['bridge', 'This machine'],
] as const;

/** Who writes here, how they are, and whose lines are shown. */
export function LogSources(props: {
  sources: readonly LogSource[];
  tints: Tints;
  hidden: ReadonlySet<string>;
  onChange: (hidden: ReadonlySet<string>) => void;
}) {
  const { sources, tints, hidden, onChange } = props;
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    onChange(next);
  };
  const only = (key: string) => onChange(new Set(sources.map(writerOf).filter((one) => one !== key)));
  const sorted = sources.toSorted((a, b) => a.service.localeCompare(b.service));
  return (
    <aside aria-label="Sources" className="flex w-52 shrink-0 flex-col gap-2 overflow-y-auto pr-1">
      {GROUPS.map(([from, label]) => {
        const own = sorted.filter((source) => (source.from === 'droplet') === (from === 'droplet'));
        return own.length === 0 ? null : (
          <section key={from} aria-label={label}>
            <h3 className="px-2 pb-0.5 text-xs font-medium text-quiet">{label}</h3>
            <ul>
              {own.map((source) => (
                <Source
                  key={writerOf(source)}
                  source={source}
                  tint={tints(source.service)}
                  shown={!hidden.has(writerOf(source))}
                  onToggle={() => toggle(writerOf(source))}
                  onOnly={() => only(writerOf(source))}
                />
              ))}
            </ul>
          </section>
        );
      })}
      <div className="px-1">
        <Button small look="ghost" disabled={hidden.size === 0} onClick={() => onChange(new Set())}>
          Show all
        </Button>
      </div>
    </aside>
  );
}
