import type { GlobalShortcut } from 'electron';
import type { App } from '../core/app-interface.ts';
import { shortcutTargets } from '../core/stop-shortcut.ts';
import type { TrayAction } from './tray-menu.ts';

export interface StopKeyParts {
  app: Pick<App, 'state' | 'log'>;
  globalShortcut: Pick<GlobalShortcut, 'register' | 'unregister'>;
  perform(action: TrayAction): void;
  /** The keys belong to another program: a stop that somebody relies on must not fail silently. */
  refused(keys: string): void;
}

/** The emergency stop by keys that work in every program; off unless the user chose some. */
export class StopKey {
  readonly #parts: StopKeyParts;
  #keys: string | null = null;

  constructor(parts: StopKeyParts) {
    this.#parts = parts;
  }

  /** To be called after each change of state. */
  refresh(): void {
    const wanted = this.#parts.app.state().app.stopShortcut;
    if (wanted === this.#keys) return;
    this.dispose();
    this.#keys = wanted;
    if (wanted === null) return;
    if (this.#register(wanted)) return;
    this.#parts.app.log.error('the shortcut of the emergency stop could not be registered', { keys: wanted });
    this.#parts.refused(wanted);
  }

  dispose(): void {
    if (this.#keys !== null) this.#parts.globalShortcut.unregister(this.#keys);
    this.#keys = null;
  }

  #register(keys: string): boolean {
    try {
      return this.#parts.globalShortcut.register(keys, () => this.#press());
    } catch {
      return false;
    }
  }

  #press(): void {
    for (const profile of shortcutTargets(this.#parts.app.state()))
      this.#parts.perform({ do: 'stop', profile });
  }
}
