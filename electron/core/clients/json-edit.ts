import { isDeepStrictEqual } from 'node:util';
import { createScanner, type Node } from 'jsonc-parser';
import { AppError } from '../../contract/errors.ts';
import { isObject, parseConfig, type Document, type Rules } from './document.ts';
import {
  isEol,
  lineIndent,
  lineStart,
  renderInline,
  renderLines,
  startsLine,
  styleOf,
  type Style,
} from './json-style.ts';

/*
 * Text in, text out. jsonc-parser's own `modify` re-formats the whole line it touches, which in a minified file is
 * the file; so its syntax tree says where to cut and the cutting is done here, byte-exact outside the one place.
 */

/** What a client starts; the key order is the order written. */
export interface ServerEntry {
  type?: 'stdio';
  command: string;
  args: string[];
  env?: Record<string, string>;
}

interface Splice {
  offset: number;
  length: number;
  content: string;
}

/**
 * The text with `key` set to start what `entry` says. An existing entry keeps its place, and its other fields unless
 * the `whole` of it is to be ours.
 * Throws CLIENT_CONFIG_BROKEN or CLIENT_CONFIG_SHAPE for a text that cannot be edited safely.
 */
export function setServer(
  text: string,
  rules: Rules,
  key: string,
  entry: ServerEntry,
  whole = false,
): string {
  const before = parseConfig(text, rules);
  const present = Object.hasOwn(before.servers, key) ? before.servers[key] : undefined;
  const edited =
    isObject(present) && !whole
      ? setFields(text, rules, key, present, entry)
      : insertServer(text, before, rules, key, entry);
  checkOnly(before, parseConfig(edited, rules), rules, key, entry);
  return edited;
}

/** The text without `key`; the emptied object stays as `{}`. Throws as setServer does. */
export function removeServer(text: string, rules: Rules, key: string): string {
  const before = parseConfig(text, rules);
  let edited = text;
  // A key may stand there twice; removing only the one in force would bring the other back to life.
  for (let now = before; Object.hasOwn(now.servers, key); now = parseConfig(edited, rules)) {
    const servers = propertyValue(now.root, rules.rootKey);
    edited = splice(edited, removal(edited, servers!, property(servers, key)!));
  }
  checkOnly(before, parseConfig(edited, rules), rules, key, undefined);
  return edited;
}

function insertServer(
  text: string,
  document: Document,
  rules: Rules,
  key: string,
  entry: ServerEntry,
): string {
  const style = styleOf(text, document.root);
  if (document.root === undefined) {
    return renderLines({ [rules.rootKey]: { [key]: entry } }, style, '') + style.eol;
  }
  const servers = propertyValue(document.root, rules.rootKey);
  if (servers === undefined) {
    return splice(text, insertion(text, document.root, rules.rootKey, { [key]: entry }, style));
  }
  const old = property(servers, key)?.children?.[1];
  if (old !== undefined) return splice(text, [replacement(text, old, entry, style)]);
  return splice(text, insertion(text, servers, key, entry, style));
}

function setFields(
  text: string,
  rules: Rules,
  key: string,
  present: Record<string, unknown>,
  entry: ServerEntry,
): string {
  let edited = text;
  for (const field of ['type', 'command', 'args', 'env'] as const) {
    const wanted = entry[field];
    // A client that needs no type may have been given one by hand; it does no harm.
    if (isDeepStrictEqual(present[field], wanted) || (field === 'type' && wanted === undefined)) continue;
    const { root } = parseConfig(edited, rules);
    const owner = propertyValue(propertyValue(root, rules.rootKey), key)!;
    const style = styleOf(edited, root);
    const old = property(owner, field);
    if (wanted === undefined) edited = splice(edited, removal(edited, owner, old!));
    else if (old === undefined) edited = splice(edited, insertion(edited, owner, field, wanted, style));
    else edited = splice(edited, [replacement(edited, old.children![1]!, wanted, style)]);
  }
  return edited;
}

/** The last one of that name: the one that JSON.parse believes. */
function property(object: Node | undefined, key: string): Node | undefined {
  return object?.children?.findLast((child) => child.children?.[0]?.value === key);
}

function propertyValue(object: Node | undefined, key: string): Node | undefined {
  return property(object, key)?.children?.[1];
}

function replacement(text: string, old: Node, value: unknown, style: Style): Splice {
  const lines = /[\r\n]/.test(text.slice(old.offset, end(old)));
  const content = lines
    ? renderLines(value, style, lineIndent(text, old.offset))
    : renderInline(value, style);
  return { offset: old.offset, length: old.length, content };
}

function insertion(text: string, object: Node, key: string, value: unknown, style: Style): Splice[] {
  const last = object.children?.at(-1);
  if (last === undefined) return fillEmpty(text, object, key, value, style);
  const closing = end(object) - 1;
  const tail = tailOf(text, end(last), closing);
  const ownLine = startsLine(text, last.offset);
  const indent = lineIndent(text, last.offset) + (ownLine ? '' : style.unit);
  const separator = ownLine || tail.lineComment ? style.eol + indent : style.spaced ? ' ' : '';
  const content = separator + member(key, value, style, ownLine ? indent : undefined);
  if (tail.comma === undefined && tail.end === end(last)) {
    return [{ offset: end(last), length: 0, content: ',' + content }];
  }
  // What follows on the same line (a trailing comma, a remark) belongs to the neighbour and stays with it.
  // Where the last one carries a comma, so does ours.
  if (tail.comma !== undefined) return [{ offset: tail.end, length: 0, content: content + ',' }];
  return [
    { offset: end(last), length: 0, content: ',' },
    { offset: tail.end, length: 0, content },
  ];
}

