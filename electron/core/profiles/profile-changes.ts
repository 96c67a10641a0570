import os from 'node:os';
import { AppError } from '../../contract/errors.ts';
import type { Profile } from '../../contract/profile.ts';
import { confirmReasons, partsOf, profileChanges, reconnects } from '../../contract/profile-change.ts';
import type { PartChange } from '../../contract/profile-change.ts';
import type { ProfileChange, ProfileParts } from '../../contract/profile-parts.ts';
import type { Parts } from '../app-services.ts';
import type { ProfileRuntime } from './profile-runtime.ts';
import { completed, DEMO_PROFILE, withParts } from './profiles.ts';

/** A change that was checked against the profile it is for. */
export interface CheckedChange {
  parts: ProfileParts;
  changes: PartChange[];
  reconnects: boolean;
}

const SETTLES =
  'a call ended with an unknown outcome, and what is read after the change will settle it, so it must be the same droplet';

/**
 * Checks a change of a profile; `unresolved` says what of it ended unknown, null where nothing did. Throws
 * PROFILE_CHANGED where the parts are not those that were shown, and CONFIRMATION_NEEDED where a reason asks for the
 * profile's name and `confirm` is not it.
 */
export function checkChange(
  profile: Profile,
  change: Omit<ProfileChange, 'profile'>,
  userHome: string,
  unresolved: string | null = null,
): CheckedChange {
  const { name } = profile;
  const before = partsOf(profile);
  if (change.expected !== undefined && profileChanges(before, change.expected).length > 0)
    throw new AppError(
      'PROFILE_CHANGED',
      `${name} was changed meanwhile; nothing was done.`,
      'Look at it as it is now and make your change again.',
    );
  const after = completed(withParts(profile, change.parts), userHome);
  const parts = partsOf(after);
  const anew = reconnects(before, parts);
  const reasons = confirmReasons(before, parts);
  if (anew && unresolved !== null) reasons.push(SETTLES);
  if (reasons.length > 0 && change.confirm !== name)
    throw new AppError(
      'CONFIRMATION_NEEDED',
      `This needs the profile's name typed: ${reasons.join('; ')}.`,
      `Type ${name} to confirm (--confirm ${name}), or leave it as it is.`,
    );
  return { parts, changes: profileChanges(before, parts), reconnects: anew };
}

/** What changed, for the trail: no secrets are in it. */
export function changeText(changes: readonly PartChange[]): string {
  return changes.map(({ part, was, becomes }) => `${part}: ${was} => ${becomes}`).join('; ');
}

const busy = (name: string): AppError =>
  new AppError(
    'PROFILE_BUSY',
    `A call that may change something on ${name} waits for your answer or is under way; nothing was changed here.`,
    `Answer it or wait for its end, then change again. Disconnecting ${name} ends it too; its outcome is then unknown.`,
  );

interface ChangeOptions {
  /** Throws PROFILE_UNKNOWN. */
  runtime(name: string): ProfileRuntime;
  /** Into the trail; never rejects. */
  audit(kind: string, profile: string, detail: string): Promise<void>;
}

/** Changes profiles in place: their names, catalogues, limits, secrets, history, trail and clients stay. */
export class ProfileChanges {
  readonly #parts: Parts;
  readonly #o: ChangeOptions;

  constructor(parts: Parts, options: ChangeOptions) {
    this.#parts = parts;
    this.#o = options;
  }

  /**
   * Stores the change, then makes the link anew where that is due. Throws PROFILE_UNKNOWN, PROFILE_INVALID,
   * PROFILE_CHANGED, CONFIRMATION_NEEDED, and PROFILE_BUSY while a call that may change state is under way: it was
   * meant for the profile as it is, and must neither lose its answer nor reach another server.
   */
  async change({ profile: name, ...change }: ProfileChange): Promise<Profile> {
    const runtime = this.#o.runtime(name);
    const { profiles, store, gate } = this.#parts;
    if (name === DEMO_PROFILE)
      throw new AppError(
        'PROFILE_INVALID',
        'The built-in demo cannot be changed.',
        'Add a profile of your own.',
      );
    const before = profiles.get(name);
    this.#idle(runtime, name);
    const { parts, changes, ...due } = checkChange(before, change, os.homedir(), gate.unresolved(name));
    if (changes.length === 0) return before;
    const stored = await profiles.change(name, parts);
    try {
      // a call that came while the disk was written was let through for the profile as it was
      this.#idle(runtime, name);
    } catch (error) {
      await profiles.change(name, partsOf(before));
      throw error;
    }
    gate.grants.end(name, 'the profile was changed');
    if (due.reconnects) this.#remake(runtime, stored);
    else store.set(['profiles', name, 'profile'], stored);
    await this.#tell(name, changes);
    return stored;
  }

  /** Throws PROFILE_BUSY. */
  #idle(runtime: ProfileRuntime, name: string): void {
    const { store, gate } = this.#parts;
    const asked = store.state.consents.some(({ profile }) => profile === name);
    if (asked || runtime.busy || gate.open(name)) throw busy(name);
  }

  async #tell(profile: string, changes: readonly PartChange[]): Promise<void> {
    const detail = changeText(changes);
    const title = `Changed the ${changes.map(({ part }) => part).join(', ')}`;
    this.#parts.record({ profile, kind: 'config', actor: 'you', title, outcome: 'ok', detail });
    await this.#o.audit('profile-changed', profile, detail);
  }

  #remake(runtime: ProfileRuntime, profile: Profile): void {
    const { containers } = this.#parts;
    containers.close(profile.name);
    runtime.change(profile);
    containers.open(profile.name, runtime.link);
  }
}
