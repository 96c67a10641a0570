import type { ToolClass } from '../../contract/bridge.ts';

interface Hints {
  readOnly: unknown;
  destructive: unknown;
}

/** What a definition says of itself; claims of the droplet, never facts (MCP: annotations are untrusted). */
function hintsOf(definition: string): Hints {
  try {
    const { annotations } = JSON.parse(definition) as {
      annotations?: { readOnlyHint?: unknown; destructiveHint?: unknown } | null;
    };
    return { readOnly: annotations?.readOnlyHint, destructive: annotations?.destructiveHint };
  } catch {
    return { readOnly: undefined, destructive: undefined };
  }
}

/** Whether a definition says in so many words that the tool changes something. What is left out says nothing. */
export function admitsChange(definition: string): boolean {
  const { readOnly, destructive } = hintsOf(definition);
  return readOnly === false || destructive === true;
}

/** The stricter of our table and the droplet's own words. Remembers what it read, since it is asked for every call. */
export class Claims {
  readonly #admits = new WeakMap<object, boolean>();

  /**
   * A read that says it changes something is asked about. A stop stays a stop, or a droplet could close the way to
   * stop; nothing ever becomes softer. `entry` must not change; undefined: nothing is known of the tool.
   */
  strictest(ofTable: ToolClass, entry: { definition: string } | undefined): ToolClass {
    if (ofTable !== 'read' || entry === undefined) return ofTable;
    let admits = this.#admits.get(entry);
    if (admits === undefined) {
      admits = admitsChange(entry.definition);
      this.#admits.set(entry, admits);
    }
    return admits ? 'start' : 'read';
  }
}

/** What a new definition takes back of the promises of the old one, in words; empty where nothing. */
export function hintsTakenBack(before: string, after: string): string[] {
  const [old, now] = [hintsOf(before), hintsOf(after)];
  const said: string[] = [];
  if (old.readOnly === true && now.readOnly !== true) said.push('it no longer says that it only reads');
  if (old.readOnly !== false && now.readOnly === false) said.push('it now says that it changes something');
  if (old.destructive !== true && now.destructive === true) said.push('it now says that it can destroy');
  if (old.destructive === true && now.destructive !== true)
    said.push('it no longer says that it can destroy');
  return said;
}
