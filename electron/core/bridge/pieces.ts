import { isUtf8 } from 'node:buffer';

/**
 * Bytes in the pieces in which they arrived. Large answers pass through the app like this, because joining
 * them costs more than everything else that is done to them.
 */
export type Bytes = readonly Buffer[];

const SMALL = 4096;
const MANY = 256;
const LF = 10;
const CR = 13;

/** Collects arriving pieces; long runs of tiny ones are joined, as each piece has a cost of its own. */
export class Gather {
  #pieces: Buffer[] = [];
  /** How many small pieces stand at the end. */
  #small = 0;
  size = 0;

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.size += piece.length;
    this.#small = piece.length < SMALL ? this.#small + 1 : 0;
    if (this.#small < MANY) return;
    this.#pieces.push(Buffer.concat(this.#pieces.splice(-MANY)));
    this.#small = 0;
  }

  take(): Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#small = 0;
    this.size = 0;
    return pieces;
  }
}

export function sizeOf(bytes: Bytes): number {
  let size = 0;
  for (const piece of bytes) size += piece.length;
  return size;
}

/** One buffer; copies only where there are several pieces. */
export function joined(bytes: Bytes): Buffer {
  const [only] = bytes;
  return bytes.length === 1 && only ? only : Buffer.concat(bytes);
}

/** The bytes from `start` to before `end`, not copied. */
export function sliced(bytes: Bytes, start: number, end = Infinity): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  for (const piece of bytes) {
    if (at >= end) break;
    if (at + piece.length > start) found.push(piece.subarray(Math.max(0, start - at), end - at));
    at += piece.length;
  }
  return found;
}

/** How many bytes at the end of `piece` begin a character that ends in the next piece. */
function unfinished(piece: Buffer): number {
  for (let back = 1; back <= Math.min(3, piece.length); back++) {
    const byte = piece[piece.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

/** Whether all of it is UTF-8; characters may be cut by the ends of pieces. */
export function isUtf8Across(bytes: Bytes): boolean {
  let left: Buffer = Buffer.alloc(0);
  for (const piece of bytes) {
    let rest = piece;
    if (left.length > 0) {
      let needed = 0;
      while (needed < piece.length && ((piece[needed] as number) & 0xc0) === 0x80) needed++;
      const character = Buffer.concat([left, piece.subarray(0, needed)]);
      rest = piece.subarray(needed);
      if (rest.length === 0 && unfinished(character) === character.length) {
        left = character;
        continue;
      }
      if (!isUtf8(character)) return false;
    }
    const cut = unfinished(rest);
    left = rest.subarray(rest.length - cut);
    if (!isUtf8(rest.subarray(0, rest.length - cut))) return false;
  }
  return left.length === 0;
}

/** Whether `text` (ASCII) stands anywhere in it, also across the ends of pieces. */
export function includesAcross(bytes: Bytes, text: string): boolean {
  let tail = '';
  for (const piece of bytes) {
    if (piece.includes(text)) return true;
    const joint = tail + piece.toString('latin1', 0, text.length);
    if (joint.includes(text)) return true;
    tail = (tail + piece.toString('latin1', Math.max(0, piece.length - text.length))).slice(-text.length);
  }
  return false;
}

/** Raw line breaks stand in JSON only between tokens; as spaces they cannot break the client's lines. */
export function onOneLine(bytes: Bytes): Bytes {
  return bytes.some(hasBreak) ? bytes.map(withoutBreaks) : bytes;
}

const hasBreak = (piece: Buffer) => piece.includes(LF) || piece.includes(CR);

function withoutBreaks(piece: Buffer): Buffer {
  if (!hasBreak(piece)) return piece;
  const copy = Buffer.from(piece);
  for (let at = copy.indexOf(LF); at !== -1; at = copy.indexOf(LF, at)) copy[at] = 32;
  for (let at = copy.indexOf(CR); at !== -1; at = copy.indexOf(CR, at)) copy[at] = 32;
  return copy;
}

const isBlank = (byte: number | undefined) => byte === 32 || byte === 9;

/** Without a byte order mark at the beginning and without blanks at either end. */
export function trimmed(bytes: Bytes): Bytes {
  const first = bytes[0]?.[0];
  const last = bytes.at(-1)?.at(-1);
  if (first !== undefined && last !== undefined && first !== 0xef && !isBlank(first) && !isBlank(last))
    return bytes;
  const mark = joined(sliced(bytes, 0, 3)).toString('hex') === 'efbbbf' ? 3 : 0;
  const rest = sliced(bytes, mark);
  for (let [piece] = rest; piece; [piece] = rest) {
    let start = 0;
    while (isBlank(piece[start])) start++;
    rest[0] = piece.subarray(start);
    if (start < piece.length) break;
    rest.shift();
  }
  for (let piece = rest.pop(); piece; piece = rest.pop()) {
    let end = piece.length;
    while (isBlank(piece[end - 1])) end--;
    if (end > 0) return [...rest, piece.subarray(0, end)];
  }
  return [];
}
