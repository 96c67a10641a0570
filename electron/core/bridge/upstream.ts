import { randomInt } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';
import type { LinkHandle, Route } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import { UpstreamFailure, cutFailure } from './failure.ts';
import type { Exchange, Exchanged } from './http.ts';
import { exchangeMessages } from './http.ts';
import type { Received } from './reply.ts';
import { ServerStream } from './server-stream.ts';
import type { SessionFacts } from './session-facts.ts';
import { closedFailure, factsOf, sameOrigin } from './session-facts.ts';

const BASE_HEADERS = {
  'content-type': 'application/json',
  // both types literally: Python servers answer 406 to anything less
  accept: 'application/json, text/event-stream',
  'accept-encoding': 'identity',
};
const STREAM_ONLY = { accept: 'text/event-stream' };
const INITIALIZE_MS = 20_000;
/** How long a message waits for a link that is just coming back. */
const LINK_WAIT_MS = 1500;

export interface UpstreamOptions {
  link: LinkHandle;
  clock: Clock;
  log: Log;
  /** The `initialize` message to open a session with, under the given id. */
  initialize(id: number): string;
  /** Requests and notifications of the server, in the order they came. */
  onServerMessage(message: Received): void;
  /** Called after each new session, before waiting messages go out: restores subscriptions and log level. */
  restore?(again: boolean): Promise<void>;
}

export interface SendOptions {
  /** Milliseconds from sending to the end of the answer. */
  timeoutMs: number;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

interface Session {
  id: string | undefined;
  facts: SessionFacts;
  headers: Record<string, string>;
  stream: ServerStream;
}

/**
 * One session with a back end over Streamable HTTP (revisions 2025-03-26 to 2025-11-25), at message level: every
 * message is its own POST, bytes as given. Opened at the first message and again when the server lost it.
 */
export class Upstream {
  readonly #o: UpstreamOptions;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #closed = false;
  /** Where a redirect of this address led. */
  #moved: { from: string; path: string } | undefined;
  #opened = 0;
  #nextId = randomInt(2 ** 46);
  /** Monotonic time of the last answer within the present session. */
  #answeredAt = -Infinity;

  constructor(options: UpstreamOptions) {
    this.#o = options;
  }

  /** A request id of our own, not used before in any session of this process (guarding against shared transports). */
  newId(): number {
    return this.#nextId++;
  }

  get facts(): SessionFacts | undefined {
    return this.#session?.facts;
  }

