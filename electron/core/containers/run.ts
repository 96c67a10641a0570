import type { Readable } from 'node:stream';
import type { Transport } from '../link/transport.ts';
import type { Clock } from '../ports.ts';

/** How a command of ours on the droplet ended; `code` null: killed, out of time, or the connection was lost. */
export interface RunEnd {
  code: number | null;
  out: string;
  err: string;
  timedOut: boolean;
}

const MOST_BYTES = 512 << 10;

function gathered(stream: Readable): () => string {
  const parts: Buffer[] = [];
  let size = 0;
  stream.on('data', (part: Buffer) => {
    // the rest is read and dropped, so that the command does not wait for us
    if (size < MOST_BYTES) parts.push(part);
    size += part.length;
  });
  stream.on('error', () => undefined);
  return () => Buffer.concat(parts).subarray(0, MOST_BYTES).toString('utf8');
}

/** Runs one of our fixed commands to its end, `ms` at most. Rejects where it could not be started. */
export async function runToEnd(
  transport: Transport,
  command: string,
  clock: Clock,
  ms: number,
): Promise<RunEnd> {
  if (!transport.exec) throw new Error('This link runs no commands.');
  const running = await transport.exec(command);
  const out = gathered(running.stdout);
  const err = gathered(running.stderr);
  let timedOut = false;
  const cancel = clock.after(ms, () => {
    timedOut = true;
    running.kill();
  });
  const code = await running.exited;
  cancel();
  return { code: timedOut ? null : code, out: out(), err: err(), timedOut };
}

/** The last line of what a command said, for people. */
export function lastWords({ err, out }: RunEnd): string {
  const line = (err.trim() || out.trim()).split('\n').at(-1)?.trim() ?? '';
  // oxlint-disable-next-line no-control-regex -- colours and cursor movements of a terminal
  return line.replaceAll(/\u001B\[[0-9;?]*[A-Za-z]/g, '').slice(0, 200);
}
