import { UpstreamFailure } from '../failure.ts';
import type { Received } from '../reply.ts';
import { discover } from './discover.ts';
import type { EraMemory } from './era.ts';
import { HttpLane } from './http-lane.ts';
import type { InnerOptions } from './inner.ts';
import { restored } from './inner.ts';
import { InputRounds, MAX_ROUNDS, askedBy, serverFault } from './input-rounds.ts';
import { ListenStream } from './listen.ts';
import {
  errorAnswer,
  errorIn,
  legacyError,
  received,
  resultType,
  unknownKind,
  withoutResultType,
} from './modern-answer.ts';
import type { Sending } from './modern-lane.ts';
import { ModernLane } from './modern-lane.ts';
import type { Outgoing, PerRequest } from './modern-body.ts';
import { introduced, outgoing, standardHeaders, withMeta, withOtherId, withParams } from './modern-body.ts';
import type { SessionFacts } from './session-facts.ts';
import { closedFailure } from './session-facts.ts';
import type { SendOptions, UpstreamSession } from './upstream-session.ts';
import { WrongEra } from './wrong-era.ts';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
/** Grows by this with each round in which the server wants nothing but to be asked again. */
const STATE_ONLY_PAUSE_MS = 50;
/** Notifications of the earlier eras that this one has not. */
const WITHOUT_COUNTERPART = [
  'notifications/initialized',
  'notifications/progress',
  'notifications/roots/list_changed',
];
const NOTIFY_MS = 10_000;

export interface ModernOptions extends InnerOptions {
  newId(): number;
  memory: EraMemory;
  /** What server/discover said. */
  facts: SessionFacts;
}

/**
 * A client's side of a back end of 2026-07-28: no session, every request says all of itself. Messages of this era pass
 * unchanged; those of the earlier eras get what is missing, and the client sees the earlier eras' forms.
 */
export class ModernUpstream implements UpstreamSession {
  readonly facts: SessionFacts;
  readonly #o: ModernOptions;
  readonly #http: HttpLane;
  readonly #who: PerRequest;
  readonly #rounds: InputRounds;
  readonly #listen: ListenStream;
  readonly #lane: ModernLane;
  #opening: Promise<void> | undefined;
  #closed = false;

