import { members } from '../../../stub/envelope.ts';
import type { LinkHandle } from '../../link/transport.ts';
import type { Clock } from '../../ports.ts';
import { UpstreamFailure, timeoutFailure } from '../failure.ts';
import type { Received } from '../reply.ts';
import { textOf } from '../reply.ts';
import { errorIn, received } from './modern-answer.ts';
import { META } from './modern-body.ts';
import { serverFault } from './input-rounds.ts';

const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 30_000;
const ACKNOWLEDGE_MS = 10_000;

export interface ListenOptions {
  clock: Clock;
  link: LinkHandle;
  newId(): number;
  /** What the server can announce, as its capabilities say. */
  lists(): { toolsListChanged?: true; promptsListChanged?: true; resourcesListChanged?: true };
  /** Sends a request whose answer stays open; resolves when it has ended. */
  post(body: string, signal: AbortSignal, onMessage: (message: Received) => void): Promise<void>;
  onMessage(message: Received): void;
}

interface Stream {
  id: number;
  stop: AbortController;
  isAcknowledged: boolean;
  isFutile: boolean;
}

/**
 * The one `subscriptions/listen` stream of a session, in place of the GET stream and of resources/subscribe. Opened
 * again under a new id when it breaks or when the filter changes; the old one goes when the new one is acknowledged.
 */
export class ListenStream {
  readonly #o: ListenOptions;
  readonly #uris = new Set<string>();
  #stream: Stream | undefined;
  #closed = false;
  #retryMs = RETRY_FIRST_MS;
  #wasOpen = false;
  #cancelWait: (() => void) | undefined;
  readonly #unsubscribe: () => void;

  constructor(options: ListenOptions) {
    this.#o = options;
    // a link that comes back ends the wait
    this.#unsubscribe = options.link.onChange(() => {
      if (this.#cancelWait && options.link.transport) this.#again(0);
    });
  }

  /** Opens it where the server announces anything. */
  start(): void {
    if (!this.#stream && Object.keys(this.#o.lists()).length > 0) this.#open().catch(() => {});
  }

  /** Throws UpstreamFailure where the server does not take it. */
  async subscribe(uri: string): Promise<void> {
    if (this.#uris.has(uri) && this.#stream?.isAcknowledged) return;
    this.#uris.add(uri);
    // where the connection fails it stays wanted: the stream is opened again with it
    const granted = await this.#open();
    if (granted.includes(uri)) return;
    this.#uris.delete(uri);
    throw serverFault('The server does not announce changes of this resource.');
  }

  async unsubscribe(uri: string): Promise<void> {
    if (!this.#uris.delete(uri)) return;
    const isNeeded = this.#uris.size > 0 || Object.keys(this.#o.lists()).length > 0;
    if (isNeeded) await this.#open();
    else this.#drop();
  }

  close(): void {
    this.#closed = true;
    this.#unsubscribe();
    this.#drop();
  }

  #drop(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#stream?.stop.abort();
    this.#stream = undefined;
  }

  /** The URIs that the server announces changes of. */
  async #open(): Promise<readonly unknown[]> {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    const previous = this.#stream;
    const stream: Stream = {
      id: this.#o.newId(),
      stop: new AbortController(),
      isAcknowledged: false,
      isFutile: false,
    };
    this.#stream = stream;
    const filter = {
      ...this.#o.lists(),
      ...(this.#uris.size > 0 ? { resourceSubscriptions: [...this.#uris] } : {}),
    };
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: stream.id,
      method: 'subscriptions/listen',
      params: { notifications: filter },
    });
    const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
    promise.catch(() => {});
    const cancelTimer = this.#o.clock.after(ACKNOWLEDGE_MS, () =>
      reject(timeoutFailure(ACKNOWLEDGE_MS, true)),
    );
    const ended = this.#o.post(body, stream.stop.signal, (message) => {
      const granted = this.#take(stream, message);
      if (!granted) return;
      previous?.stop.abort();
      resolve(granted);
    });
    void ended.then(
      () => this.#ended(stream, undefined, reject),
      (error: unknown) => this.#ended(stream, error, reject),
    );
    try {
      return await promise;
    } finally {
      cancelTimer();
      previous?.stop.abort();
    }
  }

  /** One message of the stream; what the acknowledgement grants, where it is that. */
  #take(stream: Stream, message: Received): readonly unknown[] | undefined {
    if (this.#closed || stream.stop.signal.aborted) return undefined;
    if (message.kind === 'response') {
      const code = errorIn(message)?.code;
      stream.isFutile ||= code === -32601 || code === -32602;
      return undefined;
    }
    const params = (message.value?.['params'] ?? {}) as Record<string, unknown>;
    const id = (params['_meta'] as Record<string, unknown> | undefined)?.[`${META}subscriptionId`];
    if (message.kind === 'request' || (id !== undefined && id !== stream.id)) return undefined;
    if (message.method === 'notifications/subscriptions/acknowledged')
      return this.#acknowledged(stream, params);
    if (message.method !== 'notifications/cancelled') this.#o.onMessage(withoutSubscriptionId(message));
    return undefined;
  }

  #acknowledged(stream: Stream, params: Record<string, unknown>): readonly unknown[] {
    const granted = (params['notifications'] ?? {}) as Record<string, unknown>;
    stream.isAcknowledged = true;
    // a server that grants nothing ends the stream at once: asking again would change nothing
    stream.isFutile = Object.values(granted).every(
      (one) => one === false || (Array.isArray(one) && one.length === 0),
    );
    this.#retryMs = RETRY_FIRST_MS;
    if (this.#wasOpen && this.#o.lists().toolsListChanged)
      // what changed while there was no stream was announced to nobody
      this.#o.onMessage(received('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'));
    this.#wasOpen = false;
    const uris = granted['resourceSubscriptions'];
    return Array.isArray(uris) ? uris : [];
  }

  #ended(stream: Stream, error: unknown, reject: (error: Error) => void): void {
    reject(error instanceof Error ? error : serverFault('The server does not announce changes.'));
    if (this.#closed || this.#stream !== stream) return;
    this.#stream = undefined;
    if (stream.isFutile || (error instanceof UpstreamFailure && error.fate === 'refused')) return;
    this.#wasOpen ||= stream.isAcknowledged;
    this.#again(this.#retryMs);
    this.#retryMs = Math.min(RETRY_LAST_MS, this.#retryMs * 2);
  }

  #again(ms: number): void {
    if (this.#closed) return;
    this.#cancelWait?.();
    this.#cancelWait = this.#o.clock.after(ms, () => {
      this.#cancelWait = undefined;
      this.#open().catch(() => {});
    });
  }
}

/** The notification as the earlier eras have it: the id of a stream that its client never opened says nothing to it. */
function withoutSubscriptionId(message: Received): Received {
  const text = textOf(message);
  const params = members(text).get('params');
  const found = params && members(text, params.start);
  const meta = found?.get('_meta');
  if (!meta) return message;
  const kept: string[] = [];
  for (const [key, span] of members(text, meta.start))
    if (key !== `${META}subscriptionId`)
      kept.push(`${JSON.stringify(key)}:${text.slice(span.start, span.end)}`);
  return received(`${text.slice(0, meta.start)}{${kept.join(',')}}${text.slice(meta.end)}`);
}
