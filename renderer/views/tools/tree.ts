import type { JsonNode } from '../../../electron/contract/json-text.ts';
import { parseJsonText } from '../../../electron/contract/json-text.ts';

/** JSON as it was typed: numbers stay text, keys keep their order. Nothing here changes a node in place. */

export const EMPTY_OBJECT: JsonNode = { kind: 'object', members: new Map() };

/** Parsed JSON text, or the sentence that says what is wrong with it. */
export function parsed(text: string): { node: JsonNode } | { problem: string } {
  try {
    return { node: parseJsonText(text) };
  } catch (error) {
    const said = error instanceof Error ? error.message : 'not JSON';
    return { problem: said.replace('The arguments are not acceptable JSON: ', '') };
  }
}

/** JSON text of a node, indented for reading, or in one line. */
export function textOf(node: JsonNode, indent = 2, depth = 0): string {
  const open = indent === 0 ? '' : `\n${' '.repeat(indent * (depth + 1))}`;
  const close = indent === 0 ? '' : `\n${' '.repeat(indent * depth)}`;
  const colon = indent === 0 ? ':' : ': ';
  const inner = (one: JsonNode) => textOf(one, indent, depth + 1);
  switch (node.kind) {
    case 'object': {
      const members = [...node.members].map(([key, one]) => `${JSON.stringify(key)}${colon}${inner(one)}`);
      return members.length === 0 ? '{}' : `{${open}${members.join(`,${open}`)}${close}}`;
    }
    case 'array': {
      const items = node.items.map(inner);
      return items.length === 0 ? '[]' : `[${open}${items.join(`,${open}`)}${close}]`;
    }
    case 'string':
      return JSON.stringify(node.value);
    case 'number':
    case 'literal':
      return node.text;
    default:
      return node satisfies never;
  }
}

/** The object with a member set, or without it. */
export function withMember(node: JsonNode, key: string, value: JsonNode | undefined): JsonNode {
  const members = new Map(node.kind === 'object' ? node.members : []);
  if (value === undefined) members.delete(key);
  else members.set(key, value);
  return { kind: 'object', members };
}

export function member(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === 'object' ? node.members.get(key) : undefined;
}

/** The text of a string node; undefined for others. */
export function stringIn(node: JsonNode | undefined, key: string): string | undefined {
  const found = member(node, key);
  return found?.kind === 'string' ? found.value : undefined;
}

export function itemsIn(node: JsonNode | undefined, key: string): readonly JsonNode[] {
  const found = member(node, key);
  return found?.kind === 'array' ? found.items : [];
}
