import type { Filter } from '../../../stub/era.ts';
import { META, acknowledgedLine, filterOf } from '../../../stub/era.ts';
import { members } from '../../../stub/envelope.ts';
import type { Inspected } from '../inspect.ts';
import type { Received } from '../reply.ts';
import { textOf } from '../reply.ts';
import { errorLine } from '../words.ts';

const MAX_LISTENS = 64;

export interface ListensOptions {
  /** Sends one line that answers nothing. */
  tell(line: string): void;
  /** Sends an error to the request with this raw id. */
  fail(id: string, line: string): void;
  /** The back end's answer to initialize, as the catalogue has it. */
  saved(): string | undefined;
  /** Asks the back end to announce changes of a resource; false where it refuses. */
  subscribe(uri: string): Promise<boolean>;
  unsubscribe(uri: string): void;
}

/**
 * The `subscriptions/listen` requests of one client, answered here: changes of lists come from the catalogue, changes
 * of resources through one subscription with the back end, whatever era that is of.
 */
export class Listens {
  readonly #o: ListensOptions;
  /** By raw id of the request; undefined while the back end is being asked. */
  readonly #open = new Map<string, Filter | undefined>();
  readonly #uris = new Set<string>();

  constructor(options: ListensOptions) {
    this.#o = options;
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Takes a request of the client. It is acknowledged before anything else is said on it. */
  async open(message: Inspected): Promise<void> {
    const { id } = message;
    const filter = filterOf(message.params, this.#o.saved());
    if (!filter) {
      this.#o.fail(id, errorLine(id, -32602, 'Invalid params: notifications is no subscription filter'));
      return;
    }
    if (this.#open.size >= MAX_LISTENS) {
      this.#o.fail(id, errorLine(id, -32603, 'Too many subscriptions are open; cancel one first'));
      return;
    }
    this.#open.set(id, undefined);
    const { resourceSubscriptions: asked, ...lists } = filter;
    const granted = asked ? { ...lists, resourceSubscriptions: await this.#granted(asked) } : lists;
    if (this.#open.has(id)) {
      this.#open.set(id, granted);
      this.#o.tell(acknowledgedLine(id, granted));
    }
    this.#tidy();
  }

  /** Takes over one that the stub acknowledged while the app was away. */
  async adopt(message: Inspected): Promise<void> {
    const filter = filterOf(message.params, this.#o.saved());
    if (!filter) return;
    this.#open.set(message.id, filter);
    await this.#granted(filter.resourceSubscriptions ?? []);
  }

  /** The client ends one; false where there is none with this id. */
  cancel(id: string): boolean {
    if (!this.#open.delete(id)) return false;
    this.#tidy();
    return true;
  }

  listsChanged(kinds: readonly string[]): void {
    for (const kind of kinds)
      for (const [id, filter] of this.#open)
        if (filter?.[`${kind}ListChanged` as keyof Filter] === true)
          this.#say(id, `notifications/${kind}/list_changed`, '');
  }

  resourceUpdated(message: Received): void {
    const uri = (message.value?.['params'] as { uri?: unknown } | undefined)?.uri;
    if (typeof uri !== 'string') return;
    const text = textOf(message);
    const params = members(text).get('params');
    const kept: string[] = [];
    for (const [key, { start, end }] of params ? members(text, params.start) : [])
      if (key !== '_meta') kept.push(`,${JSON.stringify(key)}:${text.slice(start, end)}`);
    for (const [id, filter] of this.#open)
      if (filter?.resourceSubscriptions?.some((one) => covers(one, uri)))
        this.#say(id, message.method, kept.join(''));
  }

  /** What a new session with the back end has to be told of. */
  uris(): readonly string[] {
    return [...this.#uris];
  }

  #say(id: string, method: string, rest: string): void {
    const params = `{"_meta":{"${META}subscriptionId":${id}}${rest}}`;
    this.#o.tell(`{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params}}\n`);
  }

  async #granted(uris: readonly string[]): Promise<string[]> {
    const asked = uris.map(async (uri) => {
      // noted afterwards: a session that opens for this is not to be told of it twice
      const isGranted = this.#uris.has(uri) || (await this.#o.subscribe(uri));
      if (isGranted) this.#uris.add(uri);
      return isGranted ? [uri] : [];
    });
    return (await Promise.all(asked)).flat();
  }

  /** Ends the subscriptions that no open request wants. */
  #tidy(): void {
    const filters = [...this.#open.values()];
    // one that is still being opened may want any of them
    if (filters.includes(undefined)) return;
    const wanted = new Set(filters.flatMap((filter) => filter?.resourceSubscriptions ?? []));
    for (const uri of this.#uris)
      if (!wanted.has(uri)) {
        this.#uris.delete(uri);
        this.#o.unsubscribe(uri);
      }
  }
}

/** Whether a subscription to one resource is told of another: of itself and of what lies in it. */
function covers(subscribed: string, uri: string): boolean {
  return uri === subscribed || uri.startsWith(subscribed.endsWith('/') ? subscribed : `${subscribed}/`);
}
