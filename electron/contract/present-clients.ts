import type { ClientTarget } from './bridge.ts';
import type { ClientCheck, WipeCause } from './clients.ts';
import type { Presented } from './present.ts';

/** How one quits a client so that it is really gone, in the words of the platform. */
export function quitWords(platform: string): string {
  if (platform === 'darwin')
    return 'Quit Claude from the menu bar (Cmd-Q); closing its window is not enough.';
  if (platform === 'win32')
    return 'Quit Claude from its icon in the tray, at the clock (right-click > Quit); closing its window is not enough.';
  return 'Quit Claude from its tray icon (or Ctrl-Q); closing its window is not enough.';
}

/** Said above the commands of a client's own program: it spells its file anew, which no preview can show. */
export const BY_PROGRAM =
  "The change is made by the client's own program, which may write the rest of its file in its own spelling; undo brings back every byte:";

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

/** Whether a repair can be asked for with one click; a changed entry is looked at first. */
export function canRepair(check: ClientCheck): boolean {
  return check.state === 'missing' || check.state === 'given-up';
}

/** The clients that hold an entry of ours for a profile; one that starts something else by now is not ours to name. */
export function clientsWith(profile: string, targets: readonly ClientTarget[]): ClientTarget[] {
  const own = targets.filter((target) =>
    target.entries.some((entry) => entry.profile === profile && entry.state !== 'replaced'),
  );
  return own.filter((target, i) => own.findIndex(({ client }) => client === target.client) === i);
}

/** Takes the entry out; works for a profile that is gone too. */
export const removeEntryCommand = (client: ClientTarget['client'], profile: string): string =>
  `catalyst-companion clients remove ${client} ${profile}`;
