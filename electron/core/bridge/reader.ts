import { AppError } from '../../contract/errors.ts';
import { LATEST } from '../../stub/wire.ts';
import type { LinkHandle } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import type { McpReader, RpcAnswer } from '../seams.ts';
import { UpstreamFailure, timeoutFailure } from './failure.ts';
import type { AskList } from './lists.ts';
import { answerOf, listed } from './lists.ts';
import type { Received } from './reply.ts';
import type { SessionFacts } from './upstream/session-facts.ts';
import { createUpstream } from './upstream/create-upstream.ts';
import type { EraMemory } from './upstream/era.ts';
import { META } from './upstream/modern-body.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';

const READ_MS = 15_000;
const CALL_MS = 30_000;
/** What lists tools was not used for this long: its session ends, milliseconds. */
const LISTER_IDLE_MS = 3000;
/**
 * What the app's lists are asked with: servers show some tools only to clients that declare these. It stays out of the
 * sessions of reads, calls and stops, where a server would ask before it acts, and the app has nobody to answer.
 */
const LISTER_CAPABILITIES = { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} };
const ASKABLE = ['sampling/createMessage', 'elicitation/create', 'roots/list'];

/** What the server lists, each entry as the JSON text that it sent. */
export interface Learned {
  facts: SessionFacts;
  tools: string[];
  resources: string[];
  templates: string[];
  /** null: the server has no prompts. */
  prompts: string[] | null;
}

/** The app's own client of one back end. */
export interface BridgeReader extends McpReader {
  /** Reads every list anew. Throws AppError when the server does not answer. */
  learn(): Promise<Learned>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  clock: Clock;
  log: Log;
  version: string;
  /** What the back end speaks, shared with the clients' sessions. */
  eras?: EraMemory;
  /** The server said that a list changed. */
  onListChanged?(): void;
  /** A call that changes something was sent, or has ended. */
  onChanged?(): void;
}

/** A client with sessions of its own on this link, in the modern era where the server has it. Reads are made once more where the server lost the session. */
export function createReader(link: LinkHandle, options: ReaderOptions): BridgeReader {
  const reader = new Reader(link, options);
  return {
    resources: () => reader.resources(),
    tools: () => reader.tools(),
    read: (uri) => reader.read(uri),
    call: (tool, args, callOptions) => reader.call(tool, args, callOptions),
    learn: () => reader.learn(),
    close: () => reader.close(),
  };
}

class Reader {
  readonly #clock: Clock;
  readonly #onChanged: () => void;
  /** For all but the lists of `learn`. */
  readonly #upstream: UpstreamSession;
  readonly #lister: UpstreamSession;
  #resources: Promise<readonly { uri: string; name: string }[]> | undefined;
  #tools: Promise<readonly { name: string }[]> | undefined;

