import type { Route } from '../../link/transport.ts';
import type { Clock, Log } from '../../ports.ts';
import { UpstreamFailure, cutFailure, timeoutFailure } from '../failure.ts';
import type { Received } from '../reply.ts';
import type { EraMemory, RpcError } from './era.ts';
import { isModernError, rpcErrorOf } from './era.ts';
import type { HttpLane } from './http-lane.ts';
import { serverFault } from './input-rounds.ts';
import { errorAnswer, errorIn, learnTools } from './modern-answer.ts';
import type { Outgoing, PerRequest } from './modern-body.ts';
import { outgoing, standardHeaders, withMeta, withOtherId } from './modern-body.ts';
import { paramHeaderValues } from './param-headers.ts';
import type { SendOptions } from './upstream-session.ts';
import { WrongEra } from './wrong-era.ts';

const LIST_MS = 10_000;
const MAX_PAGES = 20;
/** How a server of an earlier era turns down what it does not know (2026-07-28, backward compatibility). */
const OTHER_ERA = [400, 404, 405];

/** One request as it is sent: `closable` where its stream may be closed, which cancels it in this era. */
export interface Sending {
  id: number;
  /** The id that the caller knows it by. */
  callerId: number;
  message: Outgoing;
  options: SendOptions;
  closable: boolean;
  until: number;
}

interface Refusal {
  status: number;
  body: string;
}

/** An answer, and whether it says by its code and HTTP status that the request was not run. */
interface Posted {
  answer: Received;
  isTurnedAway: boolean;
}

export interface ModernLaneOptions {
  http: HttpLane;
  clock: Clock;
  log: Log;
  memory: EraMemory;
  who: PerRequest;
  newId(): number;
  onNotification(message: Received): void;
}

/** Single requests of 2026-07-28: their headers, their answer streams, and what the server says by HTTP status. */
export class ModernLane {
  readonly #o: ModernLaneOptions;
  /** Requests under way that may be closed, by the caller's id. */
  readonly #open = new Map<string, AbortController>();
  /** Monotonic time of the last answer. */
  answeredAt = -Infinity;

  constructor(options: ModernLaneOptions) {
    this.#o = options;
  }

  /** One request and its answer, without rounds. A read whose headers the server no longer takes goes out once more. */
  async send(sending: Sending): Promise<Received> {
    const { message, closable } = sending;
    const route = await this.#o.http.route();
    const headers = await this.#headersFor(route, message);
    const first = await this.#post(sending, route, headers);
    if (message.method === 'tools/list') return this.#learned(route, first.answer);
    if (message.method !== 'tools/call' || !first.isTurnedAway) return first.answer;
    const said = errorIn(first.answer);
    if (said?.code === -32020) await this.#learnAll(route);
    const fresh = await this.#headersFor(route, message);
    const mayFit = JSON.stringify(fresh) !== JSON.stringify(headers);
    if (!closable) throw turnedAway(said, mayFit);
    if (!mayFit) return first.answer;
    const id = this.#o.newId();
    const again = { ...sending, id, message: outgoing(withOtherId(message, id)) };
    return (await this.#post(again, route, fresh)).answer;
  }

  async #headersFor(route: Route, message: Outgoing): Promise<Record<string, string>> {
    const headers = standardHeaders(message);
    const { name } = message.params;
    if (message.method !== 'tools/call' || typeof name !== 'string') return headers;
    const tools = this.#o.memory.toolsOf(route.url);
    if (!tools.has(name)) {
      await this.#learnAll(route);
      if (!tools.has(name)) tools.set(name, []);
    }
    const marks = tools.get(name) ?? [];
    if ('fault' in marks) {
      const fault = `The definition of ${name} is against the specification (${marks.fault}).`;
      throw new UpstreamFailure('refused', serverFault(fault).error);
    }
    return { ...headers, ...paramHeaderValues(marks, message.params['arguments']) };
  }

