import { AppError } from '../../../contract/errors.ts';
import type { HostKeyFacts, LinkState } from '../../../contract/link.ts';
import type { Profile } from '../../../contract/profile.ts';
import type { HostKeyPin } from '../dialling.ts';
import { knownName, removeKnownHost } from './known-hosts.ts';

/** The host keys that the user decided about, for one profile. */
export class HostTrust {
  /** Accepted by the user; saved to the file only after a sign-in with exactly that key. */
  pins: readonly HostKeyPin[] = [];
  private shown: HostKeyFacts | undefined;

  /** An unknown key was shown to the user. */
  show(facts: HostKeyFacts): void {
    this.shown = facts;
  }

  /** Pins the key that was shown. Throws LINK_HOST_KEY_CHANGED in that state, and LINK_HOST_KEY_UNKNOWN for a key not shown. */
  accept(state: LinkState, fingerprint: string): void {
    if (state.state === 'blocked' && state.reason === 'host-key-changed') {
      throw new AppError('LINK_HOST_KEY_CHANGED', state.error.message, state.error.next);
    }
    const { shown } = this;
    if (!shown || shown.fingerprint !== fingerprint) {
      throw new AppError(
        'LINK_HOST_KEY_UNKNOWN',
        shown
          ? `That is not the fingerprint that ${shown.host} shows; it shows ${shown.fingerprint}.`
          : 'No unknown host key was shown for this profile.',
        'Connect first, compare the fingerprint that is shown, and trust that one.',
      );
    }
    this.pins = [...this.pins.filter((pin) => pin.host !== shown.host), shown];
    this.shown = undefined;
  }

  /** Forgets a key for the profile's hosts, in memory and in our own file; returns for how many names it stood in either. */
  async forget(profile: Profile, file: string, fingerprint: string): Promise<number> {
    const names = profile.links.flatMap((link) =>
      link.kind === 'ssh' ? [knownName(link.host, link.port)] : [],
    );
    const removed = await removeKnownHost(file, names, fingerprint);
    const kept = this.pins.filter((pin) => pin.fingerprint !== fingerprint);
    const pinned = this.pins.length - kept.length;
    this.pins = kept;
    return Math.max(removed, pinned);
  }
}
