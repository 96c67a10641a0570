import type { ToolMarks } from './param-headers.ts';
import type { SessionFacts } from './session-facts.ts';

/** `legacy`: revisions with `initialize` (up to 2025-11-25). `modern`: 2026-07-28, every request stands alone. */
export type Era = 'legacy' | 'modern';

export const MODERN_VERSION = '2026-07-28';

/** HeaderMismatch, MissingRequiredClientCapability, UnsupportedProtocolVersion: only servers of the modern era say these. */
const MODERN_ERRORS: readonly unknown[] = [-32020, -32021, -32022];

export interface RpcError {
  code?: unknown;
  message?: unknown;
  data?: unknown;
}

export const isModernError = (error: RpcError | undefined): boolean => MODERN_ERRORS.includes(error?.code);

/** The JSON-RPC error that an HTTP body holds; undefined where it holds none. */
export function rpcErrorOf(body: string): RpcError | undefined {
  try {
    const error = (JSON.parse(body) as { error?: unknown } | null)?.error;
    return typeof error === 'object' && error !== null ? error : undefined;
  } catch {
    return undefined;
  }
}

/** What is known of one MCP URL. A field that is absent was not tried yet; null: tried, and the server has not got it. */
export interface KnownEras {
  /** What `server/discover` said. */
  modern?: SessionFacts | null;
  /** How it speaks the revisions with `initialize`. */
  legacy?: 'streamable' | 'sse' | null;
}

/** A profile has few links; more addresses than this are those of tunnels that were set up anew. */
const MAX_URLS = 16;

/**
 * What a profile's back end speaks, by MCP URL, shared by all sessions of the profile: the era is a property of the
 * server (2026-07-28, versioning). A link to another address asks anew; so does an answer that contradicts it.
 */
export class EraMemory {
  readonly #known = new Map<string, KnownEras>();
  readonly #tools = new Map<string, Map<string, ToolMarks>>();

  of(url: URL): Readonly<KnownEras> {
    return this.#known.get(url.href) ?? {};
  }

  learn(url: URL, known: KnownEras): void {
    const merged = { ...this.of(url), ...known };
    this.#known.delete(url.href);
    this.#known.set(url.href, merged);
    for (const [oldest] of this.#known) {
      if (this.#known.size <= MAX_URLS) break;
      this.#known.delete(oldest);
      this.#tools.delete(oldest);
    }
  }

  /** A server that was restarted may be a newer one: what it had not got is asked anew. */
  restarted(url: URL): void {
    const { modern, legacy } = this.of(url);
    this.#known.set(url.href, { ...(modern ? { modern } : {}), ...(legacy ? { legacy } : {}) });
  }

  forget(url: URL): void {
    this.#known.delete(url.href);
  }

  /** Which parameters of its tools the server wants as headers, as far as lists were seen. */
  toolsOf(url: URL): Map<string, ToolMarks> {
    let tools = this.#tools.get(url.href);
    if (!tools) {
      tools = new Map();
      this.#tools.set(url.href, tools);
    }
    return tools;
  }
}
