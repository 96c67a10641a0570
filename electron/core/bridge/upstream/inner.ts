import type { LinkHandle } from '../../link/transport.ts';
import type { Clock, Log } from '../../ports.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Received } from '../reply.ts';

/** What a session of any era is made with. */
export interface InnerOptions {
  link: LinkHandle;
  clock: Clock;
  log: Log;
  /** The `initialize` message to open a session with, under the given id; it also says who the client is. */
  initialize(id: number): string;
  /** Requests and notifications of the server, in the order they came; `during`: the id of the request on whose stream it came. */
  onServerMessage(message: Received, during?: string): void;
  /** Called after each new session, before waiting messages go out: restores subscriptions and log level. */
  restore?(again: boolean): Promise<void>;
  /** Called before a session without an id is taken; throws where the server is better spoken to in another era. */
  withoutSession?(): Promise<void>;
  /** Ids of requests, shared by all sessions that follow one another. */
  newId?(): number;
}

const RESTORE_MS = 15_000;

/** A server that takes no request of a new session must not keep it from ever being ready. */
export async function restored(options: InnerOptions, again: boolean): Promise<void> {
  let cancel = () => {};
  const late = new Promise<void>((resolve) => (cancel = options.clock.after(RESTORE_MS, resolve)));
  await Promise.race([options.restore?.(again), late]);
  cancel();
}

/** Undefined where the server did not answer it as it should: another era may still work. */
export const unlessFailed = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof UpstreamFailure) return undefined;
    throw error;
  });
