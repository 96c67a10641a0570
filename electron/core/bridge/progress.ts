import { members } from '../../stub/envelope.ts';
import type { Clock } from '../ports.ts';
import type { Pending } from './pending.ts';
import type { Received } from './reply.ts';
import { textOf } from './reply.ts';

const EVERY_MS = 5000;

/**
 * Tells a client that asked for progress every 5 s what it waits for, until the server's own progress begins.
 * Returns the stop.
 */
export function ownProgress(
  pending: Pending,
  tool: string,
  clock: Clock,
  tell: (line: string) => void,
): () => void {
  const { token } = pending;
  if (token === undefined) return () => {};
  let ticks = 0;
  let cancel = () => {};
  const tick = () => {
    if (pending.over || pending.progressSeen) return;
    ticks++;
    const what = pending.upstreamId === undefined ? 'waiting for a decision on' : 'waiting for';
    // thousandths: the server's own progress, should it begin, is then still an increase
    const params = `{"progressToken":${token},"progress":${ticks / 1000},"message":${JSON.stringify(`${what} ${tool}`)}}`;
    tell(`{"jsonrpc":"2.0","method":"notifications/progress","params":${params}}\n`);
    cancel = clock.after(EVERY_MS, tick);
  };
  cancel = clock.after(EVERY_MS, tick);
  return () => cancel();
}

/** Whether a progress notification of the server belongs to a request that still waits. */
export function progressWanted(message: Received, waiting: Iterable<Pending>): boolean {
  const text = textOf(message);
  const params = members(text).get('params');
  const span = params && members(text, params.start).get('progressToken');
  if (!span) return false;
  const token = text.slice(span.start, span.end);
  for (const pending of waiting)
    if (pending.token === token) {
      pending.progressSeen = true;
      return true;
    }
  return false;
}
