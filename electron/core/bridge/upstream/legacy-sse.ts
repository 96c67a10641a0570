import type { Route } from '../../link/transport.ts';
import { UpstreamFailure, cutFailure, timeoutFailure } from '../failure.ts';
import type { Received } from '../reply.ts';
import { HttpLane, STREAM_ONLY } from './http-lane.ts';
import type { InnerOptions } from './inner.ts';
import { restored } from './inner.ts';
import type { SessionFacts } from './session-facts.ts';
import { closedFailure, factsOf, sameOrigin } from './session-facts.ts';
import type { SendOptions, UpstreamSession } from './upstream-session.ts';
import { WrongEra } from './wrong-era.ts';

const OPEN_MS = 20_000;
const POST_MS = 20_000;
/** An answer may still come on the stream although the POST was cut. */
const AFTER_CUT_MS = 5000;
const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 30_000;
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

interface Waiting {
  done(answer: Received): void;
  fail(error: unknown): void;
}

interface Session {
  stop: AbortController;
  /** Where messages are sent, of the same origin as the stream. */
  path: string;
  origin: string;
  facts: SessionFacts | undefined;
  waiting: Map<string, Waiting>;
}

export interface SseOptions extends InnerOptions {
  newId(): number;
}

/**
 * A session over HTTP+SSE (revision 2024-11-05): one stream brings everything, messages are sent to the address that
 * its first event names. A stream that breaks ends the session; a new one is opened, and nothing is sent again.
 */
export class SseUpstream implements UpstreamSession {
  readonly #o: SseOptions;
  readonly #http: HttpLane;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #closed = false;
  #opened = 0;
  #retryMs = RETRY_FIRST_MS;
  #cancelRetry: (() => void) | undefined;
  #answeredAt = -Infinity;

  constructor(options: SseOptions) {
    this.#o = options;
    this.#http = new HttpLane(options.link, options.clock);
  }

  get facts(): SessionFacts | undefined {
    return this.#session?.facts;
  }

  newId(): number {
    return this.#o.newId();
  }

  async open(): Promise<SessionFacts> {
    return (await this.#ready()).facts as SessionFacts;
  }

  /** A ping, unless the server sent something within the last 5 s. Throws UpstreamFailure `unsent`. */
  async verify(timeoutMs: number): Promise<void> {
    const session = await this.#ready();
    if (this.#o.clock.monotonic() - this.#answeredAt < 5000) return;
    const id = this.newId();
    try {
      await this.#ask(session, id, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`, { timeoutMs });
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      if (this.#session === session) throw new UpstreamFailure('unsent', error.error);
      await this.#ready();
    }
  }

  async request(id: number, body: string, options: SendOptions): Promise<Received> {
    const session = await this.#ready();
    return await this.#ask(session, id, body, options);
  }

  async notify(body: string): Promise<void> {
    const session = await this.#ready();
    await this.#post(session, body, {});
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#session?.stop.abort();
    this.#session = undefined;
    return Promise.resolve();
  }

  #ready(): Promise<Session> {
    if (this.#closed) return Promise.reject(closedFailure());
    const url = this.#o.link.transport?.route({ to: 'mcp' })?.url;
    const session = this.#session;
    // where the link goes another way now, nobody knows this session
    if (session && url && url.origin !== session.origin) this.#end(session);
    else if (session) return Promise.resolve(session);
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #open(): Promise<Session> {
    this.#cancelRetry?.();
    try {
      const session = await this.#connect(await this.#http.route());
      const id = this.newId();
      const answer = await this.#ask(session, id, this.#o.initialize(id), { timeoutMs: OPEN_MS });
      session.facts = factsOf(answer);
      await this.#post(session, INITIALIZED, {});
      if (this.#closed || session.stop.signal.aborted) throw closedFailure();
      this.#session = session;
      this.#retryMs = RETRY_FIRST_MS;
      await restored(this.#o, this.#opened++ > 0);
      return session;
    } catch (error) {
      // nothing of the client's was in it, so whatever happened to it is no unknown outcome
      if (error instanceof WrongEra || !(error instanceof UpstreamFailure)) throw error;
      throw new UpstreamFailure('unsent', error.error);
    }
  }

  /** Opens the stream and waits for the address to send to. */
  async #connect(route: Route): Promise<Session> {
    const session: Session = {
      stop: new AbortController(),
      path: '',
      origin: route.url.origin,
      facts: undefined,
      waiting: new Map(),
    };
    const { promise: named, resolve, reject } = Promise.withResolvers<string>();
    const cancel = this.#o.clock.after(OPEN_MS, () => reject(timeoutFailure(OPEN_MS, true)));
    const stream = this.#http.run(route, STREAM_ONLY, {
      method: 'GET',
      signal: session.stop.signal,
      onEvent: (event, data) => {
        if (event !== 'endpoint' || session.path !== '') return;
        try {
          const path = sameOrigin(route.url, route.url.pathname, data, 0);
          session.path = path;
          resolve(path);
        } catch (error) {
          reject(error);
        }
      },
      onMessage: (message) => this.#take(session, message),
    });
    void stream.then(
      () => {
        reject(cutFailure(new Error('the stream ended'), true, route.url.host));
        this.#broken(session, route, undefined);
      },
      (error: unknown) => {
        const isRefused = error instanceof UpstreamFailure && error.fate === 'refused';
        reject(isRefused ? new WrongEra('unsent', error) : (error as Error));
        this.#broken(session, route, error);
      },
    );
    try {
      await named;
      return session;
    } catch (error) {
      session.stop.abort();
      throw error;
    } finally {
      cancel();
    }
  }

  #take(session: Session, message: Received): void {
    this.#answeredAt = this.#o.clock.monotonic();
    if (message.kind !== 'response') {
      if (this.#session === session || session.facts) this.#o.onServerMessage(message);
      return;
    }
    const waiting = session.waiting.get(message.id);
    session.waiting.delete(message.id);
    waiting?.done(message);
  }

  /** The stream has ended: nobody can say what became of what waits, and a new session is opened. */
  #broken(session: Session, route: Route, cause: unknown): void {
    const error = cutFailure(cause ?? new Error('the stream ended'), true, route.url.host);
    session.stop.abort();
    for (const waiting of session.waiting.values()) waiting.fail(error);
    session.waiting.clear();
    this.#forget(session);
  }

  #end(session: Session): void {
    this.#forget(session);
    session.stop.abort();
  }

