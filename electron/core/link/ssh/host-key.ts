import type { HostKeyFacts } from '../../../contract/link.ts';
import type { DialContext } from '../dialling.ts';
import {
  addKnownHost,
  checkHostText,
  fingerprint,
  hostKeyAlgorithms,
  judgeKey,
  keyType,
  knownName,
  readKnownHosts,
} from './known-hosts.ts';
import type { HostKeyAlgorithm, KeyHost, KnownHost } from './known-hosts.ts';
import { expandHome } from './keys.ts';
import { HostKeyRefused } from '../refusal.ts';

/** A host to verify: the link itself or one of its jump hosts, which take the link's `knownHosts`. */
export interface VerifiedHost extends KeyHost {
  /** known_hosts files beside our own, in the place of the user's usual ones. */
  readonly knownHosts?: readonly string[] | undefined;
}

/**
 * Judges the host key of ONE connection. The first accepted key is the only one this connection accepts afterwards
 * (the verifier runs again at every re-key, up to hundreds of times, and never asks).
 */
export class HostKeyCheck {
  readonly algorithms: HostKeyAlgorithm[];
  /** Why the key was refused, once it was. */
  refusal: HostKeyRefused | undefined;
  private accepted: Buffer | undefined;
  private unsaved = false;
  private readonly entries: readonly KnownHost[];
  private readonly host: VerifiedHost;
  private readonly context: DialContext;
  private readonly name: string;

  private constructor(host: VerifiedHost, context: DialContext, entries: readonly KnownHost[]) {
    this.host = host;
    this.context = context;
    this.entries = entries;
    this.name = knownName(host);
    const pinned = context.pins.find((pin) => pin.host === this.name)?.type;
    const isPinned = (algorithm: string) =>
      Number(algorithm === pinned || (pinned === 'ssh-rsa' && algorithm.startsWith('rsa-')));
    this.algorithms = hostKeyAlgorithms(entries, host).toSorted((a, b) => isPinned(b) - isPinned(a));
  }

  /** Throws PROFILE_INVALID for a host that is no host, and LINK_KNOWN_HOSTS_UNREADABLE. */
  static async read(host: VerifiedHost, context: DialContext): Promise<HostKeyCheck> {
    checkHostText(host.host);
    if (host.hostKeyAlias !== undefined) checkHostText(host.hostKeyAlias);
    const theirs = host.knownHosts?.map(expandHome) ?? context.userKnownHostsFiles;
    const files = [context.knownHostsFile, ...theirs];
    return new HostKeyCheck(host, context, await readKnownHosts(files));
  }

  /** Whether this connection may go on with the key; otherwise `refusal` says why. */
  accepts(key: Buffer): boolean {
    if (this.accepted) {
      if (this.accepted.equals(key)) return true;
      this.refusal = this.changed(key, [fingerprint(this.accepted)]);
      return false;
    }
    const { verdict, known } = judgeKey(this.entries, this.host, key);
    const print = fingerprint(key);
    const pinned = this.context.pins.some((pin) => pin.host === this.name && pin.fingerprint === print);
    if (verdict === 'known' || (verdict === 'unknown' && pinned)) {
      this.accepted = Buffer.from(key);
      this.unsaved = verdict === 'unknown';
      return true;
    }
    if (verdict === 'revoked') this.refusal = this.revoked(key, known);
    else this.refusal = verdict === 'changed' ? this.changed(key, known) : this.unknown(key, known);
    return false;
  }

  /** Stores a newly trusted key. To be called after signing in: only then has the server proven that the key is its own. */
  async save(): Promise<void> {
    if (!this.unsaved || !this.accepted) return;
    try {
      await addKnownHost(this.context.knownHostsFile, this.name, this.accepted);
      this.unsaved = false;
    } catch (error) {
      // the key stays pinned for this run; only the next start will ask again
      this.context.log.warn('the trusted host key could not be saved', { error: String(error) });
    }
  }

  private facts(key: Buffer, known: string[]): HostKeyFacts {
    return { host: this.name, type: keyType(key), fingerprint: fingerprint(key), known };
  }

  private unknown(key: Buffer, known: string[]): HostKeyRefused {
    const facts = this.facts(key, known);
    const seen =
      known.length === 0
        ? `${this.name} was not seen before; its ${facts.type} key is ${facts.fingerprint}.`
        : `${this.name} is known by ${known.join(', ')}, but now offers a key of another kind: ${facts.type} ${facts.fingerprint}.`;
    return new HostKeyRefused(
      'LINK_HOST_KEY_UNKNOWN',
      seen,
      `Compare it with the droplet's (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there), then: catalyst-companion trust ${this.context.profile.name} ${facts.fingerprint}`,
      facts,
    );
  }

  private changed(key: Buffer, known: string[]): HostKeyRefused {
    const facts = this.facts(key, known);
    return new HostKeyRefused(
      'LINK_HOST_KEY_CHANGED',
      `The host key of ${this.name} has changed: stored is ${known.join(', ')}, offered is ${facts.fingerprint}. Somebody may be in the way, or the droplet was set up anew.`,
      `Only if you know why it changed: catalyst-companion untrust ${this.context.profile.name} ${known[0] ?? ''} (where your own known_hosts holds it: ssh-keygen -R "${this.name}"), then connect and compare the new key.`,
      facts,
    );
  }

  private revoked(key: Buffer, known: string[]): HostKeyRefused {
    const facts = this.facts(key, known);
    return new HostKeyRefused(
      'LINK_HOST_KEY_CHANGED',
      `${this.name} offers a key that is marked as revoked: ${facts.fingerprint}.`,
      'Do not connect. Ask whoever runs the server; the mark stands in your known_hosts file.',
      facts,
    );
  }
}
