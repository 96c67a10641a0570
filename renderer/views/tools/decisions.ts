import type { ToolClass, ToolEntry, ToolStatus } from '../../../electron/contract/bridge.ts';
import type { Tone } from '../../../electron/contract/present.ts';

export const STATUS: Record<ToolStatus, { tone: Tone; label: string }> = {
  listed: { tone: 'live', label: 'Listed' },
  new: { tone: 'attention', label: 'New' },
  changed: { tone: 'attention', label: 'Changed' },
  blocked: { tone: 'off', label: 'Blocked' },
};

export const CLASS_SHORT: Record<ToolClass, string> = {
  read: 'reads',
  stop: 'stops',
  start: 'asks',
  unknown: 'asks',
};

export const CLASS: Record<ToolClass, string> = {
  read: 'Only reads: runs without asking',
  stop: 'Reduces risk: runs without asking',
  start: 'Adds risk: asks each time',
  unknown: 'Unknown: asks each time',
};

/** Why it is so, in words. */
export const WHY: Record<NonNullable<ToolEntry['why']>, string> = {
  table: "by the app's own table of this kind of back end",
  person: 'as you approved it',
  server: "by the server's own words, which can only make it stricter",
  nobody: 'nobody says otherwise',
};

/** How a call of it is treated now. */
export type Decision = 'allow' | 'ask' | 'deny';

export function decisionOf(tool: ToolEntry): Decision | null {
  if (tool.status === 'blocked') return 'deny';
  if (tool.status !== 'listed') return null;
  return tool.class === 'read' || tool.class === 'stop' ? 'allow' : 'ask';
}
