import type { Claim } from '../../stub/era.ts';
import { META } from '../../stub/era.ts';
import { members } from '../../stub/envelope.ts';
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
  /** Whether `#initialize` is the client's own and not made of what it says in its requests. */
  #isOwn = false;

  constructor(client: ClientFacts) {
    this.#client = client;
  }

  /** Whether the client began with initialize. */
  get isIntroduced(): boolean {
    return this.#isOwn;
  }

  /** Takes over what the stub kept while the app was away. */
  adopt(state: ClientState): void {
    const first = inspect(Buffer.from(state.initialize));
    if (first.kind === 'request' && first.method === 'initialize') this.introduce(first);
    for (const uri of state.subscriptions) this.#subscriptions.add(uri);
    this.#logLevel = state.logLevel;
  }

  /**
   * What a request of the modern era says of its client. True where the name is new. The first one also stands in for
   * the `initialize` that such a client does not send; a back end of an earlier era wants one.
   */
  meet(message: Inspected, { client }: Claim): boolean {
    if (!this.#initialize) this.#initialize = introduction(message);
    const name = client.name.slice(0, 100);
    const version = client.version.slice(0, 100);
    const isNew = name !== this.#client.name || version !== this.#client.version;
    Object.assign(this.#client, { name, version });
    return isNew;
  }

  /** The client's `initialize`: sent to the server as it is, under an id of ours. */
  introduce(message: Inspected): void {
    this.#initialize = message;
    this.#isOwn = true;
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

  /** Tells a new session all of it, and of `uris` too; what the server refuses now is left out. */
  async restore(upstream: UpstreamSession, uris: readonly string[]): Promise<void> {
    const again = async (method: string, params: object) => {
      const id = upstream.newId();
      const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      await upstream.request(id, body, { timeoutMs: 10_000 }).catch(() => {});
    };
    if (this.#logLevel !== null) await again('logging/setLevel', { level: this.#logLevel });
    for (const uri of new Set([...this.#subscriptions, ...uris])) await again('resources/subscribe', { uri });
  }
}

/** An `initialize` with what a request of the modern era says in its `_meta`, byte for byte. */
function introduction({ text, paramsSpan }: Inspected): Inspected | undefined {
  const meta = paramsSpan && members(text, paramsSpan.start).get('_meta');
  const found = meta && members(text, meta.start);
  const said = (key: string, other: string) => {
    const span = found?.get(META + key);
    return span ? text.slice(span.start, span.end) : other;
  };
  const clientInfo = said('clientInfo', '{"name":"unknown","version":"0"}');
  const capabilities = said('clientCapabilities', '{}');
  const params = `{"protocolVersion":"${LATEST}","capabilities":${capabilities},"clientInfo":${clientInfo}}`;
  const made = inspect(Buffer.from(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":${params}}`));
  return made.kind === 'refused' ? undefined : made;
}
