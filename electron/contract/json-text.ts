import { AppError } from './errors.ts';

/**
 * A JSON value with its spelling kept: numbers stay the text that was sent, so that nothing is rounded between
 * what a person reads, what is hashed and what goes over the wire.
 */
export type JsonNode =
  | { kind: 'object'; members: ReadonlyMap<string, JsonNode> }
  | { kind: 'array'; items: readonly JsonNode[] }
  | { kind: 'string'; value: string }
  | { kind: 'number'; text: string }
  | { kind: 'literal'; text: 'true' | 'false' | 'null' };

/** Deeper arguments than this are refused: no tool of ours needs them, and recursion must end. */
const MAX_DEPTH = 64;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANK = /[ \t\n\r]*/y;
const LITERALS = ['true', 'false', 'null'] as const;

const refuse = (what: string, at: number): AppError =>
  new AppError(
    'INPUT_INVALID',
    `The arguments are not acceptable JSON: ${what} at character ${at + 1}.`,
    'Send one JSON object without repeated keys.',
  );

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): JsonNode {
    const value = this.#value(0);
    this.#skipBlank();
    if (this.#at < this.#text.length) throw refuse('text after the end', this.#at);
    return value;
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at;
    BLANK.exec(this.#text);
    this.#at = BLANK.lastIndex;
  }

  /** Takes `mark` when it comes next. */
  #takes(mark: string): boolean {
    this.#skipBlank();
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  /** After a member or item: true when `mark` ends the list, false when a comma goes on. */
  #ends(mark: string): boolean {
    if (this.#takes(mark)) return true;
    if (this.#takes(',')) return false;
    throw refuse(`"," or "${mark}" expected`, this.#at);
  }

  #string(): string {
    const start = this.#at;
    let at = start + 1;
    while (at < this.#text.length && this.#text[at] !== '"') at += this.#text[at] === '\\' ? 2 : 1;
    this.#at = at + 1;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      throw refuse('a broken string', start);
    }
  }

  #object(depth: number): JsonNode {
    const members = new Map<string, JsonNode>();
    if (this.#takes('}')) return { kind: 'object', members };
    do {
      this.#skipBlank();
      const keyAt = this.#at;
      if (this.#text[keyAt] !== '"') throw refuse('a key expected', keyAt);
      const key = this.#string();
      if (members.has(key) || key.includes('\0')) throw refuse('a repeated or hidden key', keyAt);
      if (!this.#takes(':')) throw refuse('":" expected', this.#at);
      members.set(key, this.#value(depth + 1));
    } while (!this.#ends('}'));
    return { kind: 'object', members };
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    if (this.#takes(']')) return { kind: 'array', items };
    do items.push(this.#value(depth + 1));
    while (!this.#ends(']'));
    return { kind: 'array', items };
  }

  #value(depth: number): JsonNode {
    if (depth > MAX_DEPTH) throw refuse('nesting too deep', this.#at);
    if (this.#takes('{')) return this.#object(depth);
    if (this.#takes('[')) return this.#array(depth);
    if (this.#text[this.#at] === '"') return { kind: 'string', value: this.#string() };
    const literal = LITERALS.find((word) => this.#text.startsWith(word, this.#at));
    if (literal !== undefined) {
      this.#at += literal.length;
      return { kind: 'literal', text: literal };
    }
    NUMBER.lastIndex = this.#at;
    const number = NUMBER.exec(this.#text);
    if (number === null) throw refuse('a value expected', this.#at);
    this.#at = NUMBER.lastIndex;
    return { kind: 'number', text: number[0] };
  }
}

/**
 * Parses JSON text strictly. Throws INPUT_INVALID for anything JSON.parse would refuse, and for repeated keys,
 * NUL in keys and nesting beyond 64: two parsers may read those differently, so a person could approve one
 * call and the back end carry out another (CVE-2026-27896).
 */
export function parseJsonText(text: string): JsonNode {
  return new Parser(text).whole();
}
