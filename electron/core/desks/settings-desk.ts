import type { Preferences, PreferencesChange } from '../../contract/settings.ts';
import type { SettingsStore } from '../settings.ts';
import type { Store } from '../store.ts';

export interface SettingsDeskParts {
  settings: SettingsStore;
  store: Store;
  /** What a changed level of the app's log means. */
  setLogLevel(level: Preferences['logLevel']): void;
}

/** The user's preferences: changed on disk first, then in the state that windows and tray follow. */
export class SettingsDesk {
  readonly #parts: SettingsDeskParts;

  constructor(parts: SettingsDeskParts) {
    this.#parts = parts;
    this.#publish();
  }

  /** Throws STATE_WRITE_FAILED, and then nothing has changed. */
  async change(change: PreferencesChange): Promise<Preferences> {
    const { settings } = this.#parts;
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    await settings.change((now) => ({ preferences: { ...now.preferences, ...given } }));
    return this.#publish();
  }

  #publish(): Preferences {
    const { preferences } = this.#parts.settings.current;
    this.#parts.store.set(['settings'], preferences);
    this.#parts.setLogLevel(preferences.logLevel);
    return preferences;
  }
}
