import type { JsonNode } from '../../../electron/contract/json-text.ts';
import { EMPTY_OBJECT, itemsIn, member, parsed, stringIn, textOf } from './tree.ts';

/** What a form can ask for. `raw`: JSON by hand, for what no form shows well. */
export type Shape =
  | { kind: 'text'; hint: string; long: boolean }
  | { kind: 'number'; hint: string; whole: boolean; least: string | null; most: string | null }
  | { kind: 'boolean' }
  | { kind: 'choice'; options: readonly JsonNode[] }
  | { kind: 'list'; item: Shape; hint: string }
  | { kind: 'group'; fields: readonly FormField[] }
  | { kind: 'variants'; variants: readonly { label: string; shape: Shape }[] }
  | { kind: 'raw'; hint: string };

export interface FormField {
  key: string;
  /** The server's words; a stranger's text. */
  title: string;
  description: string;
  required: boolean;
  /** JSON text of what the server takes when nothing is sent. */
  fallback: string | null;
  shape: Shape;
}

/** Deeper than this, and with more fields, a form is no help. */
const MAX_DEPTH = 5;
const MAX_FIELDS = 100;

type Node = JsonNode | undefined;

/** Follows local references (`#/$defs/Name`); others, and circles, end as undefined. */
function resolved(schema: Node, root: Node): Node {
  let at = schema;
  for (let i = 0; i < 8; i++) {
    const ref = stringIn(at, '$ref');
    if (ref === undefined) return at;
    if (!ref.startsWith('#/')) return undefined;
    at = ref
      .slice(2)
      .split('/')
      .reduce<Node>((node, key) => member(node, key.replaceAll('~1', '/').replaceAll('~0', '~')), root);
  }
  return undefined;
}

/** `allOf` of one is how generators hang a description on a reference. */
function unwrapped(schema: Node, root: Node): Node {
  const one = resolved(schema, root);
  const all = itemsIn(one, 'allOf');
  return all.length === 1 ? resolved(all[0], root) : one;
}

const isNull = (schema: Node): boolean => stringIn(schema, 'type') === 'null';

/** The type's name; of a list of types the one that is not null, or undefined where there are more. */
function typeOf(schema: Node): string | undefined {
  const types = itemsIn(schema, 'type').flatMap((one) => (one.kind === 'string' ? [one.value] : []));
  const some = types.filter((type) => type !== 'null');
  return stringIn(schema, 'type') ?? (some.length === 1 ? some[0] : undefined);
}

const numberIn = (schema: Node, key: string): string | null => {
  const found = member(schema, key);
  return found?.kind === 'number' ? found.text : null;
};

function range(schema: Node, low: string, high: string, unit: string): string {
  const [least, most] = [numberIn(schema, low), numberIn(schema, high)];
  if (least !== null && most !== null) return `${least} to ${most}${unit}`;
  if (least !== null) return `at least ${least}${unit}`;
  return most === null ? '' : `at most ${most}${unit}`;
}

const FORMATS: Readonly<Record<string, string>> = {
  date: 'a date such as 2026-11-21',
  'date-time': 'a time such as 2026-11-21T14:30:00Z',
  time: 'a time such as 14:30:00',
  email: 'an e-mail address',
  uri: 'a URL',
  uuid: 'a UUID',
};

function textShape(schema: Node): Shape {
  const format = stringIn(schema, 'format') ?? '';
  const pattern = stringIn(schema, 'pattern');
  const hints = [
    FORMATS[format] ?? format,
    range(schema, 'minLength', 'maxLength', ' characters'),
    pattern === undefined ? '' : `matching ${pattern.slice(0, 80)}`,
  ];
  const long = Number(numberIn(schema, 'maxLength') ?? 0) > 200 || format === 'textarea';
  return { kind: 'text', hint: hints.filter(Boolean).join(', '), long };
}

function groupShape(schema: Node, root: Node, depth: number): Shape {
  const properties = member(schema, 'properties');
  if (properties?.kind !== 'object' || properties.members.size > MAX_FIELDS)
    return { kind: 'raw', hint: 'an object' };
  const required = new Set(
    itemsIn(schema, 'required').flatMap((one) => (one.kind === 'string' ? [one.value] : [])),
  );
  const fields = [...properties.members].map(([key, one]): FormField => {
    const own = unwrapped(one, root);
    const fallback = member(one, 'default') ?? member(own, 'default');
    return {
      key,
      title: stringIn(one, 'title') ?? '',
      description: stringIn(one, 'description') ?? stringIn(own, 'description') ?? '',
      required: required.has(key),
      fallback: fallback === undefined ? null : textOf(fallback, 0),
      shape: shapeOf(one, root, depth + 1),
    };
  });
  // what must be given comes first
  return { kind: 'group', fields: fields.toSorted((a, b) => Number(b.required) - Number(a.required)) };
}

function variantLabel(schema: Node, index: number): string {
  return stringIn(schema, 'title') ?? typeOf(schema) ?? `Form ${index + 1}`;
}

function variantsShape(schema: Node, root: Node, depth: number): Shape | undefined {
  const all = [...itemsIn(schema, 'anyOf'), ...itemsIn(schema, 'oneOf')];
  const some = all.map((one) => unwrapped(one, root)).filter((one) => !isNull(one));
  if (some.length === 0) return undefined;
  if (some.length === 1) return shapeOf(some[0], root, depth);
  const constants = some.map((one) => member(one, 'const'));
  if (constants.every((one) => one !== undefined)) return { kind: 'choice', options: constants };
  return {
    kind: 'variants',
    variants: some.map((one, i) => ({ label: variantLabel(one, i), shape: shapeOf(one, root, depth + 1) })),
  };
}

