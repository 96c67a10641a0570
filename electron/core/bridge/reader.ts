import { AppError } from '../../contract/errors.ts';
import { elements, members } from '../../stub/envelope.ts';
import { LATEST } from '../../stub/wire.ts';
import type { LinkHandle } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import type { McpReader, RpcAnswer } from '../seams.ts';
import { UpstreamFailure, timeoutFailure } from './failure.ts';
import type { Received } from './reply.ts';
import { parsed, textOf } from './reply.ts';
import type { SessionFacts } from './upstream/session-facts.ts';
import { createUpstream } from './upstream/create-upstream.ts';
import type { EraMemory } from './upstream/era.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';

const READ_MS = 15_000;
const CALL_MS = 30_000;
const MAX_PAGES = 100;

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
}

function answerOf(received: Received): RpcAnswer {
  const value = parsed(received);
  if (value && 'result' in value) return { result: value['result'] };
  if (value && typeof value['error'] === 'object' && value['error'] !== null)
    return { error: value['error'] as { code: number; message: string } };
  throw new AppError(
    'MCP_NOT_MCP',
    'The server sent something that is not a JSON-RPC answer.',
    'Check the MCP URL of the profile.',
  );
}

/** A client with a session of its own on this link. Reads are made once more where the server lost the session. */
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
  readonly #upstream: UpstreamSession;
  #resources: Promise<readonly { uri: string; name: string }[]> | undefined;
  #tools: Promise<readonly { name: string }[]> | undefined;

  constructor(link: LinkHandle, options: ReaderOptions) {
    this.#clock = options.clock;
    const hello = {
      protocolVersion: LATEST,
      capabilities: {},
      clientInfo: { name: 'catalyst-companion', version: options.version },
    };
    this.#upstream = createUpstream({
      link,
      ...(options.eras ? { eras: options.eras } : {}),
      // it hears when lists change, also for clients that rest
      idleMs: Infinity,
      clock: options.clock,
      log: options.log,
      initialize: (id) => JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params: hello }),
      onServerMessage: (message) => {
        if (message.method === 'ping') this.#say(`{"jsonrpc":"2.0","id":${message.id},"result":{}}`);
        else if (message.kind === 'request')
          this.#say(
            `{"jsonrpc":"2.0","id":${message.id},"error":{"code":-32601,"message":"Method not found"}}`,
          );
        else if (message.method.endsWith('/list_changed')) {
          this.#forgetLists();
          options.onListChanged?.();
        }
      },
      restore: (again) => {
        this.#forgetLists();
        // a server that lost our session was restarted, perhaps with other tools
        if (again) options.onListChanged?.();
        return Promise.resolve();
      },
    });
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
      return answerOf(await this.#send('tools/call', params, left, headers));
    } catch (error) {
      if (error instanceof UpstreamFailure && error.fate !== 'lost') throw notSent(error.error);
      throw plain(error);
    }
  }

  async learn(): Promise<Learned> {
    this.#forgetLists();
    try {
      await this.#upstream.open();
    } catch (error) {
      throw plain(error);
    }
    const all = async (method: string, key: string) => (await this.#list(method, key)) ?? [];
    const [tools, resources, templates, prompts] = await Promise.all([
      all('tools/list', 'tools'),
      all('resources/list', 'resources'),
      all('resources/templates/list', 'resourceTemplates'),
      this.#list('prompts/list', 'prompts'),
    ]);
    const facts = this.#upstream.facts ?? (await this.#upstream.open());
    return { facts, tools, resources, templates, prompts };
  }

  close(): Promise<void> {
    return this.#upstream.close();
  }

  #forgetLists(): void {
    this.#resources = undefined;
    this.#tools = undefined;
  }

  #say(body: string): void {
    this.#upstream.notify(body).catch(() => {});
  }

  async #cached<T>(method: string, key: string, pick: (entry: unknown) => T): Promise<readonly T[]> {
    return ((await this.#list(method, key)) ?? []).map((text) => pick(JSON.parse(text)));
  }

  /** The entries of all pages as JSON text; null where the server does not know the method. */
  async #list(method: string, key: string): Promise<string[] | null> {
    const entries: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const received = await this.#again(method, cursor === undefined ? undefined : { cursor }, READ_MS);
      const answer = answerOf(received);
      if ('error' in answer) {
        if (page === 0 && answer.error.code === -32601) return null;
        throw new AppError(
          'MCP_SERVER_ERROR',
          `The server cannot list (${method}): "${answer.error.message}".`,
          'Look at the server on the droplet.',
        );
      }
      const text = textOf(received);
      const result = members(text).get('result');
      const list = result && members(text, result.start).get(key);
      if (list) entries.push(...elements(text, list.start).map((span) => text.slice(span.start, span.end)));
      cursor = (answer.result as { nextCursor?: string } | null)?.nextCursor;
      if (typeof cursor !== 'string') break;
    }
    return entries;
  }

  /** For what only reads: once more where the session or the connection was lost. */
  async #again(method: string, params: object | undefined, timeoutMs: number): Promise<Received> {
    try {
      return await this.#once(method, params, timeoutMs);
    } catch (error) {
      const lost = error instanceof AppError && ['MCP_SESSION_LOST', 'LINK_LOST'].includes(error.code);
      if (!lost) throw error;
      return await this.#once(method, params, timeoutMs);
    }
  }

  async #once(
    method: string,
    params: object | undefined,
    timeoutMs: number,
    headers: Record<string, string> = {},
  ): Promise<Received> {
    try {
      return await this.#send(method, params, timeoutMs, headers);
    } catch (error) {
      throw plain(error);
    }
  }

  /** Throws UpstreamFailure. */
  async #send(
    method: string,
    params: object | undefined,
    timeoutMs: number,
    headers: Record<string, string>,
  ): Promise<Received> {
    await this.#upstream.open();
    const id = this.#upstream.newId();
    const body = JSON.stringify({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) });
    return await this.#upstream.request(id, body, { timeoutMs, headers });
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
