import { members } from '../../stub/envelope.ts';
import type { Clock } from '../ports.ts';
import type { Pieces } from './fit.ts';
import type { Asking, Pending } from './pending.ts';
import type { Received } from './reply.ts';
import { textOf } from './reply.ts';

const EVERY_MS = 5000;

/**
 * Tells a client that asked for progress every 5 s what it waits for, until the server's own progress begins.
 * Returns the stop.
 */
export function ownProgress(
  asking: Asking,
  pending: Pending,
  tool: string,
  clock: Clock,
  tell: (line: string) => void,
): () => void {
  const { token } = asking;
  if (token === undefined) return () => {};
  let ticks = 0;
  let cancel = () => {};
  const tick = () => {
    if (asking.over || pending.progressSeen) return;
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

/**
 * A progress notification of the server as the line for the client whose request still waits; undefined where none
 * does. It is marked with the token of the request that waits now, which may be a later one than the server knows.
 */
export function progressLine(message: Received, waiting: Iterable<Asking>): Pieces | undefined {
  const text = textOf(message);
  const params = members(text).get('params');
  const span = params && members(text, params.start).get('progressToken');
  if (!span) return undefined;
  const token = text.slice(span.start, span.end);
  for (const asking of waiting) {
    const { pending } = asking;
    if (pending?.token !== token) continue;
    pending.progressSeen = true;
    if (asking.token === token) return [...message.bytes, '\n'];
    if (asking.token === undefined) return undefined;
    return [text.slice(0, span.start), asking.token, text.slice(span.end), '\n'];
  }
  return undefined;
}