  /** Opens the session if there is none. Throws UpstreamFailure. */
  async open(): Promise<SessionFacts> {
    return (await this.#ready()).facts;
  }

  /**
   * Makes sure that the session still lives before something that must not be lost is sent: unless the server
   * answered within the last 5 s, a ping asks it; a lost session is opened anew. Throws UpstreamFailure `unsent`.
   */
  async verify(timeoutMs: number): Promise<void> {
    if (!this.#session) {
      await this.#ready();
      return;
    }
    if (this.#o.clock.monotonic() - this.#answeredAt < 5000) return;
    const id = this.newId();
    try {
      await this.request(id, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`, { timeoutMs });
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      if (!error.sessionLost) throw new UpstreamFailure('unsent', error.error);
      await this.#ready();
    }
  }

  /** Sends one request and resolves with its answer. Throws UpstreamFailure; never sends twice. */
  async request(id: number, body: string, options: SendOptions): Promise<Received> {
    const session = this.#session ?? (await this.#ready());
    return await this.#ask(session, String(id), body, options);
  }

  /** Sends a notification or a response. Throws UpstreamFailure. */
  async notify(body: string): Promise<void> {
    const session = this.#session ?? (await this.#ready());
    await this.#exchange(session, body, { timeoutMs: INITIALIZE_MS }, () => {});
  }

  /** Ends the session: DELETE, at most 1 s, errors ignored. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const session = this.#session;
    this.#session = undefined;
    session?.stream.close();
    const route = this.#o.link.transport?.route({ to: 'mcp' });
    if (session?.id === undefined || !route) return;
    const gone = this.#run(route, session.headers, {
      method: 'DELETE',
      timeoutMs: 1000,
      onMessage: () => {},
    });
    await gone.catch(() => {});
  }

  #ready(): Promise<Session> {
    if (this.#closed) return Promise.reject(closedFailure());
    if (this.#session) return Promise.resolve(this.#session);
    this.#opening ??= this.#initialize().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #initialize(): Promise<Session> {
    const id = this.newId();
    let sessionId: string | undefined;
    let answer: Received | undefined;
    const route = await this.#route();
    const { 'mcp-session-id': given } = (
      await this.#run(
        route,
        {},
        {
          method: 'POST',
          body: this.#o.initialize(id),
          timeoutMs: INITIALIZE_MS,
          onMessage: (message) => {
            if (message.kind === 'response' && message.id === String(id)) answer = message;
          },
        },
      ).catch((error: unknown) => {
        // nothing of the client's was in it, so whatever happened to it is no unknown outcome
        throw error instanceof UpstreamFailure ? new UpstreamFailure('unsent', error.error) : error;
      })
    ).headers;
    if (typeof given === 'string' && /^[\x21-\x7e]{1,512}$/.test(given)) sessionId = given;
    const facts = factsOf(answer);
    const headers = {
      'mcp-protocol-version': facts.protocolVersion,
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    };
    const session: Session = { id: sessionId, facts, headers, stream: this.#streamFor(headers) };
    await this.#exchange(
      session,
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      { timeoutMs: INITIALIZE_MS },
      () => {},
    );
    if (this.#closed) throw closedFailure();
    this.#session = session;
    this.#answeredAt = this.#o.clock.monotonic();
    this.#opened++;
    session.stream.start();
    await this.#o.restore?.(this.#opened > 1);
    return session;
  }

  #streamFor(headers: Record<string, string>): ServerStream {
    return new ServerStream({
      clock: this.#o.clock,
      link: this.#o.link,
      onMessage: (message) => this.#o.onServerMessage(message),
      open: (extra, lastEventId) => {
        const route = this.#o.link.transport?.route({ to: 'mcp' });
        if (!route) return undefined;
        const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
        return this.#run(route, { ...headers, ...STREAM_ONLY, ...resume }, { method: 'GET', ...extra });
      },
    });
  }

  async #route(): Promise<Route> {
    const { link } = this.#o;
    const transport = link.transport ?? (await link.whenOpen(LINK_WAIT_MS));
    if (!transport)
      throw new UpstreamFailure(
        'unsent',
        new AppError(
          'LINK_NOT_CONNECTED',
          link.reason(),
          'Wait for the link, or connect in Catalyst Companion.',
        ),
      );
    const route = transport.route({ to: 'mcp' });
    if (route) return route;
    throw new UpstreamFailure(
      'unsent',
      new AppError(
        'LINK_NOT_CONNECTED',
        'This link does not reach the MCP server.',
        'Check the links of the profile.',
      ),
    );
  }

  async #ask(session: Session, id: string, body: string, options: SendOptions): Promise<Received> {
    let answer: Received | undefined;
    let settle: (message: Received) => void = () => {};
    const early = new Promise<Received>((resolve) => (settle = resolve));
    const finished = this.#exchange(session, body, options, (message) => {
      if (message.kind !== 'response') this.#o.onServerMessage(message);
      else if (message.id === id && !answer) {
        answer = message;
        settle(message);
      }
    }).then(
      () => {
        if (answer) return answer;
        throw cutFailure(new Error('the answer ended without a result'), true, 'the server');
      },
      (error: unknown) => {
        if (answer) return answer;
        throw error;
      },
    );
    return await Promise.race([early, finished]);
  }

  async #exchange(
    session: Session,
    body: string,
    options: SendOptions,
    onMessage: (message: Received) => void,
  ): Promise<void> {
    const route = await this.#route();
    let lastEvent: string | undefined;
    let retryMs = 500;
    let answered = false;
    const listen = {
      onMessage: (message: Received) => {
        if (message.kind === 'response') answered = true;
        this.#answeredAt = this.#o.clock.monotonic();
        onMessage(message);
      },
      onEventId: (eventId: string) => (lastEvent = eventId),
      onRetry: (ms: number) => (retryMs = Math.min(ms, 30_000)),
    };
    const headers = options.headers ? { ...session.headers, ...options.headers } : session.headers;
    const started = this.#o.clock.monotonic();
    let fault: unknown;
    try {
      await this.#run(route, headers, {
        method: 'POST',
        body,
        ...options,
        ...listen,
        hadSession: session.id !== undefined,
      });
    } catch (error) {
      if (error instanceof UpstreamFailure && error.sessionLost) this.#forget(session);
      fault = error;
    }
    const resumable = lastEvent !== undefined && !answered && options.signal?.aborted !== true;
    if (resumable && !(fault instanceof UpstreamFailure && fault.error.code === 'MCP_TIMEOUT')) {
      const left = () => options.timeoutMs - (this.#o.clock.monotonic() - started);
      await this.#resume(
        session,
        () => lastEvent as string,
        () => retryMs,
        left,
        listen,
        () => answered,
      );
      if (answered) return;
    }
    if (fault !== undefined) throw fault as Error;
  }

  /** A stream that ended before the answer is taken up again with its last event id (2025-11-25, SEP-1699). Nothing is sent twice. */
  async #resume(
    session: Session,
    lastEvent: () => string,
    retryMs: () => number,
    leftMs: () => number,
    listen: Pick<Exchange, 'onMessage' | 'onEventId' | 'onRetry'>,
    answered: () => boolean,
  ): Promise<void> {
    for (let tries = 0; tries < 5 && !answered() && leftMs() > 0; tries++) {
      await new Promise<void>((resolve) => void this.#o.clock.after(retryMs(), resolve));
      const route = this.#o.link.transport?.route({ to: 'mcp' });
      if (!route) continue;
      const before = lastEvent();
      try {
        await this.#run(
          route,
          { ...session.headers, ...STREAM_ONLY, 'last-event-id': before },
          { method: 'GET', timeoutMs: Math.max(1, leftMs()), ...listen },
        );
        if (lastEvent() !== before) tries = 0;
      } catch (error) {
        if (error instanceof UpstreamFailure && error.fate === 'refused') return;
      }
    }
  }

  #forget(session: Session): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    session.stream.close();
  }

  async #run(
    route: Route,
    headers: Record<string, string>,
    rest: Omit<Exchange, 'route' | 'path' | 'headers' | 'onHead' | 'hadSession'> & { hadSession?: boolean },
  ): Promise<Exchanged> {
    let path =
      this.#moved?.from === route.url.href ? this.#moved.path : route.url.pathname + route.url.search;
    const whole: Record<string, string> = { ...BASE_HEADERS, ...route.headers, ...headers };
    if (rest.body === undefined) delete whole['content-type'];
    else whole['content-length'] = String(Buffer.byteLength(rest.body));
    for (let hops = 0; ; hops++) {
      const done = await exchangeMessages({
        hadSession: false,
        ...rest,
        route,
        path,
        headers: whole,
        onHead: () => this.#o.link.proof(),
      });
      if (done.status !== 307 && done.status !== 308) return done;
      path = sameOrigin(route.url, path, done.headers.location, hops);
      this.#moved = { from: route.url.href, path };
    }
  }
}
