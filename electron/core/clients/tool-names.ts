/** Hosts take names of 64 characters of this alphabet, and refuse every tool when one is longer. */
const MOST = 64;
const SHOWN = 3;

/** What the code side of Claude makes of a tool's name. */
export const hostName = (key: string, tool: string) => `mcp__${key}__${tool}`;

/** Warnings where a profile's tools would not fit under a key, or where none are known yet. */
export function toolWarnings(
  profile: string,
  keys: readonly string[],
  tools: readonly string[] | undefined,
): string[] {
  if (tools === undefined) {
    return [
      `No tools of ${profile} are known yet: connect it once before the client starts, so that it sees them at once.`,
    ];
  }
  return keys.flatMap((key) => {
    const long = tools.filter((tool) => hostName(key, tool).length > MOST);
    if (long.length === 0) return [];
    const some =
      long.slice(0, SHOWN).join(', ') + (long.length > SHOWN ? ` and ${long.length - SHOWN} more` : '');
    return [
      `${long.length} ${long.length === 1 ? 'tool has a name' : 'tools have names'} too long for Claude's Code and Cowork sessions, which take ${MOST} characters with mcp__${key}__ before it and may then refuse all tools: ${some}. Block ${long.length === 1 ? 'it' : 'them'} on the Tools page, or use a shorter profile name.`,
    ];
  });
}