  /** Reads the list of tools for their header marks; without it a call goes out without such headers. */
  async #learnAll(route: Route): Promise<void> {
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES; page++) {
      const id = this.#o.newId();
      const params = typeof cursor === 'string' ? { cursor } : {};
      const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params });
      const message = outgoing(withMeta(outgoing(body), this.#o.who));
      const until = this.#o.clock.monotonic() + LIST_MS;
      const sending = { id, callerId: id, message, options: { timeoutMs: LIST_MS }, closable: true, until };
      const posted = await this.#post(sending, route, standardHeaders(message)).catch(() => undefined);
      if (!posted) return;
      const result = this.#learned(route, posted.answer).value?.['result'] as
        { nextCursor?: unknown } | undefined;
      cursor = result?.nextCursor;
      if (typeof cursor !== 'string') return;
    }
  }

  #learned(route: Route, answer: Received): Received {
    return learnTools(answer, this.#o.memory.toolsOf(route.url), (tool, why) => {
      this.#o.log.warn('a tool is left out: its definition is against the specification', { tool, why });
    });
  }

  async #post(sending: Sending, route: Route, headers: Record<string, string>): Promise<Posted> {
    const { id, callerId, message, options, closable, until } = sending;
    const stop = new AbortController();
    const left = Math.max(1, until - this.#o.clock.monotonic());
    const signals = options.signal ? [stop.signal, options.signal] : [stop.signal];
    if (closable) this.#open.set(String(callerId), stop);
    let refusal: Refusal | undefined;
    const { promise: early, resolve, reject } = Promise.withResolvers<Posted>();
    early.catch(() => {});
    let answer: Received | undefined;
    const finished = this.#o.http
      .run(
        route,
        { ...headers, ...options.headers },
        {
          method: 'POST',
          body: message.text,
          // nothing but its own end closes the stream of a call that changes something
          ...(closable ? { signal: AbortSignal.any(signals), timeoutMs: left } : {}),
          onRefused: (status, body) => (refusal = { status, body }),
          onMessage: (message_) => {
            this.answeredAt = this.#o.clock.monotonic();
            if (message_.kind === 'notification') this.#o.onNotification(message_);
            else if (message_.kind === 'response' && message_.id === String(id) && !answer) {
              answer = message_;
              // an error is looked at with its HTTP status first, which is known a turn later
              if (errorIn(message_)) setImmediate(() => resolve(plainly(message_)));
              else resolve(plainly(message_));
            }
          },
        },
      )
      .then(
        () => {
          if (answer) return plainly(answer);
          throw cutFailure(new Error('the answer ended without a result'), true, 'the server');
        },
        (error: unknown) => this.#refused(sending, error, answer, refusal),
      );
    const cancel = closable ? () => {} : this.#o.clock.after(left, () => reject(timeoutFailure(left, true)));
    try {
      return await Promise.race([early, finished]);
    } finally {
      cancel();
      if (this.#open.get(String(callerId)) === stop) this.#open.delete(String(callerId));
    }
  }

  /** An answer that is no success: the server's JSON-RPC error where it gave one. */
  #refused(
    { id }: Sending,
    error: unknown,
    answer: Received | undefined,
    refusal: Refusal | undefined,
  ): Posted {
    if (!(error instanceof UpstreamFailure)) throw error;
    const said = errorIn(answer) ?? (refusal && rpcErrorOf(refusal.body));
    const isTurnedAway = isModernError(said) || (refusal?.status === 404 && said?.code === -32601);
    // a refusal that came before the server read our id is ours all the same: nothing else was in this exchange
    if (isTurnedAway)
      return { answer: answer ?? errorAnswer(id, Number(said?.code), wordsOf(said)), isTurnedAway };
    if (answer) return plainly(answer);
    const isOfAnotherEra = refusal !== undefined && OTHER_ERA.includes(refusal.status);
    throw isOfAnotherEra ? new WrongEra('refused', error) : error;
  }

  /** A request whose answer stays open until `signal` aborts or the server ends it. */
  async stream(body: string, signal: AbortSignal, onMessage: (message: Received) => void): Promise<void> {
    const message = outgoing(withMeta(outgoing(body), this.#o.who));
    await this.#o.http.run(await this.#o.http.route(), standardHeaders(message), {
      method: 'POST',
      body: message.text,
      signal,
      onMessage,
    });
  }

  /** Closes what may be closed of the request that the caller knows by this id, or of all. */
  cancel(callerId?: string): void {
    for (const [id, stop] of this.#open) if (callerId === undefined || callerId === id) stop.abort();
  }
}

const plainly = (answer: Received): Posted => ({ answer, isTurnedAway: false });

const wordsOf = (said: RpcError | undefined) =>
  typeof said?.message === 'string' ? said.message.slice(0, 300) : 'no reason given';

/** It was looked at and not run: the caller may say so for certain. `again`: another try may go well. */
const turnedAway = (said: RpcError | undefined, again: boolean) =>
  new UpstreamFailure('refused', serverFault(`The server turned it away: "${wordsOf(said)}".`).error, again);