function fillEmpty(text: string, object: Node, key: string, value: unknown, style: Style): Splice[] {
  const from = object.offset + 1;
  const inside = text.slice(from, end(object) - 1);
  const base = lineIndent(text, object.offset);
  const remark = inside.trim() !== '';
  if (!style.pretty && !remark) {
    return [{ offset: from, length: inside.length, content: member(key, value, style, undefined) }];
  }
  const inner = base + style.unit;
  const kept = inside.trimEnd().length;
  const content = style.eol + inner + member(key, value, style, inner) + style.eol + base;
  return [{ offset: from + kept, length: inside.length - kept, content }];
}

/** `"key": value`; over lines when the indentation of its line is given. */
function member(key: string, value: unknown, style: Style, indent: string | undefined): string {
  const name = JSON.stringify(key);
  if (indent !== undefined) return `${name}: ${renderLines(value, style, indent)}`;
  return name + (style.spaced ? ': ' : ':') + renderInline(value, style);
}

function removal(text: string, object: Node, child: Node): Splice[] {
  const children = object.children ?? [];
  const index = children.indexOf(child);
  const previous = children[index - 1];
  const limit = children[index + 1]?.offset ?? end(object) - 1;
  const { comma } = tailOf(text, end(child), limit);
  const stop = comma === undefined ? end(child) : comma + 1;
  let start = child.offset;
  while (/[ \t\r\n]/.test(text[start - 1] ?? '')) start--;

  const alone = children.length === 1 && start === object.offset + 1;
  if (alone && text.slice(stop, limit).trim() === '') return [cut(start, limit)];
  const afterRemark = text[start - 1] !== ',' && text[start - 1] !== '{';
  const cuts = afterRemark ? [wholeLines(text, child.offset, stop)] : [cut(start, stop)];
  if (comma !== undefined || previous === undefined) return cuts;
  // Ours was the last: the comma before it goes too.
  const before = tailOf(text, end(previous), child.offset).comma!;
  return afterRemark ? [cut(before, before + 1), ...cuts] : [cut(before, stop)];
}

/** From `from` to `to`, and the line breaks around when nothing else stands on those lines. */
function wholeLines(text: string, from: number, to: number): Splice {
  let stop = to;
  while (text[stop] === ' ' || text[stop] === '\t') stop++;
  if (!startsLine(text, from) || !isEol(text[stop])) return cut(from, to);
  return cut(lineStart(text, from), stop + (text.startsWith('\r\n', stop) ? 2 : 1));
}

/** What stands between a value and the next one: where its comma is, and where its line's remarks end. */
function tailOf(text: string, from: number, limit: number) {
  const scanner = createScanner(text, false);
  scanner.setPosition(from);
  const tail = { comma: undefined as number | undefined, end: from, lineComment: false };
  let sameLine = true;
  while (scanner.getPosition() < limit) {
    const token = scanner.scan() as number;
    const stop = scanner.getTokenOffset() + scanner.getTokenLength();
    if (token === LINE_BREAK) sameLine = false;
    if (token === COMMA) {
      tail.comma = scanner.getTokenOffset();
      tail.end = stop;
    }
    if (sameLine && (token === LINE_COMMENT || token === BLOCK_COMMENT)) {
      tail.end = stop;
      tail.lineComment ||= token === LINE_COMMENT;
    }
  }
  return tail;
}

// jsonc-parser declares SyntaxKind as a const enum, which isolated modules cannot read.
const COMMA = 5;
const LINE_COMMENT = 12;
const BLOCK_COMMENT = 13;
const LINE_BREAK = 14;

function end(node: Node): number {
  return node.offset + node.length;
}

function cut(from: number, to: number): Splice {
  return { offset: from, length: to - from, content: '' };
}

function splice(text: string, edits: readonly Splice[]): string {
  let edited = text;
  for (const edit of edits.toSorted((a, b) => b.offset - a.offset)) {
    edited = edited.slice(0, edit.offset) + edit.content + edited.slice(edit.offset + edit.length);
  }
  return edited;
}

/** The last line of defence: whatever an odd document does to the edit, nothing but our key may have changed. */
function checkOnly(
  before: Document,
  after: Document,
  rules: Rules,
  key: string,
  entry: ServerEntry | undefined,
): void {
  const rest = (document: Document) => ({
    ...document.value,
    [rules.rootKey]: Object.fromEntries(Object.entries(document.servers).filter(([name]) => name !== key)),
  });
  const ours = Object.hasOwn(after.servers, key) ? after.servers[key] : undefined;
  const asked = entry === undefined ? ours === undefined : isObject(ours) && sameStart(ours, entry);
  if (asked && isDeepStrictEqual(rest(before), rest(after))) return;
  throw new AppError(
    'INTERNAL',
    `${rules.path} is written in a way that cannot be edited safely; it was left as it is.`,
    'Add the entry by hand from the preview, and report the shape of the file.',
  );
}

/**
 * Whether an entry starts exactly what `entry` does: command, arguments and environment. An empty environment is none:
 * some programs write one into every entry they touch.
 */
export function sameStart(
  value: Record<string, unknown>,
  entry: Pick<ServerEntry, 'command' | 'args'> & { env?: Record<string, string> | undefined },
): boolean {
  return (
    value['command'] === entry.command &&
    isDeepStrictEqual(value['args'], entry.args) &&
    isDeepStrictEqual(value['env'] ?? {}, entry.env ?? {})
  );
}
