import type { CertificateFacts, ExposedFacts, LinkStage, LinkVia } from '../../contract/link.ts';
import { RETURN_AFTER_MS } from '../../contract/link.ts';
import type { Profile } from '../../contract/profile.ts';
import type { Log, Secrets } from '../ports.ts';
import type { Transport } from './transport.ts';

/** Milliseconds; the defaults are the product's, tests shorten them. */
export interface Timing {
  connectMs: number;
  /** SSH handshake and sign-in together, without an agent. */
  readyMs: number;
  /** Longest wait for one answer of an SSH agent: someone may have to touch a key. */
  agentMs: number;
  keepaliveMs: number;
  /** Unanswered keepalives after which an SSH connection counts as lost. */
  keepaliveCount: number;
  probeEveryMs: number;
  probeMs: number;
  /** Pause before a probe without any answer is confirmed by another one. */
  confirmMs: number;
  /** How long a link of the chain is waited for before the next one is dialled beside it. */
  staggerMs: number;
  /** How long a preferred link must have been healthy before it replaces the one in use. */
  returnAfterMs: number;
  /** Shortest pause between two attempts of a link that is not in use. */
  scoutMs: number;
  /** How long the requests on a link that was replaced may take to end. */
  drainMs: number;
}

export const defaultTiming: Timing = {
  connectMs: 10_000,
  readyMs: 20_000,
  agentMs: 30_000,
  keepaliveMs: 15_000,
  keepaliveCount: 3,
  probeEveryMs: 15_000,
  probeMs: 10_000,
  confirmMs: 3_000,
  staggerMs: 3_000,
  returnAfterMs: RETURN_AFTER_MS,
  scoutMs: 5_000,
  drainMs: 60_000,
};

/** A host key that the user accepted: this exact key, for this known_hosts name, saved after the next sign-in. */
export interface HostKeyPin {
  readonly host: string;
  readonly type: string;
  readonly fingerprint: string;
}

/** What dialling a link needs. */
export interface DialContext {
  readonly profile: Profile;
  readonly via: LinkVia;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly timing: Timing;
  readonly knownHostsFile: string;
  readonly userKnownHostsFiles: readonly string[];
  readonly agentSocket: string | undefined;
  readonly pins: readonly HostKeyPin[];
  /** The proxy that requests to a URL must take, undefined for none; the system's setting or the environment's. */
  readonly proxyFor: (url: URL) => Promise<URL | undefined>;
  /** Aborts the attempt; everything it opened is closed. */
  readonly signal: AbortSignal;
  readonly stage: (stage: LinkStage) => void;
}

/** What people are told about an open link beside its state. */
export interface LinkFacts {
  readonly certificate: CertificateFacts | null;
  readonly exposed: readonly ExposedFacts[];
}

/** An open transport with what the supervisor alone uses. */
export interface OpenLink extends Transport {
  /** The header that carries the API key over this link. */
  readonly apiKeyHeader: string | undefined;
  /** Read after every probe; what it gives may change while the link is open. */
  facts?(): LinkFacts;
  /** Remembers where the server redirected the MCP endpoint to, on the same origin; path and query. */
  moveMcp(pathAndQuery: string): void;
}
