/** One parameter of a tool that goes into a header too: `Mcp-Param-<name>` (2026-07-28, Streamable HTTP). */
export interface ParamHeader {
  name: string;
  /** The keys that lead to the value in `arguments`. */
  path: readonly string[];
}

/** What a tool's definition says of headers, or why it is against the rules: such a tool is not called. */
export type ToolMarks = readonly ParamHeader[] | { fault: string };

const ANNOTATION = 'x-mcp-header';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const TYPES: readonly unknown[] = ['string', 'integer', 'boolean'];
/** Keywords whose value is a schema or a list of schemas, none of them statically reachable. */
const BRANCHES = [
  'items',
  'prefixItems',
  'contains',
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'propertyNames',
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'if',
  'then',
  'else',
];
/** Keywords whose value holds schemas by name. */
const NAMED = ['patternProperties', 'dependentSchemas', '$defs', 'definitions'];
const MAX_DEPTH = 64;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The parameters that a tool's `inputSchema` marks with `x-mcp-header`. Throws Error with the reason where a mark
 * breaks the rules of the specification: such a tool is left out of the list.
 */
export function paramHeaders(schema: unknown): ParamHeader[] {
  const found: ParamHeader[] = [];
  const visit = (node: unknown, path: readonly string[], reachable: boolean): void => {
    if (!isFields(node) || path.length > MAX_DEPTH) return;
    if (ANNOTATION in node) found.push({ name: checkedName(node, path, reachable, found), path });
    if (isFields(node['properties']))
      for (const [key, child] of Object.entries(node['properties'])) visit(child, [...path, key], reachable);
    for (const keyword of BRANCHES)
      for (const child of [node[keyword]].flat()) visit(child, [...path, keyword], false);
    for (const keyword of NAMED)
      if (isFields(node[keyword]))
        for (const child of Object.values(node[keyword])) visit(child, [...path, keyword], false);
  };
  visit(schema, [], true);
  return found;
}

function checkedName(
  node: Fields,
  path: readonly string[],
  reachable: boolean,
  found: readonly ParamHeader[],
): string {
  const where = path.join('.') || 'the schema itself';
  const name = node[ANNOTATION];
  if (!reachable || path.length === 0)
    throw new Error(`${where}: x-mcp-header stands where no fixed parameter is`);
  if (typeof name !== 'string' || !TOKEN.test(name))
    throw new Error(`${where}: x-mcp-header is not the name of a header`);
  if (!TYPES.includes(node['type']))
    throw new Error(`${where}: x-mcp-header is for strings, integers and booleans only`);
  if (found.some((other) => other.name.toLowerCase() === name.toLowerCase()))
    throw new Error(`${where}: two parameters have the x-mcp-header ${name}`);
  return name;
}

/** The headers for one call; what the arguments do not hold is left out. */
export function paramHeaderValues(wanted: readonly ParamHeader[], args: unknown): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { name, path } of wanted) {
    let value = args;
    for (const key of path) value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    const isPlain = typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
    const isFraction = typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value);
    if (isPlain || isFraction) headers[`mcp-param-${name}`] = headerValue(String(value));
  }
  return headers;
}

/** A value as an HTTP field value: as it is where that is safe, else `=?base64?…?=` of its UTF-8. */
export function headerValue(text: string): string {
  const isSafe = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/.test(text);
  const isMarked = text.startsWith('=?base64?') && text.endsWith('?=');
  return isSafe && !isMarked ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