  constructor(link: LinkHandle, options: ReaderOptions) {
    this.#clock = options.clock;
    this.#onChanged = () => options.onChanged?.();
    this.#upstream = this.#client(link, options, {}, (again) => {
      // a server that lost our session was restarted, perhaps with other tools
      if (again) options.onListChanged?.();
    });
    this.#lister = this.#client(link, options, LISTER_CAPABILITIES);
  }

  #client(
    link: LinkHandle,
    options: ReaderOptions,
    capabilities: object,
    restored?: (again: boolean) => void,
  ): UpstreamSession {
    const clientInfo = { name: 'catalyst-companion', version: options.version };
    const params = { protocolVersion: LATEST, capabilities, clientInfo };
    const upstream = createUpstream({
      link,
      ...(options.eras ? { eras: options.eras } : {}),
      prefer: 'modern',
      // one hears when lists change, also for clients that rest
      idleMs: restored ? Infinity : LISTER_IDLE_MS,
      clock: options.clock,
      log: options.log,
      initialize: (id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params }),
      onServerMessage: (message) => {
        if (message.kind === 'request') upstream.notify(refusal(message)).catch(() => {});
        else if (message.method.endsWith('/list_changed')) {
          this.#forgetLists();
          options.onListChanged?.();
        }
      },
      restore: (again) => {
        this.#forgetLists();
        restored?.(again);
        return Promise.resolve();
      },
    });
    return upstream;
  }

  resources(): Promise<readonly { uri: string; name: string }[]> {
    this.#resources ??= this.#cached('resources/list', 'resources', (entry) => {
      const { uri, name } = entry as { uri?: unknown; name?: unknown };
      return { uri: String(uri), name: typeof name === 'string' ? name : '' };
    }).catch((error: unknown) => {
      this.#resources = undefined;
      throw error;
    });
    return this.#resources;
  }

  tools(): Promise<readonly { name: string }[]> {
    this.#tools ??= this.#cached('tools/list', 'tools', (entry) => ({
      name: String((entry as { name?: unknown }).name),
    })).catch((error: unknown) => {
      this.#tools = undefined;
      throw error;
    });
    return this.#tools;
  }

  async read(uri: string): Promise<RpcAnswer> {
    return answerOf(await this.#again('resources/read', { uri }, READ_MS));
  }

  async call(
    tool: string,
    args: Record<string, unknown>,
    options: { timeoutMs?: number; idempotencyKey?: string } = {},
  ): Promise<RpcAnswer> {
    const { timeoutMs = CALL_MS, idempotencyKey } = options;
    const until = this.#clock.monotonic() + timeoutMs;
    const params = { name: tool, arguments: args };
    const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    try {
      await this.#openWithin(timeoutMs);
      const left = Math.max(1, until - this.#clock.monotonic());
      if (idempotencyKey !== undefined) this.#onChanged();
      return answerOf(await this.#send('tools/call', params, left, headers));
    } catch (error) {
      if (error instanceof UpstreamFailure && error.fate !== 'lost') throw notSent(error.error);
      throw plain(error);
    } finally {
      if (idempotencyKey !== undefined) this.#onChanged();
    }
  }

  async learn(): Promise<Learned> {
    this.#forgetLists();
    let facts: SessionFacts;
    try {
      facts = await this.#upstream.open();
    } catch (error) {
      throw plain(error);
    }
    const ask = await this.#asLister(facts);
    const all = async (method: string, key: string) => (await listed(ask, method, key)) ?? [];
    const [tools, resources, templates, prompts] = await Promise.all([
      all('tools/list', 'tools'),
      all('resources/list', 'resources'),
      all('resources/templates/list', 'resourceTemplates'),
      listed(ask, 'prompts/list', 'prompts'),
    ]);
    return { facts: this.#upstream.facts ?? facts, tools, resources, templates, prompts };
  }

  async close(): Promise<void> {
    await Promise.all([this.#upstream.close(), this.#lister.close()]);
  }

  /** Declares more than the app has: in the modern era in each request, before that in a session of its own. */
  async #asLister({ era }: SessionFacts): Promise<AskList> {
    if (era === 'modern') {
      const _meta = { [`${META}clientCapabilities`]: LISTER_CAPABILITIES };
      return (method, params) => this.#again(method, { ...params, _meta }, READ_MS);
    }
    // a server that takes no second session is listed with what the first one sees
    const lister = await this.#lister.open().then(
      () => this.#lister,
      () => this.#upstream,
    );
    return (method, params) => this.#again(method, params, READ_MS, lister);
  }

  #forgetLists(): void {
    this.#resources = undefined;
    this.#tools = undefined;
  }

  async #cached<T>(method: string, key: string, pick: (entry: unknown) => T): Promise<readonly T[]> {
    const ask: AskList = (asked, params) => this.#again(asked, params, READ_MS);
    return ((await listed(ask, method, key)) ?? []).map((text) => pick(JSON.parse(text)));
  }

  /** For what only reads: once more where the session or the connection was lost. */
  async #again(
    method: string,
    params: object | undefined,
    timeoutMs: number,
    upstream = this.#upstream,
  ): Promise<Received> {
    const once = () =>
      this.#send(method, params, timeoutMs, {}, upstream).catch((error: unknown) => {
        throw plain(error);
      });
    try {
      return await once();
    } catch (error) {
      const lost = error instanceof AppError && ['MCP_SESSION_LOST', 'LINK_LOST'].includes(error.code);
      if (!lost) throw error;
      return await once();
    }
  }

  /** Throws UpstreamFailure. */
  async #send(
    method: string,
    params: object | undefined,
    timeoutMs: number,
    headers: Record<string, string>,
    upstream = this.#upstream,
  ): Promise<Received> {
    await upstream.open();
    const id = upstream.newId();
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) });
    return await upstream.request(id, body, { timeoutMs, headers });
  }

  /** Opening may take 20 s; a call that was given up meanwhile must not go out after that. Throws UpstreamFailure. */
  async #openWithin(ms: number): Promise<void> {
    let cancel = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.after(ms, () => reject(timeoutFailure(ms, false)));
    });
    try {
      await Promise.race([this.#upstream.open(), late]);
    } finally {
      cancel();
    }
  }
}

/** The app answers no questions: nobody sits behind its own reads. */
function refusal({ id, method }: Received): string {
  if (method === 'ping') return `{"jsonrpc":"2.0","id":${id},"result":{}}`;
  const error = ASKABLE.includes(method)
    ? '"code":-1,"message":"Not available to the app itself"'
    : '"code":-32601,"message":"Method not found"';
  return `{"jsonrpc":"2.0","id":${id},"error":{${error}}}`;
}

/** In a code that says that nothing can have arrived. */
function notSent(error: AppError): AppError {
  const says = error.code.startsWith('LINK_') && error.code !== 'LINK_LOST' && error.code !== 'LINK_TIMEOUT';
  if (says) return error;
  return new AppError('LINK_NOT_CONNECTED', `It was not sent. ${error.message}`, error.next, {
    cause: error,
  });
}

function plain(error: unknown): unknown {
  return error instanceof UpstreamFailure ? error.error : error;
}
