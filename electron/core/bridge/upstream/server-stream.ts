import type { LinkHandle } from '../../link/transport.ts';
import type { Clock } from '../../ports.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Exchange, Exchanged } from './http.ts';
import type { Received } from '../reply.ts';

const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 30_000;

export interface ServerStreamOptions {
  clock: Clock;
  link: LinkHandle;
  onMessage(message: Received): void;
  /** Starts the GET; undefined while there is no link. */
  open(
    extra: Pick<Exchange, 'onMessage' | 'onEventId' | 'onRetry' | 'signal'>,
    lastEventId: string | undefined,
  ): Promise<Exchanged> | undefined;
}

/**
 * The one GET stream of a session, for what the server says unasked. A server that does not offer it (400, 404,
 * 405) or that has one open already (409) is left alone; a stream that breaks is opened again.
 */
export class ServerStream {
  readonly #o: ServerStreamOptions;
  #stop: AbortController | undefined;
  #closed = false;
  #retryMs = RETRY_FIRST_MS;
  #asked: number | undefined;
  #lastEventId: string | undefined;
  #cancelWait: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(options: ServerStreamOptions) {
    this.#o = options;
  }

  start(): void {
    // a link that comes back ends the wait
    this.#unsubscribe = this.#o.link.onChange(() => {
      if (!this.#stop && this.#o.link.transport) this.#again(0);
    });
    void this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#cancelWait?.();
    this.#unsubscribe?.();
    this.#stop?.abort();
  }

  async #run(): Promise<void> {
    if (this.#closed || this.#stop) return;
    const stop = new AbortController();
    this.#asked = undefined;
    const opened = this.#o.open(
      {
        signal: stop.signal,
        onMessage: (message) => {
          this.#retryMs = RETRY_FIRST_MS;
          if (!this.#closed) this.#o.onMessage(message);
        },
        onEventId: (id) => (this.#lastEventId = id),
        onRetry: (ms) => (this.#asked = Math.min(ms, RETRY_LAST_MS)),
      },
      this.#lastEventId,
    );
    if (!opened) return;
    this.#stop = stop;
    try {
      await opened;
    } catch (error) {
      if (error instanceof UpstreamFailure && (error.fate === 'refused' || error.sessionLost)) return;
    } finally {
      this.#stop = undefined;
    }
    this.#again(this.#asked ?? this.#retryMs);
    this.#retryMs = Math.min(RETRY_LAST_MS, this.#retryMs * 2);
  }

  #again(ms: number): void {
    if (this.#closed) return;
    this.#cancelWait?.();
    this.#cancelWait = this.#o.clock.after(ms, () => void this.#run());
  }
}
