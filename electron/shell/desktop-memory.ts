import fs from 'node:fs/promises';
import { writeState } from '../core/files.ts';
import type { Clock, Log } from '../core/ports.ts';
import { parsePlace } from './bounds.ts';
import type { WindowPlace } from './bounds.ts';

/** Moving a window says so many times a second; it is written down once it has come to rest. */
const AT_REST_MS = 800;

/**
 * What the desktop shell remembers of itself in `window.json`: where the window was, and what was explained already.
 * Nothing of it matters to trading, so a file that is missing, broken or not writable is only logged.
 */
export class DesktopMemory {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #place: WindowPlace | undefined;
  #explained = false;
  #cancel: (() => void) | undefined;
  #writing = Promise.resolve();

  constructor(file: string, clock: Clock, log: Log) {
    this.#file = file;
    this.#clock = clock;
    this.#log = log;
  }

  async load(): Promise<void> {
    const text = await fs.readFile(this.#file, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    this.#place = parsePlace(text);
    this.#explained = text.includes('"explained":true');
  }

  get place(): WindowPlace | undefined {
    return this.#place;
  }

  /** Whether it was said before that closing the window leaves the app in the tray. */
  get explained(): boolean {
    return this.#explained;
  }

  setExplained(): void {
    this.#explained = true;
    this.#saveSoon();
  }

  setPlace(place: WindowPlace): void {
    this.#place = place;
    this.#saveSoon();
  }

  /** Writes what is not written yet. Never rejects. */
  async flush(): Promise<void> {
    if (this.#cancel) {
      this.#cancel();
      this.#save();
    }
    await this.#writing;
  }

  #saveSoon(): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(AT_REST_MS, () => this.#save());
  }

  #save(): void {
    this.#cancel = undefined;
    const text = `${JSON.stringify({ ...this.#place, explained: this.#explained })}\n`;
    this.#writing = this.#writing
      .then(() => writeState(this.#file, text))
      .catch((error: unknown) => this.#log.warn('the place of the window could not be kept', { error }));
  }
}
