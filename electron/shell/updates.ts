import type { Clock, Log } from '../core/ports.ts';

/** dist/updater.js, which only signed builds have: electron-updater with the settings that are safe. */
export interface Updater {
  /** Looks, downloads what is newer and checks its signature; the version that is ready, if any. */
  fetchNewer(): Promise<string | undefined>;
  /** Ends the app and installs what was fetched. */
  install(): void;
}

const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60_000;

/** Asks for a newer version now and then. Nothing is installed but by the user's click. */
export class Updates {
  readonly #load: () => Promise<Updater>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changed: () => void;
  #updater: Updater | undefined;
  #ready: string | null = null;
  #cancel: () => void;

  constructor(load: () => Promise<Updater>, clock: Clock, log: Log, changed: () => void) {
    this.#load = load;
    this.#clock = clock;
    this.#log = log;
    this.#changed = changed;
    this.#cancel = clock.after(FIRST_MS, () => void this.#look());
  }

  /** The version that is ready to be installed. */
  get ready(): string | null {
    return this.#ready;
  }

  install(): void {
    if (this.#ready !== null) this.#updater?.install();
  }

  dispose(): void {
    this.#cancel();
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    this.#cancel = this.#clock.after(EVERY_MS, () => void this.#look());
    try {
      this.#updater ??= await this.#load();
      const version = await this.#updater.fetchNewer();
      if (version === undefined || version === this.#ready) return;
      this.#ready = version;
      this.#changed();
    } catch (error) {
      this.#log.warn('a newer version could not be looked for', { error });
    }
  }
}
