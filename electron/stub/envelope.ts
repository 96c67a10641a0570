/**
 * A look at JSON text without changing it: where members begin and end, whether keys repeat, how deep it nests.
 * All functions expect text that JSON.parse accepted.
 */
export interface Span {
  start: number;
  end: number;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const COLON = 58;
const COMMA = 44;

function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function skipSpace(text: string, at: number): number {
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Index just past the string that begins at `at`. */
function stringEnd(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Index just past the value that begins at `at`. */
function valueEnd(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === QUOTE) return stringEnd(text, at);
  if (first !== OPEN_OBJECT && first !== OPEN_ARRAY) {
    let i = at;
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === COMMA || c === CLOSE_OBJECT || c === CLOSE_ARRAY || isSpace(c)) break;
    }
    return i;
  }
  let depth = 0;
  for (let i = at; i < text.length;) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = stringEnd(text, i);
      continue;
    }
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) depth++;
    else if ((c === CLOSE_OBJECT || c === CLOSE_ARRAY) && --depth === 0) return i + 1;
    i++;
  }
  return text.length;
}

function keyText(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : inner;
}

/** The members of the object that begins at or after `at`, by decoded key, with the spans of their values. */
export function members(text: string, at = 0): Map<string, Span> {
  const found = new Map<string, Span>();
  let i = skipSpace(text, at);
  if (text.charCodeAt(i) !== OPEN_OBJECT) return found;
  i = skipSpace(text, i + 1);
  while (text.charCodeAt(i) === QUOTE) {
    const keyEnd = stringEnd(text, i);
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    found.set(keyText(text, i, keyEnd), { start, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) i = skipSpace(text, i + 1);
  }
  return found;
}

/** The elements of the array that begins at or after `at`. */
export function elements(text: string, at = 0): Span[] {
  const found: Span[] = [];
  let i = skipSpace(text, at);
  if (text.charCodeAt(i) !== OPEN_ARRAY) return found;
  i = skipSpace(text, i + 1);
  while (i < text.length && text.charCodeAt(i) !== CLOSE_ARRAY) {
    const end = valueEnd(text, i);
    found.push({ start: i, end });
    i = skipSpace(text, end);
    if (text.charCodeAt(i) === COMMA) i = skipSpace(text, i + 1);
  }
  return found;
}

export type StructureFault = { fault: 'depth' } | { fault: 'duplicate'; key: string };

/** Finds nesting beyond `maxDepth` and keys that stand twice in one object: what two parsers could read differently. */
export function structureFault(text: string, maxDepth: number): StructureFault | undefined {
  const keys: (Set<string> | null)[] = [];
  for (let i = 0; i < text.length;) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      const end = stringEnd(text, i);
      const next = skipSpace(text, end);
      if (text.charCodeAt(next) === COLON) {
        const key = keyText(text, i, end);
        const seen = keys[keys.length - 1];
        if (seen?.has(key)) return { fault: 'duplicate', key };
        seen?.add(key);
      }
      i = next;
      continue;
    }
    if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      keys.push(c === OPEN_OBJECT ? new Set() : null);
      if (keys.length > maxDepth) return { fault: 'depth' };
    } else if (c === CLOSE_OBJECT || c === CLOSE_ARRAY) keys.pop();
    i++;
  }
  return undefined;
}

/**
 * The id of a message that was too long to read, from its first or last bytes: only where it stands directly at
 * the beginning or the end of the object, which no string inside can imitate. Undefined where it does not.
 */
export function idFromEdges(head: string, tail: string): string | undefined {
  const atStart =
    /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(-?\d{1,15}|"[^"\\]{1,200}")\s*,/.exec(head);
  const atEnd = /,\s*"id"\s*:\s*(-?\d{1,15}|"[^"\\]{1,200}")\s*\}\s*$/.exec(tail);
  return atStart?.[1] ?? atEnd?.[1];
}
