import { AppError } from '../../../contract/errors.ts';
import type { HostKeyFacts, LinkState } from '../../../contract/link.ts';
import type { Profile } from '../../../contract/profile.ts';
import type { HostKeyPin } from '../dialling.ts';
import { knownName, removeKnownHost } from './known-hosts.ts';

/** The host keys that the user decided about, for one profile. */
export class HostTrust {
  /** Accepted by the user; saved to the file only after a sign-in with exactly that key. */
  pins: readonly HostKeyPin[] = [];
  /** By known_hosts name: several links of a chain may wait for their user at the same time. */
  private readonly shown = new Map<string, HostKeyFacts>();

  /** An unknown key was shown to the user. */
  show(facts: HostKeyFacts): void {
    this.shown.set(facts.host, facts);
  }

  /** Pins the key that was shown. Throws LINK_HOST_KEY_CHANGED in that state, and LINK_HOST_KEY_UNKNOWN for a key not shown. */
  accept(state: LinkState, fingerprint: string): void {
    if (state.state === 'blocked' && state.reason === 'host-key-changed') {
      throw new AppError('LINK_HOST_KEY_CHANGED', state.error.message, state.error.next);
    }
    const all = [...this.shown.values()];
    const accepted = all.filter((facts) => facts.fingerprint === fingerprint);
    if (accepted.length === 0) {
      const shows = all.map((facts) => `${facts.host} shows ${facts.fingerprint}`).join(', ');
      throw new AppError(
        'LINK_HOST_KEY_UNKNOWN',
        shows === ''
          ? 'No unknown host key was shown for this profile.'
          : `That is not a fingerprint that was shown: ${shows}.`,
        'Connect first, compare the fingerprint that is shown, and trust that one.',
      );
    }
    for (const facts of accepted) {
      this.pins = [...this.pins.filter((pin) => pin.host !== facts.host), facts];
      this.shown.delete(facts.host);
    }
  }

  /** Forgets a key for the profile's hosts, jump hosts included, in memory and in our own file; returns for how many names it stood in either. */
  async forget(profile: Profile, file: string, fingerprint: string): Promise<number> {
    const hosts = profile.links.flatMap((link) => (link.kind === 'ssh' ? [link, ...link.jump] : []));
    const names = hosts.map(knownName);
    const removed = await removeKnownHost(file, names, fingerprint);
    const kept = this.pins.filter((pin) => pin.fingerprint !== fingerprint);
    const pinned = this.pins.length - kept.length;
    this.pins = kept;
    return Math.max(removed, pinned);
  }
}