  #forget(session: Session): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#again();
  }

  #again(): void {
    if (this.#closed) return;
    this.#cancelRetry?.();
    this.#cancelRetry = this.#o.clock.after(this.#retryMs, () => {
      this.#retryMs = Math.min(RETRY_LAST_MS, this.#retryMs * 2);
      this.#ready().catch((error: unknown) => {
        if (!(error instanceof WrongEra)) this.#again();
      });
    });
  }

  async #ask(session: Session, id: number, body: string, options: SendOptions): Promise<Received> {
    const { promise, resolve: done, reject: fail } = Promise.withResolvers<Received>();
    promise.catch(() => {});
    session.waiting.set(String(id), { done, fail });
    const { timeoutMs, signal, headers = {} } = options;
    const abort = () => fail(cutFailure(new Error('cancelled'), true, 'the server'));
    const cancels = [this.#o.clock.after(timeoutMs, () => fail(timeoutFailure(timeoutMs, true)))];
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    void this.#post(session, body, headers).catch((error: unknown) => {
      const isLost = error instanceof UpstreamFailure && error.fate === 'lost' && !error.sessionLost;
      if (isLost && !session.stop.signal.aborted)
        cancels.push(this.#o.clock.after(AFTER_CUT_MS, () => fail(error)));
      else fail(error);
    });
    try {
      return await promise;
    } finally {
      for (const cancel of cancels) cancel();
      signal?.removeEventListener('abort', abort);
      session.waiting.delete(String(id));
    }
  }

  async #post(session: Session, body: string, headers: Record<string, string>): Promise<void> {
    const route = await this.#http.route();
    if (route.url.origin !== session.origin) {
      this.#end(session);
      throw cutFailure(new Error('the link has changed'), false, route.url.host);
    }
    try {
      await this.#http.run(route, headers, {
        method: 'POST',
        to: session.path,
        body,
        timeoutMs: POST_MS,
        acceptOnly: true,
        hadSession: true,
        onMessage: () => {},
      });
    } catch (error) {
      // the server has forgotten this session: its stream brings nothing any more
      if (error instanceof UpstreamFailure && error.sessionLost) this.#end(session);
      throw error;
    }
  }
}
