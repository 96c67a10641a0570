import type { Readable } from 'node:stream';

/** An SSH server greets first, at once (RFC 4253, 4.2); other lines may come before its `SSH-…`. */
const MAX_KEPT = 1 << 10;

export interface Greeting {
  /** What the server said first; undefined while it has said nothing. */
  readonly said: Buffer | undefined;
  stop(): void;
}

/** Listens for a server's greeting and calls `missing` once where none came within `limitMs`. Consumes nothing. */
export function awaitGreeting(stream: Readable, limitMs: number, missing: () => void): Greeting {
  let said: Buffer | undefined;
  const stop = () => {
    clearTimeout(timer);
    stream.off('data', hear);
  };
  const hear = (part: Buffer) => {
    said = Buffer.concat([said ?? Buffer.alloc(0), part]).subarray(0, MAX_KEPT);
    if (said.includes('SSH-')) stop();
  };
  const timer = setTimeout(() => {
    stop();
    missing();
  }, limitMs).unref();
  stream.on('data', hear);
  return {
    get said() {
      return said;
    },
    stop,
  };
}
