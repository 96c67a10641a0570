import { memo } from 'react';
import type { LogLine } from '../../../electron/contract/models.ts';
import type { Finder } from '../../api/log-filter.ts';
import { PlainText } from '../../parts/plain-text.tsx';
import { clockText } from '../../parts/time-text.ts';

export const LINE_PX = 20;
const SHOWN_CHARACTERS = 600;

const LEVEL: Record<LogLine['level'], { word: string; look: string }> = {
  debug: { word: 'debug', look: 'text-quiet' },
  info: { word: 'info', look: 'text-quiet' },
  warning: { word: 'warn', look: 'text-attention font-medium' },
  error: { word: 'error', look: 'text-danger font-medium' },
  critical: { word: 'crit', look: 'text-danger font-semibold' },
  unknown: { word: '', look: '' },
};
function Marked({ text, find }: { text: string; find: Finder | null }) {
  const found = find?.(text);
  if (found === undefined || found.end === found.start) return <PlainText text={text} />;
  return (
    <>
      <PlainText text={text.slice(0, found.start)} />
      <mark className="rounded-sm bg-accent-soft text-text outline outline-accent">
        <PlainText text={text.slice(found.start, found.end)} />
      </mark>
      <PlainText text={text.slice(found.end)} />
    </>
  );
}

/** A time in which lines may be missing, or are said to be complete. */
function GapRow({ line }: { line: LogLine }) {
  const look = line.level === 'warning' ? 'bg-attention-soft text-attention' : 'text-quiet';
  return (
    <div
      data-testid="log-gap"
      className={`flex h-5 items-center gap-3 px-4 font-mono text-sm whitespace-pre ${look}`}
      title={line.message}
    >
      <span className="shrink-0">{clockText(line.at)}</span>
      <span className="min-w-0 flex-1 truncate">— {line.message}</span>
    </div>
  );
}

export interface RowProps {
  line: LogLine;
  selected: boolean;
  /** All of it, over as many rows as it takes. */
  whole: boolean;
  find: Finder | null;
  /** Of the writer's name. */
  tint: string;
}

/** One line of the log. Cheap to draw: a list that is scrolled makes many of them. */
export const LogRow = memo(function LogRow({ line, selected, whole, find, tint }: RowProps) {
  if (line.gap) return <GapRow line={line} />;
  const { word, look } = LEVEL[line.level];
  const end = line.message.indexOf('\n');
  const more = end < 0 || whole ? 0 : line.message.split('\n').length - 1;
  const text = whole
    ? line.message
    : line.message.slice(0, end < 0 ? SHOWN_CHARACTERS : Math.min(end, SHOWN_CHARACTERS));
  return (
    <div
      data-testid="log-line"
      data-level={line.level}
      className={`flex gap-3 px-4 font-mono text-sm/5 ${whole ? 'items-start' : 'h-5 items-center whitespace-pre'} ${selected ? 'bg-selected' : 'hover:bg-hover'}`}
    >
      <span className="shrink-0 text-quiet">{clockText(line.at)}</span>
      <span className={`w-26 shrink-0 truncate ${tint}`}>
        <PlainText text={line.service} />
      </span>
      <span className={`w-10 shrink-0 ${look}`}>{word}</span>
      <span className={`min-w-0 ${whole ? 'break-words whitespace-pre-wrap' : 'truncate'}`}>
        <Marked text={text} find={find} />
      </span>
      {more > 0 ? (
        <span className="shrink-0 text-xs text-quiet">
          +{more} {more === 1 ? 'line' : 'lines'}
        </span>
      ) : null}
    </div>
  );
});
