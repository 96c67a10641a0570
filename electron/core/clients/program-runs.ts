import { addArgs, removeArgs } from './claude-code.ts';
import type { ServerEntry } from './json-edit.ts';
import type { FileChange } from './plan-context.ts';

/** The argument lists by which Claude Code's program makes a change; none where nothing changes. */
export function programRuns(
  change: FileChange,
  action: 'install' | 'remove',
  entry: ServerEntry,
): string[][] {
  const { keys = [], present = [], before, after } = change;
  if (before !== undefined && after?.equals(before) === true) return [];
  const removals = keys.filter((key) => present.includes(key)).map(removeArgs);
  // it refuses to add what is there already
  return action === 'remove' ? removals : [...removals, ...keys.map((key) => addArgs(key, entry))];
}
