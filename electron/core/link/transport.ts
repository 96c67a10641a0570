import type { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import type { LinkVia } from '../../contract/link.ts';

/** What the rest of core wants to reach, in the back end's words. */
export type Destination = { to: 'mcp' } | { to: 'service'; name: string; path: string };

/** How to reach it: a URL, the agent whose sockets go through the link, and headers that may hold secrets (never logged). */
export interface Route {
  url: URL;
  agent: Agent;
  headers: Readonly<Record<string, string>>;
}

export interface RemoteProcess {
  stdout: Readable;
  stderr: Readable;
  /** Resolves with the exit code, null when killed or the connection was lost. Never rejects. */
  exited: Promise<number | null>;
  kill(): void;
}

/** An open link. Closing is idempotent; `closed` resolves once with the cause. */
export interface Transport {
  readonly via: LinkVia;
  /** Where a destination is over this link; undefined when this link cannot reach it, e.g. a service behind HTTPS without `/svc/`. */
  route(destination: Destination): Route | undefined;
  /** Runs a command on the droplet (SSH only). The command is one of our own fixed texts; see logs/commands.ts. */
  exec?(command: string): Promise<RemoteProcess>;
  readonly closed: Promise<Error | undefined>;
  close(): void;
}

/** What bridge, health, positions and logs see of a profile's link. */
export interface LinkHandle {
  /** The open transport while the link is live or degraded, else undefined. */
  readonly transport: Transport | undefined;
  /** Resolves with a transport as soon as there is one, or undefined after `ms`, at once when blocked or off. */
  whenOpen(ms: number): Promise<Transport | undefined>;
  /** Why there is no transport now, as one sentence with the time of the next try. */
  reason(): string;
  /** To be called on every application answer through the link (any HTTP response). */
  proof(): void;
  /** To be called when a request through the link met no answer at all: it is asked to prove itself now. */
  doubt?(): void;
  /** Called when a transport opened or closed. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
}
