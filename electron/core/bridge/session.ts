import type { Claim } from '../../stub/era.ts';
import { claimOf, discoverResult, faultLine, isModern } from '../../stub/era.ts';
import { members } from '../../stub/envelope.ts';
import { initializeResult } from '../../stub/wire.ts';
import type { ClientState } from '../../stub/wire.ts';
import type { Pieces } from './fit.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import { sessionLine } from './marks.ts';
import type { Inspected } from './inspect.ts';
import { inspect } from './inspect.ts';
import { Continuations } from './modern/continuations.ts';
import { Listens } from './modern/listens.ts';
import { ParkedRequests } from './modern/parked.ts';
import { Remembered } from './remembered.ts';
import { Requests } from './requests.ts';
import { ServerVoice } from './server-voice.ts';
import { createUpstream } from './upstream/create-upstream.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';
import { errorLine, resultLine } from './words.ts';

/** How long the back end may take to grant a subscription, milliseconds. */
const SUBSCRIBE_MS = 5000;

/** Takes one line for the client; `id` is the raw id that it answers, empty where it answers nothing. */
export type Send = (id: string, pieces: Pieces) => void;

/**
 * One local client and its session with the back end. The era is a matter of each request: one that says in its `_meta`
 * that it is of 2026-07-28 is answered so, also between others that are not.
 */
export class ClientSession {
  readonly client: ClientFacts;
  readonly #host: SessionHost;
  readonly #send: Send;
  readonly #upstream: UpstreamSession;
  readonly #requests: Requests;
  readonly #voice: ServerVoice;
  readonly #remembered: Remembered;
  readonly #continuations: Continuations;
  readonly #parked: ParkedRequests;
  readonly #listens: Listens;
  /** A request of the modern era came that was more than a look at what is here. */
  #sawModern = false;
  #initialized = false;
  #isKnown = false;
  #closed = false;

