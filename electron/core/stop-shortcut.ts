import { AppError } from '../contract/errors.ts';
import type { AppState } from '../contract/state.ts';

const MODIFIERS: Readonly<Record<string, string>> = {
  ctrl: 'Control',
  control: 'Control',
  cmd: 'Command',
  command: 'Command',
  commandorcontrol: 'CommandOrControl',
  cmdorctrl: 'CommandOrControl',
  alt: 'Alt',
  option: 'Alt',
  shift: 'Shift',
  super: 'Super',
  meta: 'Super',
};
const KEY = /^(?:[A-Z0-9]|F(?:[1-9]|1\d|2[0-4])|Escape|End|Home|Delete|Pause|Backspace)$/;

const refused = (why: string): AppError =>
  new AppError('INPUT_INVALID', why, 'Give at least two modifiers and a key, e.g. Control+Alt+End.');

/**
 * Keys for the global emergency stop in Electron's spelling, e.g. `Control+Alt+End`. At least two modifiers, one of
 * them not Shift, so that nobody types it by chance. Throws INPUT_INVALID.
 */
export function stopShortcut(text: string): string {
  const words = text.split('+').map((word) => word.trim());
  const last = words.pop() ?? '';
  const key = last.length === 1 ? last.toUpperCase() : last.slice(0, 1).toUpperCase() + last.slice(1);
  const modifiers = words.map((word) => MODIFIERS[word.toLowerCase()]);
  if (modifiers.includes(undefined) || !KEY.test(key))
    throw refused(`"${text}" is not a shortcut that is known here.`);
  const distinct = [...new Set(modifiers)];
  if (distinct.length < 2 || distinct.every((one) => one === 'Shift'))
    throw refused(`"${text}" could be typed by chance.`);
  return [...distinct, key].join('+');
}

/** Whose new trades a press stops: every profile but demos; the demos where there is nothing else. */
export function shortcutTargets({ order, profiles }: Pick<AppState, 'order' | 'profiles'>): string[] {
  const real = order.filter((name) => profiles[name] && profiles[name].profile.environment !== 'demo');
  return real.length > 0 ? real : [...order];
}
