import type { ToolClass, ToolStatus } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import { whyNot } from '../files.ts';
import type { Definition } from './definition.ts';
import type { SavedTool } from './saved.ts';

/** What the catalogue asks of the guard's table: the class of an exact name, `unknown` where it lists none. */
export type Classify = (tool: string) => ToolClass;

const NEVER_SEEN = { approvedHash: null, approvedDefinition: null, approvedAs: null, blocked: false };

/**
 * What becomes of the saved tools when the server lists `found` (pure). At first contact the tools that the table
 * names are approved as they are; later every new or changed definition waits for a person.
 */
export function learnTools(
  saved: readonly SavedTool[],
  found: readonly Definition[],
  firstContact: boolean,
  classify: Classify,
): SavedTool[] {
  const before = new Map(saved.map((tool) => [tool.name, tool]));
  const next: SavedTool[] = [];
  for (const { name, hash, text } of found) {
    // a name listed twice: the first counts, the second could hide behind its approval
    if (next.some((tool) => tool.name === name)) continue;
    const kept = before.get(name) ?? NEVER_SEEN;
    const approved = firstContact && kept === NEVER_SEEN && classify(name) !== 'unknown';
    const approval = approved ? { approvedHash: hash, approvedDefinition: text } : {};
    next.push({ ...kept, ...approval, name, definition: text, hash, present: true });
  }
  // what the server no longer lists keeps its approval, in case it comes back unchanged
  for (const tool of saved)
    if (!next.some(({ name }) => name === tool.name)) next.push({ ...tool, present: false });
  return next;
}

/** Status of one tool. Stop-like tools stay listed whatever changed: the way to stop must not close. */
export function statusOf(tool: SavedTool, classify: Classify): ToolStatus {
  if (tool.blocked) return 'blocked';
  if (tool.approvedHash === tool.hash) return 'listed';
  if (classify(tool.name) === 'stop') return 'listed';
  return tool.approvedHash === null ? 'new' : 'changed';
}

/** The tool as approved with the definition that it has. */
export function approvedTool(tool: SavedTool, as: ToolClass | undefined): SavedTool {
  const { hash: approvedHash, definition: approvedDefinition, approvedAs } = tool;
  return { ...tool, approvedHash, approvedDefinition, approvedAs: as ?? approvedAs, blocked: false };
}

/** What a person decided about a tool, to put it back. */
export function approvalOf(
  tool: SavedTool,
): Pick<SavedTool, 'approvedHash' | 'approvedDefinition' | 'approvedAs' | 'blocked'> {
  const { approvedHash, approvedDefinition, approvedAs, blocked } = tool;
  return { approvedHash, approvedDefinition, approvedAs, blocked };
}

/** A block counts at once, whatever the disk says of it. */
export const blockedForNow = (names: readonly string[], cause: unknown): AppError =>
  new AppError(
    'STATE_WRITE_FAILED',
    `Blocked (${names.join(', ')}), but that could not be kept (${whyNot(cause)}): it holds until the app is started again.`,
    'Free disk space or fix the permissions of the state folder, then block it again.',
    { cause },
  );

/** Whether clients see the tool. */
export function isListed(tool: SavedTool, classify: Classify): boolean {
  return tool.present && statusOf(tool, classify) === 'listed';
}
