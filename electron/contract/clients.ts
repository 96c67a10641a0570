import { z } from 'zod';
import { ClientId } from './bridge.ts';
import { Millis } from './link.ts';
import type { Presented } from './present.ts';

/**
 * What is known of an entry that we wrote. `waiting-quit`: written while the client ran, which may still write over
 * it. `waiting-start`: written, not yet proven through a start of the client. `armed`: to be written back as soon as
 * the client has quit. `given-up`: vanished again after it was written back; we do not fight over the file.
 */
export const ClientCheckState = z.enum([
  'waiting-quit',
  'waiting-start',
  'ok',
  'missing',
  'changed',
  'armed',
  'given-up',
  'unreadable',
]);
export type ClientCheckState = z.infer<typeof ClientCheckState>;

/**
 * Why an entry is gone, as far as it can be told. `written-over`: the client ran when we wrote, and put its own
 * memory of the file back. `reset`: every server is gone, so the client began afresh. `removed`: ours alone is gone,
 * as when a person takes it out. `file-gone`: the whole file is.
 */
export const WipeCause = z.enum(['written-over', 'reset', 'removed', 'file-gone']);
export type WipeCause = z.infer<typeof WipeCause>;

/** One entry of ours under watch; the key in the state is `id`. */
export const ClientCheck = z.strictObject({
  id: z.string(),
  client: ClientId,
  /** e.g. `Claude Desktop (Microsoft Store)`. */
  label: z.string(),
  path: z.string(),
  profile: z.string(),
  key: z.string(),
  state: ClientCheckState,
  cause: WipeCause.nullable(),
  /** When it came into this state. */
  since: Millis,
  /** When the file was last read. */
  checkedAt: Millis,
  /** How often it was written back by itself since it last held through a start: none or one. */
  attempts: z.number().int(),
});
export type ClientCheck = z.infer<typeof ClientCheck>;

/** A Claude Desktop extension to save as a file. */
export const ClientBundle = z.strictObject({ name: z.string(), base64: z.string() });
export type ClientBundle = z.infer<typeof ClientBundle>;

/** How one quits a client so that it is really gone, in the words of the platform. */
export function quitWords(platform: string): string {
  if (platform === 'darwin')
    return 'Quit Claude from the menu bar (Cmd-Q); closing its window is not enough.';
  if (platform === 'win32')
    return 'Quit Claude from its icon in the tray, at the clock (right-click > Quit); closing its window is not enough.';
  return 'Quit Claude from its tray icon (or Ctrl-Q); closing its window is not enough.';
}

const CAUSES: Record<WipeCause, string> = {
  'written-over': 'Claude wrote its own memory of the file over it',
  reset: 'the file was written afresh, without any server',
  removed: 'it was taken out of the file',
  'file-gone': 'the file is gone',
};

/** Label, tone and sentence for an entry under watch; `platform` is the app's. */
export function presentCheck(check: ClientCheck, platform: string): Presented {
  const name = `“${check.key}”`;
  const why = check.cause === null ? '' : `: ${CAUSES[check.cause]}`;
  switch (check.state) {
    case 'ok':
      return { tone: 'live', label: 'Set up', detail: '' };
    case 'waiting-start':
      return {
        tone: 'working',
        label: 'Waiting for its next start',
        detail: `Start ${check.label}; then the entry is checked once more.`,
      };
    case 'waiting-quit':
      return {
        tone: 'attention',
        label: 'Waiting for it to quit',
        detail: `It was running when ${name} was written and may write over it. ${quitWords(platform)}`,
      };
    case 'armed':
      return {
        tone: 'attention',
        label: 'Written back when it quits',
        detail: `${name} is missing${why}. ${quitWords(platform)} The entry is then written back at once.`,
      };
    case 'missing':
      return {
        tone: 'danger',
        label: 'Entry gone',
        detail: `${name} is missing from ${check.label}${why}.`,
      };
    case 'changed':
      return {
        tone: 'danger',
        label: 'Changed by somebody',
        detail: `${name} no longer starts what was written. Look at the change before you repair it.`,
      };
    case 'given-up':
      return {
        tone: 'danger',
        label: 'Gone again',
        detail: `${name} was written back and vanished again${why}. It is not written any more by itself.`,
      };
    case 'unreadable':
      return {
        tone: 'attention',
        label: 'File cannot be read',
        detail: `${check.path} cannot be read or is not valid; it was left as it is.`,
      };
    default:
      return check.state satisfies never;
  }
}
