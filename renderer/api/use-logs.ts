import { useEffect, useState, useSyncExternalStore } from 'react';
import type { LogView } from './log-buffer.ts';
import { LogBuffer } from './log-buffer.ts';
import type { LogFilter } from './log-filter.ts';
import { useApp, useMirror } from './app-context.tsx';
import type { Mirror } from './mirror.ts';
import { errorShape } from './client.ts';

const TAIL = 50_000;
const AGAIN_MS = 1_000;

/** Follows a profile's log into the buffer until the signal, again and again after cuts; what is here is not sent again. */
async function followInto(
  buffer: LogBuffer,
  from: { mirror: Mirror; profile: string },
  signal: AbortSignal,
  onProblem: (text: string | null) => void,
): Promise<void> {
  const stopped = () => signal.aborted;
  while (!stopped()) {
    try {
      const { after } = buffer;
      const asked = { profile: from.profile, tail: TAIL, ...(after && { after }) };
      const batches = await from.mirror.client?.logs.follow(asked, { signal });
      onProblem(null);
      let first = true;
      for await (const batch of batches ?? []) {
        if (first) buffer.begin(batch);
        first = false;
        buffer.add(batch);
      }
    } catch (error) {
      if (stopped()) return;
      onProblem(errorShape(error).message);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/**
 * The live log of a profile while this is mounted; begins again by itself after a cut of the connection. The
 * caller is keyed by profile, so that lines of two back ends never mix.
 */
export function useLogs(profile: string, filter: LogFilter): { view: LogView; problem: string | null } {
  const { mirror } = useApp();
  const open = useMirror((s) => s.connection === 'open');
  const [buffer] = useState(() => new LogBuffer());
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => buffer.setFilter(filter), [buffer, filter]);

  useEffect(() => {
    const stop = new AbortController();
    if (open) void followInto(buffer, { mirror, profile }, stop.signal, setProblem);
    return () => stop.abort();
  }, [mirror, buffer, profile, open]);

  return { view: useSyncExternalStore(buffer.subscribe, buffer.view), problem };
}
