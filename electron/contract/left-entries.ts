import type { ClientTarget } from './bridge.ts';

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