  constructor(options: ModernOptions) {
    this.#o = options;
    this.facts = options.facts;
    this.#http = new HttpLane(options.link, options.clock);
    this.#who = { ...introduced(options.initialize(0)), logLevel: undefined };
    this.#rounds = new InputRounds(
      options.clock,
      () => options.newId(),
      (message) => options.onServerMessage(message),
    );
    this.#lane = new ModernLane({
      http: this.#http,
      clock: options.clock,
      log: options.log,
      memory: options.memory,
      who: this.#who,
      newId: () => options.newId(),
      onNotification: (message) => options.onServerMessage(message),
    });
    this.#listen = new ListenStream({
      clock: options.clock,
      link: options.link,
      newId: () => options.newId(),
      lists: () => announced(options.facts.capabilities),
      post: (body, signal, onMessage) => this.#lane.stream(body, signal, onMessage),
      onMessage: (message) => options.onServerMessage(message),
    });
  }

  newId(): number {
    return this.#o.newId();
  }

  async open(): Promise<SessionFacts> {
    if (this.#closed) throw closedFailure();
    this.#opening ??= (async () => {
      await restored(this.#o, false);
      if (!this.#closed) this.#listen.start();
    })();
    await this.#opening;
    return this.facts;
  }

  /** Asks server/discover unless the server answered within the last 5 s. Throws UpstreamFailure `unsent`. */
  async verify(timeoutMs: number): Promise<void> {
    await this.open();
    if (this.#o.clock.monotonic() - this.#lane.answeredAt < 5000) return;
    const route = await this.#http.route();
    const found = await discover(this.#http, route, this.newId(), this.#who, timeoutMs);
    if (!found)
      throw new WrongEra('unsent', serverFault('The server no longer speaks the revision that it did.'));
    this.#lane.answeredAt = this.#o.clock.monotonic();
  }

  async request(id: number, body: string, options: SendOptions): Promise<Received> {
    if (this.#closed) throw closedFailure();
    const message = outgoing(body);
    // closing the stream would cancel it: what changes something is held to its end
    const closable = options.signal !== undefined || message.method !== 'tools/call';
    const until = this.#o.clock.monotonic() + options.timeoutMs;
    const sending: Sending = { id, callerId: id, message, options, closable, until };
    if (message.version !== undefined) return await this.#lane.send(sending);
    const own = await this.#own(id, message);
    if (own) return own;
    const answer = await this.#inRounds({ ...sending, message: outgoing(withMeta(message, this.#who)) });
    return errorIn(answer) ? legacyError(id, message.method, answer) : withoutResultType(answer);
  }

  async notify(body: string): Promise<void> {
    const message = outgoing(body);
    const { method } = message;
    if (method === '') this.#rounds.answer(body);
    else if (method === 'notifications/cancelled') this.#lane.cancel(String(message.params['requestId']));
    else if (!WITHOUT_COUNTERPART.includes(method))
      await this.#http.run(await this.#http.route(), standardHeaders(message), {
        method: 'POST',
        body: message.version === undefined ? withMeta(message, this.#who) : body,
        timeoutMs: NOTIFY_MS,
        onMessage: () => {},
      });
  }

  /** Calls that change something are left to run to their end. */
  close(): Promise<void> {
    this.#closed = true;
    this.#listen.close();
    this.#lane.cancel();
    return Promise.resolve();
  }

  /** What this era has no request for. */
  async #own(id: number, { method, params }: Outgoing): Promise<Received | undefined> {
    const done = received(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
    switch (method) {
      case 'ping':
        return done;
      case 'logging/setLevel':
        if (!LEVELS.includes(params['level'] as string))
          return errorAnswer(id, -32602, 'Invalid params: unknown log level');
        this.#who.logLevel = JSON.stringify(params['level']);
        return done;
      case 'resources/subscribe':
      case 'resources/unsubscribe': {
        const { resources } = this.facts.capabilities as { resources?: { subscribe?: unknown } };
        if (resources?.subscribe !== true) return errorAnswer(id, -32601, `Method not found: ${method}`);
        if (typeof params['uri'] !== 'string') return errorAnswer(id, -32602, 'Invalid params: uri');
        if (method === 'resources/subscribe') await this.#listen.subscribe(params['uri']);
        else await this.#listen.unsubscribe(params['uri']);
        return done;
      }
      default:
        return undefined;
    }
  }

  /** Sends it, and again with the client's answers as often as the server asks for input. */
  async #inRounds(first: Sending): Promise<Received> {
    let sending = first;
    for (let round = 0; ; round++) {
      const sent = this.#lane.send(sending);
      const answer = await (round === 0 || sending.closable ? sent : sent.catch(notTheFirst));
      const kind = resultType(answer);
      if (kind === 'complete') return answer;
      if (kind !== 'input_required') throw unknownKind(kind);
      if (round === MAX_ROUNDS)
        throw serverFault(`The server asked for input more than ${MAX_ROUNDS} times.`);
      // the server said that it has not finished: what follows goes on with this call and is no second one
      sending = await this.#nextRound(sending, answer, round);
    }
  }

  async #nextRound(sending: Sending, answer: Received, round: number): Promise<Sending> {
    const { clock } = this.#o;
    const asked = askedBy(answer);
    if (asked.requests.length === 0)
      await new Promise<void>((resolve) => void clock.after(STATE_ONLY_PAUSE_MS * round, resolve));
    const left = Math.max(1, sending.until - clock.monotonic());
    const responses =
      asked.requests.length > 0 ? await this.#rounds.ask(asked, left, sending.options.signal) : undefined;
    const id = this.newId();
    const text = withParams(sending.message.text, { inputResponses: responses, requestState: asked.state });
    const { headers = {} } = sending.options;
    const key = headers['idempotency-key'];
    // each round is a request of its own: under the first one's key a server would give the first one's answer again
    const own = key === undefined ? headers : { ...headers, 'idempotency-key': `${key}-${round + 2}` };
    return {
      ...sending,
      id,
      message: outgoing(withOtherId(outgoing(text), id)),
      options: { ...sending.options, headers: own },
    };
  }
}

/** Whatever became of a later round, an earlier one was sent, and nobody knows what it did. */
function notTheFirst(error: unknown): never {
  if (error instanceof UpstreamFailure) throw new UpstreamFailure('lost', error.error);
  throw error;
}

/** Which lists the server says that it announces changes of. */
function announced(
  capabilities: Record<string, unknown>,
): ReturnType<ConstructorParameters<typeof ListenStream>[0]['lists']> {
  const has = (key: string) =>
    (capabilities[key] as { listChanged?: unknown } | undefined)?.listChanged === true;
  return {
    ...(has('tools') ? { toolsListChanged: true as const } : {}),
    ...(has('prompts') ? { promptsListChanged: true as const } : {}),
    ...(has('resources') ? { resourcesListChanged: true as const } : {}),
  };
}
