import { LATEST } from '../../stub/wire.ts';
import type { ClientState } from '../../stub/wire.ts';
import type { ClientFacts } from './host.ts';
import type { Inspected } from './inspect.ts';
import { inspect, withId } from './inspect.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';

/** What every new session with the server has to be told: who the client is, its subscriptions and log level. */
export class Remembered {
  readonly #client: ClientFacts;
  readonly #subscriptions = new Set<string>();
  #logLevel: string | null = null;
  #initialize: Inspected | undefined;

  constructor(client: ClientFacts) {
    this.#client = client;
  }

  /** Takes over what the stub kept while the app was away. */
  adopt(state: ClientState): void {
    const first = inspect(Buffer.from(state.initialize));
    if (first.kind === 'request' && first.method === 'initialize') this.introduce(first);
    for (const uri of state.subscriptions) this.#subscriptions.add(uri);
    this.#logLevel = state.logLevel;
  }

  /** The client's `initialize`: sent to the server as it is, under an id of ours. */
  introduce(message: Inspected): void {
    this.#initialize = message;
    const info = message.params['clientInfo'] as { name?: unknown; version?: unknown } | undefined;
    this.#client.name = typeof info?.name === 'string' ? info.name.slice(0, 100) : 'unknown';
    this.#client.version = typeof info?.version === 'string' ? info.version.slice(0, 100) : '';
  }

  initializeText(id: number): string {
    if (this.#initialize) return withId(this.#initialize, String(id));
    const clientInfo = { name: this.#client.name, version: this.#client.version || '0' };
    const params = { protocolVersion: LATEST, capabilities: {}, clientInfo };
    return JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params });
  }

  /** Notes a request that the server has granted. */
  settled(message: Inspected): void {
    const { uri, level } = message.params;
    if (message.method === 'resources/subscribe' && typeof uri === 'string') this.#subscriptions.add(uri);
    else if (message.method === 'resources/unsubscribe' && typeof uri === 'string')
      this.#subscriptions.delete(uri);
    else if (message.method === 'logging/setLevel' && typeof level === 'string') this.#logLevel = level;
  }

  /** Tells a new session all of it; what the server refuses now is left out. */
  async restore(upstream: UpstreamSession): Promise<void> {
    const again = async (method: string, params: object) => {
      const id = upstream.newId();
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      await upstream.request(id, body, { timeoutMs: 10_000 }).catch(() => {});
    };
    if (this.#logLevel !== null) await again('logging/setLevel', { level: this.#logLevel });
    for (const uri of this.#subscriptions) await again('resources/subscribe', { uri });
  }
}
