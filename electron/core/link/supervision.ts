import type { Chain, LinkState } from '../../contract/link.ts';
import type { LinkConfig, Profile } from '../../contract/profile.ts';
import type { Clock, Log, Secrets } from '../ports.ts';
import type { DialContext, OpenLink, Timing } from './dialling.ts';
import type { LinkHandle } from './transport.ts';

export interface SupervisorOptions {
  /** Read anew for every attempt, so that an edited profile counts from the next one on. */
  profile: () => Profile;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  /** Our own known_hosts; the only one that is written. */
  knownHostsFile: string;
  userKnownHostsFiles: readonly string[];
  /** The SSH agent's socket or pipe, usually SSH_AUTH_SOCK. */
  agentSocket?: string;
  publish: (state: LinkState) => void;
  publishChain?: (chain: Chain) => void;
  /** The proxy for a URL; absent: none is ever used. */
  proxyFor?: (url: URL) => Promise<URL | undefined>;
  /** Whether a call that changes state is under way: no link is changed for a better one meanwhile. */
  busy?: () => boolean;
  timing?: Partial<Timing>;
  /** Opens a link; another one only in tests. */
  dial?: (config: LinkConfig, context: DialContext) => Promise<OpenLink>;
}

export interface Supervisor extends LinkHandle {
  readonly state: LinkState;
  /** Wants the link: starts where it is off, blocked or waiting; nothing else changes. Idempotent. */
  connect(): void;
  disconnect(): void;
  /** Tries at once: the waiting attempt, a repaired blocked link, a probe of an open one and the links that refused us beside it. */
  retry(): void;
  /** The machine woke, the network changed or the clock was set: an open link proves itself now, a waiting one is tried within 2 s. */
  wake(): void;
  /** Accepts the host key that was shown as unknown, and connects. Throws LINK_HOST_KEY_CHANGED or LINK_HOST_KEY_UNKNOWN. */
  trust(fingerprint: string): Promise<void>;
  /** Removes a stored key of this profile's SSH hosts from our own file, and connects anew where a link is wanted. */
  untrust(fingerprint: string): Promise<number>;
  /** The profile was changed: what is open is closed, and a wanted link is made anew from the first of its links. */
  changed(): void;
  /** The first live, degraded, blocked or off state, or the state after `ms`. */
  settled(ms: number): Promise<LinkState>;
  dispose(): void;
}
