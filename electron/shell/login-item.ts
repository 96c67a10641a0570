import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { App } from 'electron';
import type { App as CompanionApp } from '../core/app-interface.ts';
import { writeState } from '../core/files.ts';

/** How a start by the system is told from one by the user: no window then. */
export const HIDDEN = '--hidden';

export interface LoginItemParts {
  app: Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;
  platform: string;
  packaged: boolean;
  env: NodeJS.ProcessEnv;
  userHome: string;
  /** The program that runs now. */
  program: string;
}

/** Quoted for an Exec line of a desktop entry: there `%` begins a field code, and four characters need a backslash. */
function execWord(text: string): string {
  return `"${text.replaceAll('%', '%%').replace(/["\\`$]/g, (sign) => `\\${sign}`)}"`;
}

/** The autostart entry of a Linux desktop. */
export function autostartEntry(program: string): string {
  // the backslashes of a string value are halved before those of Exec are
  const exec = `${execWord(program)} ${HIDDEN}`.replaceAll('\\', '\\\\');
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Catalyst Companion',
    `Exec=${exec}`,
    'Icon=catalyst-companion',
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

function autostartFile({ env, userHome }: LoginItemParts): string {
  const given = env['XDG_CONFIG_HOME'];
  const config = given !== undefined && path.isAbsolute(given) ? given : path.join(userHome, '.config');
  return path.join(config, 'autostart', 'catalyst-companion.desktop');
}

/** An AppImage is mounted somewhere else at each start; its own file is what can be started again. */
const startable = ({ env, program }: LoginItemParts): string => env['APPIMAGE'] ?? program;

function readAutostart(parts: LoginItemParts): boolean {
  try {
    const text = readFileSync(autostartFile(parts), 'utf8');
    return !/^(?:Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(text);
  } catch {
    return false;
  }
}

/**
 * Whether the system starts the app at login, as the system itself says: the user may have changed it in the system's
 * own settings. Null for a checkout, whose program is Electron's.
 */
export function startsAtLogin(parts: LoginItemParts): boolean | null {
  if (!parts.packaged) return null;
  if (parts.platform === 'linux') return readAutostart(parts);
  // Windows compares the arguments too
  return parts.app.getLoginItemSettings({ args: [HIDDEN] }).openAtLogin;
}

/** Has the system start the app at login, without its window, or no longer. Throws STATE_WRITE_FAILED. */
export async function setStartAtLogin(on: boolean, parts: LoginItemParts): Promise<void> {
  if (!parts.packaged) return;
  if (parts.platform !== 'linux') {
    parts.app.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN] });
    return;
  }
  const file = autostartFile(parts);
  if (on) await writeState(file, autostartEntry(startable(parts)));
  else rmSync(file, { force: true });
}

/**
 * Keeps the system's setting and the user's wish in Settings the same. At the start the system's counts: it may have
 * been changed there. From then on each change in Settings is carried out.
 */
export class LoginItem {
  readonly #app: Pick<CompanionApp, 'state' | 'act' | 'log'>;
  readonly #parts: LoginItemParts;
  readonly #changed: () => void;
  #wanted: boolean | undefined;

  constructor(app: Pick<CompanionApp, 'state' | 'act' | 'log'>, parts: LoginItemParts, changed: () => void) {
    this.#app = app;
    this.#parts = parts;
    this.#changed = changed;
  }

  /** To be called after each change of state. */
  refresh(): void {
    const wanted = this.#app.state().settings.startAtLogin;
    if (this.#wanted === wanted) return;
    const first = this.#wanted === undefined;
    this.#wanted = wanted;
    const actual = startsAtLogin(this.#parts);
    if (actual === null || actual === wanted) return;
    const done = first ? this.#adopt(actual) : setStartAtLogin(wanted, this.#parts);
    done.then(this.#changed, (error: unknown) => {
      this.#app.log.error('the start at login could not be changed', { error });
    });
  }

  async #adopt(actual: boolean): Promise<void> {
    this.#wanted = actual;
    await this.#app.act.changeSettings({ startAtLogin: actual });
  }
}
