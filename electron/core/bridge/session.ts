import { members } from '../../stub/envelope.ts';
import { LISTS, initializeResult } from '../../stub/wire.ts';
import type { ClientState } from '../../stub/wire.ts';
import type { CallAnswer } from './outcome.ts';
import { CallLane } from './call.ts';
import type { Keep, Pieces } from './fit.ts';
import { answerResult, callPieces, lineLimit } from './fit.ts';
import { ForwardLane } from './forward.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import type { Inspected } from './inspect.ts';
import { inspect, progressToken } from './inspect.ts';
import { OwnCalls } from './own-calls.ts';
import { Pending } from './pending.ts';
import { ownProgress, progressWanted } from './progress.ts';
import type { Received } from './reply.ts';
import { Remembered } from './remembered.ts';
import { createUpstream } from './upstream/create-upstream.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';
import { errorLine, resultLine, toolText } from './words.ts';

/** Takes one line for the client; `id` is the raw id that it answers, empty where it answers nothing. */
export type Send = (id: string, pieces: Pieces) => void;

/** One local client and its session with the back end. */
export class ClientSession {
  readonly client: ClientFacts;
  readonly #host: SessionHost;
  readonly #send: Send;
  readonly #upstream: UpstreamSession;
  readonly #lane: CallLane;
  readonly #forward: ForwardLane;
  readonly #own: OwnCalls;
  readonly #pending = new Map<string, Pending>();
  /** Raw ids of the server's requests that the client has to answer. */
  readonly #asked = new Set<string>();
  readonly #held = new Set<Promise<unknown>>();
  readonly #remembered: Remembered;
  readonly #keep: Keep;
  #initialized = false;
  #closed = false;

