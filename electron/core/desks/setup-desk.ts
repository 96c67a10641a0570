import { AppError } from '../../contract/errors.ts';
import type { PatchOp } from '../../contract/state.ts';
import type { SettingsStore } from '../settings.ts';
import type { Store } from '../store.ts';

/**
 * Which profile is being set up step by step. The steps themselves are read off the profile's own state; only that
 * somebody is at it is kept here, on disk, so that it is taken up again where it was left.
 */
export class SetupDesk {
  readonly #parts: { settings: SettingsStore; store: Store };

  constructor(parts: { settings: SettingsStore; store: Store }) {
    this.#parts = parts;
    parts.store.set(['app', 'setup'], parts.settings.current.setup);
    parts.store.onEvent((event) => {
      if (event.type !== 'patch') return;
      const gone = ({ op, path: [first, name, ...rest] }: PatchOp) =>
        op === 'remove' && first === 'profiles' && name === parts.store.state.app.setup && rest.length === 0;
      if (event.ops.some(gone)) this.follow(null).catch(() => undefined);
    });
  }

  /** Begins with a profile, or ends (null). Throws PROFILE_UNKNOWN, STATE_WRITE_FAILED. */
  async follow(profile: string | null): Promise<string | null> {
    const { settings, store } = this.#parts;
    if (profile !== null && !store.state.profiles[profile])
      throw new AppError('PROFILE_UNKNOWN', `There is no profile "${profile}".`, 'Add it first.');
    await settings.change({ setup: profile });
    store.set(['app', 'setup'], profile);
    return profile;
  }
}
