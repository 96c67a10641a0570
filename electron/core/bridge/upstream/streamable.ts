import { randomInt } from 'node:crypto';
import { UpstreamFailure, cutFailure } from '../failure.ts';
import { isModernError, rpcErrorOf } from './era.ts';
import { HttpLane, STREAM_ONLY } from './http-lane.ts';
import type { InnerOptions } from './inner.ts';
import { restored } from './inner.ts';
import { errorIn } from './modern-answer.ts';
import type { Received } from '../reply.ts';
import { ServerStream } from './server-stream.ts';
import type { SessionFacts } from './session-facts.ts';
import { closedFailure, factsOf } from './session-facts.ts';
import type { SendOptions, UpstreamSession } from './upstream-session.ts';
import { WrongEra } from './wrong-era.ts';

const INITIALIZE_MS = 20_000;

/** Statuses by which a server turns down `initialize` that is of another era (2026-07-28, backward compatibility). */
const OTHER_ERA = [400, 404, 405];

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
export class StreamableUpstream implements UpstreamSession {
  readonly #o: InnerOptions;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #closed = false;
  readonly #http: HttpLane;
  #opened = 0;
  #nextId = randomInt(2 ** 46);
  /** Monotonic time of the last answer within the present session. */
  #answeredAt = -Infinity;

  constructor(options: InnerOptions) {
    this.#o = options;
    this.#http = new HttpLane(options.link, options.clock);
  }

  /** A request id of our own, not used before in any session of this process (guarding against shared transports). */
  newId(): number {
    return this.#o.newId?.() ?? this.#nextId++;
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
      const isGone = error.sessionLost || error instanceof WrongEra;
      if (!isGone) throw new UpstreamFailure('unsent', error.error);
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
    if (session) await this.#delete(session);
  }

  async #delete(session: Session): Promise<void> {
    const route = this.#o.link.transport?.route({ to: 'mcp' });
    if (session.id === undefined || !route) return;
    const gone = this.#http.run(route, session.headers, {
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
    let refused = 0;
    const route = await this.#http.route();
    const { 'mcp-session-id': given } = (
      await this.#http
        .run(
          route,
          {},
          {
            method: 'POST',
            body: this.#o.initialize(id),
            timeoutMs: INITIALIZE_MS,
            onMessage: (message) => {
              if (message.kind === 'response' && message.id === String(id)) answer = message;
            },
            onRefused: (status) => (refused = status),
          },
        )
        .catch((error: unknown) => {
          if (!(error instanceof UpstreamFailure)) throw error;
          if (OTHER_ERA.includes(refused)) throw new WrongEra('unsent', error, true);
          // nothing of the client's was in it, so whatever happened to it is no unknown outcome
          throw new UpstreamFailure('unsent', error.error);
        })
    ).headers;
    if (typeof given === 'string' && /^[\x21-\x7e]{1,512}$/.test(given)) sessionId = given;
    const facts = beginning(answer);
    if (sessionId === undefined) await this.#o.withoutSession?.();
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
    if (this.#closed) {
      void this.#delete(session);
      throw closedFailure();
    }
    this.#session = session;
    this.#answeredAt = this.#o.clock.monotonic();
    this.#opened++;
    session.stream.start();
    await restored(this.#o, this.#opened > 1);
    return session;
  }

  #streamFor(headers: Record<string, string>): ServerStream {
    return new ServerStream({
      clock: this.#o.clock,
      link: this.#o.link,
      onMessage: (message) => {
        // answers come on their own request only: one on this stream could forge the answer to another
        if (message.kind !== 'response') this.#o.onServerMessage(message);
      },
      open: (extra, lastEventId) => {
        const route = this.#o.link.transport?.route({ to: 'mcp' });
        if (!route) return undefined;
        const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
        return this.#http.run(route, { ...headers, ...STREAM_ONLY, ...resume }, { method: 'GET', ...extra });
      },
    });
  }

  async #ask(session: Session, id: string, body: string, options: SendOptions): Promise<Received> {
    let answer: Received | undefined;
    let settle: (message: Received) => void = () => {};
    const early = new Promise<Received>((resolve) => (settle = resolve));
    const finished = this.#exchange(session, body, options, (message) => {
      if (message.kind !== 'response') this.#o.onServerMessage(message, id);
      else if (message.id === id && !answer) {
        answer = message;
        // under a refusing status it says that the server speaks another revision now, which is known a turn later
        if (isModernError(errorIn(message))) setImmediate(() => settle(message));
        else settle(message);
      }
    }).then(
      () => {
        if (answer) return answer;
        throw cutFailure(new Error('the answer ended without a result'), true, 'the server');
      },
      (error: unknown) => {
        if (answer && !(error instanceof WrongEra)) return answer;
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
    const route = await this.#http.route();
    let lastEvent: string | undefined;
    let retryMs = 500;
    let answered = false;
    let isModern = false;
    const listen = {
      onMessage: (message: Received) => {
        if (message.kind === 'response') answered = true;
        this.#answeredAt = this.#o.clock.monotonic();
        onMessage(message);
      },
      onEventId: (eventId: string) => (lastEvent = eventId),
      onRetry: (ms: number) => (retryMs = Math.min(ms, 30_000)),
      onRefused: (_status: number, said: string) => (isModern = isModernError(rpcErrorOf(said))),
    };
    const headers = options.headers ? { ...session.headers, ...options.headers } : session.headers;
    const started = this.#o.clock.monotonic();
    let fault: unknown;
    try {
      await this.#http.run(route, headers, {
        method: 'POST',
        body,
        ...options,
        ...listen,
        hadSession: session.id !== undefined,
      });
    } catch (error) {
      fault = isModern && error instanceof UpstreamFailure ? new WrongEra('refused', error) : error;
      if (fault instanceof UpstreamFailure && (fault.sessionLost || isModern)) this.#forget(session);
    }
    const resumable = lastEvent !== undefined && !answered && options.signal?.aborted !== true;
    if (resumable && !(fault instanceof UpstreamFailure && fault.error.code === 'MCP_TIMEOUT')) {
      const left = () => options.timeoutMs - (this.#o.clock.monotonic() - started);
      await this.#http.resume(
        session.headers,
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

  #forget(session: Session): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    session.stream.close();
  }
}

/** What initialize taught. A server that answers it with an error may speak another revision all the same. */
function beginning(answer: Received | undefined): SessionFacts {
  try {
    return factsOf(answer);
  } catch (error) {
    const isOther = error instanceof UpstreamFailure && errorIn(answer) !== undefined;
    throw isOther ? new WrongEra('unsent', error) : error;
  }
}