  constructor(host: SessionHost, client: ClientFacts, send: Send) {
    this.#host = host;
    this.client = client;
    this.#send = send;
    this.#remembered = new Remembered(client);
    this.#keep = (text) => host.held.keepText(host.profile, text);
    this.#upstream = createUpstream({
      link: host.link,
      eras: host.eras,
      clock: host.clock,
      log: host.log,
      initialize: (id) => this.#remembered.initializeText(id),
      onServerMessage: (message) => this.#fromServer(message),
      restore: (again) => {
        if (again) host.onListChanged();
        return this.#remembered.restore(this.#upstream);
      },
    });
    this.#lane = new CallLane(host, this.#upstream, client);
    this.#forward = new ForwardLane(host, this.#upstream, client, this.#remembered);
    this.#own = new OwnCalls(host);
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  /** Takes over a session that began while the app was away. */
  adopt(state: ClientState): void {
    this.#remembered.adopt(state);
    if (state.initialized) this.#begin();
    const { revision } = this.#host.catalogue.served(this.#host.profile);
    if (state.initialized && state.served !== null && state.served !== revision)
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
        if (this.#asked.delete(message.id)) this.#tell(message.text);
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
    if (!this.#initialized || this.#closed) return;
    for (const kind of kinds)
      this.#send('', [`{"jsonrpc":"2.0","method":"notifications/${kind}/list_changed"}\n`]);
  }

  /** The client has gone: what only reads is given up, what changes something is held to its end. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const pending of this.#pending.values()) {
      pending.over = true;
      if (!pending.binding) pending.abort.abort();
    }
    for (const id of this.#asked) this.#refuseServer(id);
    await Promise.allSettled(this.#held);
    await this.#upstream.close();
  }

  #requested(message: Inspected): void {
    const { id, method } = message;
    if (this.#pending.has(id)) {
      this.#send('', [errorLine(id, -32600, 'Invalid request: this id is still in use')]);
      return;
    }
    if (this.#pending.size >= this.#host.limits.inFlight && !this.#isStop(message)) {
      this.#send(id, [
        errorLine(id, -32000, 'Too many requests are open at the same time; wait for answers first'),
      ]);
      return;
    }
    if (method === 'server/discover')
      this.#send(id, [errorLine(id, -32601, 'Method not found: server/discover')]);
    else if (method === 'ping') this.#send(id, [resultLine(id, '{}')]);
    else if (method === 'initialize') {
      this.#remembered.introduce(message);
      this.#host.onClientChanged(true);
      const { serve } = this.#host.catalogue.served(this.#host.profile);
      this.#send(id, [
        resultLine(id, initializeResult(serve['initialize'], message.params['protocolVersion'])),
      ]);
    } else this.#work(message);
  }

  /** No queue of ours is ever in the way of a stop. */
  #isStop({ method, params }: Inspected): boolean {
    const { gate, profile } = this.#host;
    return method === 'tools/call' && gate.classify(profile, params['name'] as string) === 'stop';
  }

  /** Requests that take time. */
  #work(message: Inspected): void {
    const pending = new Pending(message.id, message.method, progressToken(message));
    this.#pending.set(message.id, pending);
    this.client.calls++;
    this.#host.onClientChanged(false);
    const done = this.#answer(message, pending)
      .catch((error: unknown) => {
        this.#host.log.error('a request failed inside the bridge', {
          method: message.method,
          why: String(error),
        });
        this.#finish(pending, [errorLine(message.id, -32603, 'Internal error in Catalyst Companion')]);
      })
      .finally(() => {
        this.#held.delete(done);
        this.#host.onClientChanged(false);
      });
    this.#held.add(done);
  }

  async #answer(message: Inspected, pending: Pending): Promise<void> {
    if (LISTS.includes(message.method)) {
      await this.#list(message, pending);
      return;
    }
    if (message.method === 'tools/call') {
      await this.#call(message, pending);
      return;
    }
    const own = this.#own.resource(message);
    if (own !== undefined) this.#finish(pending, [resultLine(message.id, own)]);
    else this.#finish(pending, await this.#forward.run(message, pending));
  }

  async #list(message: Inspected, pending: Pending): Promise<void> {
    if (message.params['cursor'] !== undefined) {
      this.#finish(pending, [
        errorLine(message.id, -32602, 'Invalid params: there is one page only, without cursors'),
      ]);
      return;
    }
    await this.#host.catalogue.whenKnown(this.#host.profile, this.#host.limits.firstListMs);
    const { serve } = this.#host.catalogue.served(this.#host.profile);
    this.#finish(pending, [resultLine(message.id, serve[message.method] ?? '{}')]);
  }

  async #call(message: Inspected, pending: Pending): Promise<void> {
    const tool = message.params['name'] as string;
    const own = this.#own.tool(message, lineLimit(this.client.name));
    if (own !== undefined) {
      this.#finish(pending, [resultLine(message.id, await own)]);
      return;
    }
    const ended = this.#lane.run(message, pending);
    const stopProgress = ownProgress(pending, tool, this.#host.clock, (line) => this.#send('', [line]));
    let late = false;
    const cancel = this.#host.clock.after(this.#host.limits.deadlineMs, () => {
      late = true;
      this.#deadline(pending, tool, ended, this.#isStop(message));
    });
    const answer = await ended;
    cancel();
    stopProgress();
    if (!late || !pending.over)
      this.#finish(pending, callPieces(message.id, answer, lineLimit(this.client.name), this.#keep));
  }

  /** The client is answered now, the call goes on. A call that still waits for consent is withdrawn instead. */
  #deadline(pending: Pending, tool: string, ended: Promise<CallAnswer>, isStop: boolean): void {
    if (pending.upstreamId === undefined) {
      pending.abort.abort();
      return;
    }
    const done = ended.then((answer) => answerResult(answer));
    const handle = this.#host.held.keepCall(this.#host.profile, tool, done);
    const seconds = Math.round(this.#host.limits.deadlineMs / 1000);
    const text =
      `${tool} is still running after ${seconds} s; its outcome is not known yet. ` +
      (isStop ? '' : `Do not call ${tool} again. `) +
      `Ask for the outcome with companion_continue and {"handle":"${handle}"}.`;
    this.#finish(pending, [resultLine(pending.id, toolText(text, pending.binding))]);
  }

  #notified(message: Inspected): void {
    if (message.method === 'notifications/initialized') this.#begin();
    else if (message.method === 'notifications/cancelled') this.#cancelled(message);
    // a request without its id is no notification: a tools/call in that form would pass the guard by
    else if (message.method.startsWith('notifications/')) this.#tell(message.text);
  }

  /** The session upstream is opened ahead of the first call, so that the first call is as fast as the others. */
  #begin(): void {
    this.#initialized = true;
    if (this.#host.link.transport) this.#upstream.open().catch(() => {});
  }

  #cancelled(message: Inspected): void {
    const span = message.paramsSpan && members(message.text, message.paramsSpan.start).get('requestId');
    const pending = span && this.#pending.get(message.text.slice(span.start, span.end));
    if (!span || !pending) return;
    pending.over = true;
    this.#pending.delete(pending.id);
    // hosts cancel by themselves when their time is up: that must not break off a start half-way
    if (pending.binding) return;
    const { upstreamId } = pending;
    if (upstreamId !== undefined)
      this.#tell(message.text.slice(0, span.start) + String(upstreamId) + message.text.slice(span.end));
    pending.abort.abort();
  }

  #fromServer(message: Received): void {
    if (message.kind === 'request') {
      if (this.#closed) this.#refuseServer(message.id);
      else {
        this.#asked.add(message.id);
        this.#send('', [...message.bytes, '\n']);
      }
      return;
    }
    if (message.method.endsWith('/list_changed')) {
      this.#host.onListChanged();
      return;
    }
    if (this.#closed) return;
    if (message.method === 'notifications/progress' && !progressWanted(message, this.#pending.values()))
      return;
    this.#send('', [...message.bytes, '\n']);
  }

  #refuseServer(id: string): void {
    this.#tell(`{"jsonrpc":"2.0","id":${id},"error":{"code":-32000,"message":"The client has gone"}}`);
  }

  #tell(text: string): void {
    if (!this.#upstream.facts) return;
    this.#upstream.notify(text).catch((error: unknown) => {
      this.#host.log.warn('a notification did not reach the server', { why: (error as Error).message });
    });
  }

  #finish(pending: Pending, pieces: Pieces): void {
    if (this.#pending.get(pending.id) === pending) this.#pending.delete(pending.id);
    if (pending.over) return;
    pending.over = true;
    this.#send(pending.id, pieces);
  }
}
