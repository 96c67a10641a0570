import { LOG_LEVELS } from '../../stub/era.ts';
import type { SessionHost } from './host.ts';
import type { Listens } from './modern/listens.ts';
import type { ParkedRequests } from './modern/parked.ts';
import { members } from '../../stub/envelope.ts';
import type { Pending } from './pending.ts';
import { progressLine } from './progress.ts';
import type { Received } from './reply.ts';
import { textOf } from './reply.ts';
import type { Requests, RequestsOptions } from './requests.ts';

export interface ServerVoiceOptions {
  host: SessionHost;
  requests: Requests;
  parked: ParkedRequests;
  listens: Listens;
  /** Whether the client has begun with initialize: it then takes requests and whatever else the server says. */
  isClassic(): boolean;
  send: RequestsOptions['send'];
  /** Sends a response or notification to the server. */
  tell(text: string): void;
}

/** What the server says by itself, requests and notifications, brought to the client in the form of its era. */
export class ServerVoice {
  readonly #o: ServerVoiceOptions;
  /** Raw ids of the server's requests that the client has to answer. */
  readonly #asked = new Set<string>();
  #closed = false;

  constructor(options: ServerVoiceOptions) {
    this.#o = options;
  }

  /** A message of the server; `during` is our id of the request on whose stream it came, where that is known. */
  hear(message: Received, during: string | undefined): void {
    if (message.kind === 'request') this.#request(message, during);
    else if (message.method.endsWith('/list_changed')) this.#o.host.onListChanged();
    else this.#notification(message);
  }

  /** Whether the client's response answers a request of the server; each is answered once. */
  isAwaited(id: string): boolean {
    return this.#asked.delete(id);
  }

  /** The client has gone: nobody answers the server any more. */
  close(): void {
    this.#closed = true;
    for (const id of this.#asked) this.#fail(id, -32000, 'The client has gone');
  }

  #request(message: Received, during: string | undefined): void {
    const { id, method } = message;
    if (this.#closed) {
      this.#fail(id, -32000, 'The client has gone');
      return;
    }
    const pending = this.#about(during);
    const isClassic = pending ? !pending.claim : this.#o.isClassic();
    if (isClassic) {
      this.#asked.add(id);
      this.#pass(message);
      return;
    }
    if (method === 'ping') {
      this.#o.tell(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
      return;
    }
    const text = textOf(message);
    const span = members(text).get('params');
    const params = span && text.slice(span.start, span.end);
    const isTaken = pending && this.#o.parked.ask(pending, { id, method, params });
    if (!isTaken) this.#fail(id, -32601, `The client does not take ${method} now`);
  }

  /** The request that the server speaks about. Without its stream being known, the one of the modern era that is alone. */
  #about(during: string | undefined): Pending | undefined {
    const underWay = [...this.#o.requests.underWay()];
    const found = underWay.find(({ upstreamId }) => String(upstreamId) === during);
    if (found || this.#o.isClassic()) return found;
    return underWay.find(({ over }) => !over) ?? underWay[0];
  }

  #notification(message: Received): void {
    const { host, requests, listens, send } = this.#o;
    if (message.method === 'notifications/resources/updated') host.reads.changed();
    if (this.#closed) return;
    switch (message.method) {
      case 'notifications/progress': {
        const line = progressLine(message, requests.waiting());
        if (line) send('', line);
        return;
      }
      case 'notifications/resources/updated':
        listens.resourceUpdated(message);
        if (this.#o.isClassic()) this.#pass(message);
        return;
      case 'notifications/message':
        if (this.#o.isClassic() || this.#isLogWanted(message)) this.#pass(message);
        return;
      case 'notifications/cancelled':
        this.#withdrawn(message);
        return;
      default:
        // the modern era has none of it, and takes only what it asked for
        if (this.#o.isClassic() || message.method !== 'notifications/elicitation/complete')
          this.#pass(message);
    }
  }

  #pass(message: Received): void {
    this.#o.send('', [...message.bytes, '\n']);
  }

  /** In the modern era a log message needs a request under way that asked for its level. */
  #isLogWanted(message: Received): boolean {
    const level = (message.value?.['params'] as { level?: unknown } | undefined)?.level;
    const rank = LOG_LEVELS.indexOf(level as string);
    for (const { pending } of this.#o.requests.waiting()) {
      const wanted = pending?.claim?.logLevel;
      if (wanted !== undefined && rank >= LOG_LEVELS.indexOf(wanted)) return true;
    }
    return false;
  }

  /** The server no longer wants an answer to a request of its own. */
  #withdrawn(message: Received): void {
    const text = textOf(message);
    const params = members(text).get('params');
    const span = params && members(text, params.start).get('requestId');
    const id = span ? text.slice(span.start, span.end) : '';
    this.#o.parked.withdraw(id);
    for (const pending of this.#o.requests.underWay())
      pending.questions = pending.questions.filter((question) => question.id !== id);
    if (this.#o.isClassic()) this.#pass(message);
  }

  #fail(id: string, code: number, why: string): void {
    this.#o.tell(`{"jsonrpc":"2.0","id":${id},"error":{"code":${code},"message":${JSON.stringify(why)}}}`);
  }
}