function plainShape(schema: Node, root: Node, depth: number): Shape {
  switch (typeOf(schema) ?? '') {
    case 'string':
      return textShape(schema);
    case 'integer':
    case 'number': {
      const [least, most] = [numberIn(schema, 'minimum'), numberIn(schema, 'maximum')];
      const whole = typeOf(schema) === 'integer';
      return { kind: 'number', hint: range(schema, 'minimum', 'maximum', ''), whole, least, most };
    }
    case 'boolean':
      return { kind: 'boolean' };
    case 'array':
      return {
        kind: 'list',
        item: shapeOf(member(schema, 'items'), root, depth + 1),
        hint: range(schema, 'minItems', 'maxItems', ' items'),
      };
    case 'object':
      return groupShape(schema, root, depth);
    default:
      return member(schema, 'properties') ? groupShape(schema, root, depth) : { kind: 'raw', hint: '' };
  }
}

function shapeOf(schema: Node, root: Node, depth: number): Shape {
  const one = unwrapped(schema, root);
  if (one?.kind !== 'object' || depth > MAX_DEPTH) return { kind: 'raw', hint: '' };
  const constant = member(one, 'const');
  if (constant !== undefined) return { kind: 'choice', options: [constant] };
  const options = itemsIn(one, 'enum');
  if (options.length > 0) return { kind: 'choice', options };
  return variantsShape(one, root, depth) ?? plainShape(one, root, depth);
}

/** The form for a tool's arguments, from the definition that the server sent; `raw` where there is none to make. */
export function formOf(definition: string): Shape {
  const found = parsed(definition);
  const schema = 'node' in found ? member(found.node, 'inputSchema') : undefined;
  return schema === undefined ? { kind: 'raw', hint: '' } : shapeOf(schema, schema, 0);
}

/** The form of a prompt: its arguments are texts. */
export function promptForm(definition: string): Shape {
  const found = parsed(definition);
  const list = 'node' in found ? itemsIn(found.node, 'arguments') : [];
  const fields = list.map((one): FormField => {
    const required = member(one, 'required');
    return {
      key: stringIn(one, 'name') ?? '',
      title: '',
      description: stringIn(one, 'description') ?? '',
      required: required?.kind === 'literal' && required.text === 'true',
      fallback: null,
      shape: { kind: 'text', hint: '', long: false },
    };
  });
  return { kind: 'group', fields };
}

/** What a form begins with: what is required and has a default, as the server would take it. */
export function beginning(shape: Shape): JsonNode {
  if (shape.kind !== 'group') return EMPTY_OBJECT;
  const members = shape.fields.flatMap((field): [string, JsonNode][] => {
    if (!field.required || field.fallback === null) return [];
    const value = parsed(field.fallback);
    return 'node' in value ? [[field.key, value.node]] : [];
  });
  return { kind: 'object', members: new Map(members) };
}

/** Whether a value can be shown in a field of this shape. */
export function fits(shape: Shape, node: JsonNode): boolean {
  switch (shape.kind) {
    case 'text':
      return node.kind === 'string';
    case 'number':
      return node.kind === 'number';
    case 'boolean':
      return node.kind === 'literal' && node.text !== 'null';
    case 'choice':
      return shape.options.some((one) => textOf(one, 0) === textOf(node, 0));
    case 'list':
      return node.kind === 'array';
    case 'group':
      return node.kind === 'object';
    case 'variants':
      return shape.variants.some((one) => fits(one.shape, node));
    case 'raw':
      return true;
    default:
      return shape satisfies never;
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function numberProblem(shape: Shape & { kind: 'number' }, text: string): string | undefined {
  if (!NUMBER.test(text)) return 'is not a number';
  if (shape.whole && !/^-?\d+$/.test(text)) return 'must be a whole number';
  if (shape.least !== null && Number(text) < Number(shape.least)) return `must be at least ${shape.least}`;
  if (shape.most !== null && Number(text) > Number(shape.most)) return `must be at most ${shape.most}`;
  return undefined;
}

/** The complaint of a field that nobody has filled in. */
export const MISSING = 'is required';

/** What the server would most likely refuse, by the field's key path; its own word counts in the end. */
export function problemsOf(shape: Shape, node: JsonNode | undefined, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  if (node === undefined) return found;
  if (shape.kind === 'number' && node.kind === 'number') {
    const problem = numberProblem(shape, node.text);
    if (problem !== undefined) found.set(path, problem);
  } else if (shape.kind === 'group' && node.kind === 'object') {
    for (const field of shape.fields) {
      const at = path === '' ? field.key : `${path}.${field.key}`;
      const value = node.members.get(field.key);
      if (value === undefined && field.required) found.set(at, MISSING);
      for (const [key, text] of problemsOf(field.shape, value, at)) found.set(key, text);
    }
  } else if (shape.kind === 'list' && node.kind === 'array')
    node.items.forEach((item, i) => {
      for (const [key, text] of problemsOf(shape.item, item, `${path}.${i + 1}`)) found.set(key, text);
    });
  else if (!fits(shape, node)) found.set(path, 'is not of the kind that is asked for');
  return found;
}