  constructor(host: SessionHost, client: ClientFacts, send: Send) {
    this.#host = host;
    this.client = client;
    this.#send = host.reads.telling(client, send);
    this.#remembered = new Remembered(client);
    this.#upstream = createUpstream({
      link: host.link,
      eras: host.eras,
      clock: host.clock,
      log: host.log,
      clientEra: () => (this.#sawModern ? 'modern' : 'legacy'),
      initialize: (id) => this.#remembered.initializeText(id),
      onServerMessage: (message, during) => this.#voice.hear(message, during),
      restore: (again) => {
        if (again) host.onListChanged();
        return this.#remembered.restore(this.#upstream, this.#listens.uris());
      },
    });
    const { clock, limits } = host;
    this.#continuations = new Continuations(clock, limits.holdMs);
    this.#parked = new ParkedRequests({
      clock,
      lifeMs: limits.holdMs,
      answer: (text) => this.#tell(text),
    });
    this.#listens = this.#listensHere();
    this.#requests = new Requests({
      host,
      client,
      upstream: this.#upstream,
      remembered: this.#remembered,
      open: this.#continuations,
      parked: this.#parked,
      send: this.#send,
    });
    this.#voice = new ServerVoice({
      host,
      requests: this.#requests,
      parked: this.#parked,
      listens: this.#listens,
      isClassic: () => this.#remembered.isIntroduced || !this.#sawModern,
      send: this.#send,
      tell: (text) => this.#tell(text),
    });
  }

  get inFlight(): number {
    return this.#requests.size;
  }

  /** Takes over a session that began while the app was away. */
  adopt(state: ClientState): void {
    this.#remembered.adopt(state);
    for (const line of state.listens ?? []) {
      const message = inspect(Buffer.from(line));
      const claim = message.kind === 'request' && claimOf(message.method, message.params);
      if (!claim || 'code' in claim || message.kind !== 'request') continue;
      this.#meet(message, claim);
      this.#listens.adopt(message).catch((error: unknown) => this.#failed('subscriptions/listen', error));
    }
    if (state.initialized) this.#initialized = true;
    if (state.initialized || this.#sawModern) this.#begin();
    const { revision } = this.#host.catalogue.served(this.#host.profile);
    if (state.served !== null && state.served !== revision)
      this.listsChanged(['tools', 'resources', 'prompts']);
  }

  /** One line of the client, without its newline. */
  line(bytes: Buffer): void {
    if (this.#closed) return;
    this.client.lastAt = this.#host.clock.now();
    const message = inspect(bytes);
    switch (message.kind) {
      case 'refused':
        this.#send(message.id, [errorLine(message.id, message.code, message.message)]);
        return;
      case 'response':
        if (this.#voice.isAwaited(message.id)) this.#tell(message.text);
        return;
      case 'notification':
        this.#notified(message);
        return;
      case 'request':
        this.#requested(message);
        return;
      default:
        message satisfies never;
    }
  }

  listsChanged(kinds: readonly string[]): void {
    if (this.#closed) return;
    this.#listens.listsChanged(kinds);
    if (!this.#initialized) return;
    for (const kind of kinds)
      this.#send('', [`{"jsonrpc":"2.0","method":"notifications/${kind}/list_changed"}\n`]);
  }

  /** The client has gone: what only reads is given up, what changes something is held to its end. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#voice.close();
    this.#continuations.close();
    this.#parked.close();
    await this.#requests.close();
    await this.#upstream.close();
  }

  #requested(message: Inspected): void {
    const { id, method } = message;
    if (this.#requests.has(id) || this.#listens.has(id)) {
      this.#send('', [errorLine(id, -32600, 'Invalid request: this id is still in use')]);
      return;
    }
    const isOther = method === 'initialize' || this.#remembered.isIntroduced || !this.#sawModern;
    if (!isModern(method, message.params) && isOther) {
      this.#classic(message);
      return;
    }
    const claim = claimOf(method, message.params);
    if ('code' in claim) this.#send(id, [faultLine(id, claim)]);
    else this.#modern(message, claim);
  }

  #classic(message: Inspected): void {
    const { id, method } = message;
    if (method === 'ping') this.#send(id, [resultLine(id, '{}')]);
    else if (method === 'initialize') {
      this.#remembered.introduce(message);
      this.#introduced(method);
      const { initialize } = this.#host.catalogue.served(this.#host.profile).serve;
      this.#send(id, [resultLine(id, initializeResult(initialize, message.params['protocolVersion']))]);
    } else this.#take(message, undefined);
  }

  #modern(message: Inspected, claim: Claim): void {
    const { id, method } = message;
    if (method === 'server/discover') {
      if (this.#remembered.meet(message, claim)) this.#introduced(method);
      const { initialize } = this.#host.catalogue.served(this.#host.profile).serve;
      this.#send(id, [resultLine(id, discoverResult(initialize))]);
      return;
    }
    const isFirst = !this.#sawModern;
    this.#meet(message, claim);
    if (isFirst) this.#begin();
    if (method === 'subscriptions/listen')
      this.#listens.open(message).catch((error: unknown) => this.#failed(method, error));
    else this.#take(message, claim);
  }

  #meet(message: Inspected, claim: Claim): void {
    this.#sawModern = true;
    if (this.#remembered.meet(message, claim)) this.#introduced(message.method);
  }

  /** It said who it is. */
  #introduced(method: string): void {
    this.#host.onClientChanged(true);
    if (!this.#isKnown)
      this.#host.recordActivity(sessionLine(this.#host.profile, this.client, 'connected', method));
    this.#isKnown = true;
  }

  /** Requests that take time. */
  #take(asked: Inspected, claim: Claim | undefined): void {
    const message = this.#named(asked);
    const { id } = message;
    if (this.#requests.size >= this.#host.limits.inFlight && !this.#requests.isStop(message)) {
      const code = claim ? -32603 : -32000;
      const why = 'Too many requests are open at the same time; wait for answers first';
      this.#send(id, [errorLine(id, code, why)]);
      return;
    }
    const called = message === asked ? undefined : (asked.params['name'] as string);
    this.#requests.take(message, claim, called);
  }

  /** A call by the name that the server knows: guard, audit and policy go by that one alone. */
  #named(message: Inspected): Inspected {
    const { method, params, paramsSpan, text } = message;
    if (method !== 'tools/call' || !paramsSpan) return message;
    const name = params['name'] as string;
    const own = this.#host.catalogue.serverName(this.#host.profile, name);
    if (own === name) return message;
    const span = members(text, paramsSpan.start).get('name');
    if (!span) return message;
    const whole = text.slice(0, span.start) + JSON.stringify(own) + text.slice(span.end);
    const renamed = inspect(Buffer.from(whole));
    return renamed.kind === 'refused' ? message : renamed;
  }

  #notified(message: Inspected): void {
    if (message.method === 'notifications/initialized') {
      this.#initialized = true;
      this.#begin();
    } else if (message.method === 'notifications/cancelled') this.#cancelled(message);
    // a request without its id is no notification: a tools/call in that form would pass the guard by
    else if (message.method.startsWith('notifications/')) this.#tell(message.text);
  }

  /** The session upstream is opened ahead of the first call, so that the first call is as fast as the others. */
  #begin(): void {
    if (this.#host.link.transport) this.#upstream.open().catch(() => {});
  }

  #cancelled(message: Inspected): void {
    const { text, paramsSpan } = message;
    const span = paramsSpan && members(text, paramsSpan.start).get('requestId');
    if (!span) return;
    const id = text.slice(span.start, span.end);
    if (this.#listens.cancel(id)) return;
    const given = this.#requests.cancel(id);
    if (!given) return;
    if (given.upstreamId !== undefined)
      this.#tell(text.slice(0, span.start) + String(given.upstreamId) + text.slice(span.end));
    given.abort.abort();
  }

  #listensHere(): Listens {
    const ask = async (method: string, uri: string): Promise<boolean> => {
      const id = this.#upstream.newId();
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { uri } });
      const answer = await this.#upstream
        .request(id, body, { timeoutMs: SUBSCRIBE_MS })
        .catch(() => undefined);
      // where nobody answers it is asked for again with the next session
      return answer?.value?.['error'] === undefined;
    };
    return new Listens({
      tell: (line) => this.#send('', [line]),
      fail: (id, line) => this.#send(id, [line]),
      saved: () => this.#host.catalogue.served(this.#host.profile).serve['initialize'],
      subscribe: async (uri) => !this.#host.link.transport || (await ask('resources/subscribe', uri)),
      unsubscribe: (uri) => {
        if (this.#upstream.facts) void ask('resources/unsubscribe', uri);
      },
    });
  }

  #failed(method: string, error: unknown): void {
    this.#host.log.error('a request failed inside the bridge', { method, why: String(error) });
  }

  #tell(text: string): void {
    if (!this.#upstream.facts) return;
    this.#upstream.notify(text).catch((error: unknown) => {
      this.#host.log.warn('a notification did not reach the server', { why: (error as Error).message });
    });
  }
}
