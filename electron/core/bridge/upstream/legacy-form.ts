import type { Received } from '../reply.ts';
import { modernError } from './modern-answer.ts';
import { META, outgoing, withoutMeta } from './modern-body.ts';
import type { SendOptions, UpstreamSession } from './upstream-session.ts';

const SET_LEVEL_MS = 10_000;

/** Messages of the modern era in the form of the earlier ones, for a session of those. */
export class LegacyForm {
  /** The log level that the present session was told. */
  #level: string | undefined;

  /** A new session knows of no log level. */
  reset(): void {
    this.#level = undefined;
  }

  /** Results come as the server wrote them; only error codes that the modern era must not see are changed. */
  async request(inner: UpstreamSession, id: number, body: string, options: SendOptions): Promise<Received> {
    const message = outgoing(body);
    if (message.version === undefined) return await inner.request(id, body, options);
    const meta = message.params['_meta'] as Record<string, unknown>;
    await this.#setLevel(inner, meta[`${META}logLevel`]);
    return modernError(id, await inner.request(id, withoutMeta(message), options));
  }

  /** A notification, or an answer to the server, which passes as it is. */
  async notify(inner: UpstreamSession, body: string): Promise<void> {
    const message = outgoing(body);
    await inner.notify(message.method === '' ? body : withoutMeta(message));
  }

  async #setLevel(inner: UpstreamSession, level: unknown): Promise<void> {
    const { logging } = inner.facts?.capabilities ?? {};
    if (typeof level !== 'string' || level === this.#level || logging === undefined) return;
    this.#level = level;
    const id = inner.newId();
    const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'logging/setLevel', params: { level } });
    // logs are no reason to hold up a request
    await inner.request(id, body, { timeoutMs: SET_LEVEL_MS }).catch(() => {});
  }
}
