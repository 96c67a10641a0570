import type { ReactNode } from 'react';
import { STALE_MS } from '../../electron/contract/freshness.ts';
import type { Known, Reading, Source } from '../../electron/contract/models.ts';
import { Age, useStale } from './age.tsx';
import { Note } from './panel.tsx';
import { PlainText } from './plain-text.tsx';

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

/** Age and, where there is room, the source of a reading. */
export function ReadingAge({ reading, source = false }: { reading: Reading<unknown>; source?: boolean }) {
  const stale = useReadingStale(reading);
  const known = reading.state === 'known' ? reading : reading.last;
  if (known === null) return <span className="text-unknown">never received</span>;
  return (
    <span className="flex min-w-0 items-center gap-2" data-testid="reading-age">
      {source ? <SourceText source={known.source} /> : null}
      <span className={stale ? 'font-medium' : ''}>
        <Age at={known.receivedAt} before={stale ? 'stale, ' : ''} />
      </span>
    </span>
  );
}

/** Says why a reading is unknown; nothing while it is known. */
export function UnknownNote({ reading, what }: { reading: Reading<unknown>; what: string }): ReactNode {
  if (reading.state === 'known') return null;
  return (
    <Note inline tone="unknown" title={`${what} unknown: ${reading.reason}.`} testId="unknown">
      {reading.last === null ? (
        'Nothing was received yet, so nothing is shown.'
      ) : (
        <Age at={reading.last.receivedAt} before="Greyed below: received " />
      )}
    </Note>
  );
}
