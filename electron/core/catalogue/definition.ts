import { createHash } from 'node:crypto';

/** Names that hosts accept; one other name breaks a whole request to the model. */
export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** What of a tool a model reads or a program acts on; a change of any of it is a changed tool. */
const HASHED = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations', '_meta'];

/** JSON with sorted keys and no spaces, so that equal values have equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

export interface Definition {
  name: string;
  /** SHA-256, hex, of the canonical JSON of the parts that matter. */
  hash: string;
  /** As the server sent it. */
  text: string;
}

/** Reads one entry of tools/list; undefined when it is no object with a usable name. */
export function definitionOf(text: string): Definition | undefined {
  const tool = JSON.parse(text) as Record<string, unknown> | null;
  if (tool === null || typeof tool !== 'object') return undefined;
  const name = tool['name'];
  if (typeof name !== 'string' || name === '') return undefined;
  const picked = Object.fromEntries(
    HASHED.filter((key) => tool[key] !== undefined).map((key) => [key, tool[key]]),
  );
  return { name, hash: createHash('sha256').update(canonical(picked)).digest('hex'), text };
}
