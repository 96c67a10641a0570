import type { ReactNode } from 'react';
import { awaited, carries } from '../../electron/contract/awaited.ts';
import { STALE_MS } from '../../electron/contract/freshness.ts';
import type { Known, Reading, Source } from '../../electron/contract/models.ts';
import { presentLink } from '../../electron/contract/present.ts';
import { useFromNow, useProfile } from '../api/app-context.tsx';
import { Age, useStale } from './age.tsx';
import { Empty, Note, Waiting } from './panel.tsx';
import { PlainText } from './plain-text.tsx';
import { sentence } from './sentence.ts';

const KINDS: Record<Source['kind'], string> = {
  'mcp-resource': 'MCP',
  'mcp-tool': 'MCP tool',
  rest: 'REST',
  probe: 'probe',
  ssh: 'SSH',
};

export function SourceText({ source }: { source: Source }) {
  return (
    <span className="truncate" title={`${source.kind}: ${source.ref}`}>
      {KINDS[source.kind]} <PlainText text={source.ref} />
    </span>
  );
}

/** What a reading offers to draw: the value, or the last known one to be greyed. */
export function shown<T>(reading: Reading<T>): { value: T; known: Omit<Known<T>, 'state'> } | null {
  const known = reading.state === 'known' ? reading : reading.last;
  return known === null ? null : { value: known.value, known };
}

/** Whether the drawn value is not current: unknown now, or too old. */
export function useReadingStale(reading: Reading<unknown>): boolean {
  const old = useStale(reading.state === 'known' ? reading.receivedAt : null, STALE_MS);
  return reading.state === 'unknown' || old;
}

/** What a value that was never received waits for; null where nothing is on its way. */
export function useAwaited(reading: Reading<unknown>): string | null {
  return useProfile((p) => awaited(reading, p.link)) ?? null;
}

/** Age and, where there is room, the source of a reading. */
export function ReadingAge({ reading, source = false }: { reading: Reading<unknown>; source?: boolean }) {
  const stale = useReadingStale(reading);
  const waits = useAwaited(reading);
  const known = reading.state === 'known' ? reading : reading.last;
  if (known === null) return waits === null ? <span className="text-unknown">never received</span> : null;
  return (
    <span className="flex min-w-0 items-center gap-2" data-testid="reading-age">
      {source ? <SourceText source={known.source} /> : null}
      <span className={stale ? 'font-medium' : ''}>
        <Age at={known.receivedAt} before={stale ? 'stale, ' : ''} />
      </span>
    </span>
  );
}

/** Why it is unknown, as one sentence: while the link is away that is the reason of everything, and told in full elsewhere. */
function useReason(reading: Reading<unknown>): string {
  const link = useProfile((p) => p.link);
  const label = useFromNow((now) => (link === undefined ? '' : presentLink(link, now).label));
  if (link !== undefined && !carries(link)) return `The link is ${label.toLowerCase()}.`;
  return reading.state === 'unknown' ? sentence(reading.reason) : '';
}

/** Says why a reading that is drawn greyed is unknown; nothing while it is known or was never received. */
export function UnknownNote({ reading, what }: { reading: Reading<unknown>; what: string }): ReactNode {
  const reason = useReason(reading);
  if (reading.state === 'known' || reading.last === null) return null;
  return (
    <Note inline tone="unknown" title={`${what} unknown. ${reason}`} testId="unknown">
      <Age at={reading.last.receivedAt} before="Greyed below: received " />
    </Note>
  );
}

/** Stands where a value would, had one been received: on its way, or not known with the reason. */
export function NeverReceived(props: {
  reading: Reading<unknown>;
  /** e.g. `Positions are`. */
  what: string;
  lines?: number;
  /** In a panel without room at its sides. */
  flush?: boolean;
  /** What else is to be said where it is not known. */
  children?: ReactNode;
}): ReactNode {
  const { reading, what, lines = 4, flush = false, children } = props;
  const waits = useAwaited(reading);
  const reason = useReason(reading);
  if (waits !== null)
    return (
      <div className={flush ? 'px-4' : ''}>
        <Waiting lines={lines} label={`${waits}…`} />
      </div>
    );
  return (
    <div data-testid="unknown" className="h-full">
      <Empty title={`${what} not known`}>
        <PlainText text={reason} /> {children}
      </Empty>
    </div>
  );
}

/** The same in one line, for a small place. */
export function NotKnown({ reading }: { reading: Reading<unknown> }) {
  const waits = useAwaited(reading);
  const reason = useReason(reading);
  return (
    <p className="text-sm break-words text-quiet">
      {waits === null ? <PlainText text={`Not known. ${reason}`} /> : `${waits}…`}
    </p>
  );
}
