import { AppError } from '../../contract/errors.ts';
import type { Gate } from '../seams.ts';

/** A tool of our table that a person had made stricter, and that would be as soft as before. */
function isSofter(
  gate: Pick<Gate, 'classify' | 'tableClass'>,
  profile: string,
  name: string,
  as: Given | undefined,
): boolean {
  const [ofTable, now] = [gate.tableClass(profile, name), gate.classify(profile, name)];
  return as !== undefined && ofTable !== now && as !== now && as !== 'start';
}

type Given = 'read' | 'stop' | 'start';

/**
 * Throws INPUT_INVALID where an approval would let a tool run without asking and the profile's name was not typed.
 * It goes by the table and not by an earlier approval: read given in two steps is still read given by hand. A changed
 * definition approved without a class keeps the class of the old one, so it counts as given again.
 */
export function wantsNameTyped(
  gate: Pick<Gate, 'classify' | 'tableClass'>,
  profile: string,
  tools: readonly { name: string }[],
  as: Given | undefined,
): void {
  const unasked = tools
    .filter(({ name }) => gate.tableClass(profile, name) === 'unknown' || isSofter(gate, profile, name, as))
    .map(({ name }) => as ?? gate.classify(profile, name))
    .find((given) => given === 'read' || given === 'stop');
  if (unasked === undefined) return;
  throw new AppError(
    'INPUT_INVALID',
    `A tool marked ${unasked} runs without asking; that needs the profile's name typed.`,
    `Choose ${unasked} again and type ${profile} to confirm, or approve it as start.`,
  );
}
