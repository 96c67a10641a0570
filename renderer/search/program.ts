/**
 * A regular expression as a machine of states, for search that takes time in proportion to the text whatever the
 * expression is: JavaScript's own engine can take hours for `(a+)+$`. Back references and look-around cannot be had
 * this way and are refused in words.
 */

export type Assert = 'start' | 'end' | 'word' | 'no-word';

/** One state. `char`: goes on where the character fits; `split`: both ways; `assert`: where the place fits; `done`: found. */
export type Node =
  | { kind: 'char'; fits: (code: number) => boolean; next: number }
  | { kind: 'split'; one: number; other: number }
  | { kind: 'assert'; assert: Assert; next: number }
  | { kind: 'done' };

const MAX_NODES = 4000;
const MAX_REPEAT = 200;
const MAX_LENGTH = 500;

/** Why an expression is not searched for, as a sentence for people. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

type Tree =
  | { is: 'empty' }
  | { is: 'char'; fits: (code: number) => boolean }
  | { is: 'assert'; assert: Assert }
  | { is: 'join'; parts: Tree[] }
  | { is: 'either'; ways: Tree[] }
  | { is: 'repeat'; what: Tree; least: number; most: number };

/** What JavaScript says of the expression, in words for those who do not write parsers. */
function syntaxFault(source: string): string | undefined {
  try {
    // compiled only, never run: running is what may take for ever
    void new RegExp(source);
    return undefined;
  } catch (error) {
    const said = (error as Error).message.replace(/^Invalid regular expression: /, '');
    const reason = said.slice(said.lastIndexOf(': ') + 1).trim();
    return `This is no regular expression: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}.`;
  }
}

/** Letters match in either case, as everywhere on the page. */
const literal = (text: string): ((code: number) => boolean) => {
  const code = text.charCodeAt(0);
  const lower = text.toLowerCase().charCodeAt(0);
  const upper = text.toUpperCase().charCodeAt(0);
  return (other) => other === code || other === lower || other === upper;
};

/** A class or escape for one character, decided by JavaScript's own engine on that single character. */
function single(source: string): (code: number) => boolean {
  const one = new RegExp(`^(?:${source})$`, 'is');
  return (code) => one.test(String.fromCharCode(code));
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Tree {
    return this.#either();
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #either(): Tree {
    const ways = [this.#join()];
    while (this.#take('|')) ways.push(this.#join());
    return ways.length === 1 ? ways[0]! : { is: 'either', ways };
  }

  #join(): Tree {
    const parts: Tree[] = [];
    while (this.#at < this.#text.length && this.#peek() !== '|' && this.#peek() !== ')')
      parts.push(this.#repeated(this.#atom()));
    return { is: 'join', parts };
  }

  #repeated(what: Tree): Tree {
    const [, first, rest] = /^([*+?]|\{\d+(?:,\d*)?\})(\??)/.exec(this.#text.slice(this.#at)) ?? [];
    if (first === undefined) return what;
    this.#at += first.length + (rest?.length ?? 0);
    const [least, most] = bounds(first);
    if (least > MAX_REPEAT || (most !== Infinity && most > MAX_REPEAT))
      throw new PatternError(`More than ${MAX_REPEAT} repetitions are not searched for.`);
    return { is: 'repeat', what, least, most };
  }

  #atom(): Tree {
    const c = this.#peek();
    if (c === '(') return this.#group();
    if (c === '[') return this.#class();
    if (c === '\\') return this.#escape();
    this.#at += 1;
    if (c === '^') return { is: 'assert', assert: 'start' };
    if (c === '$') return { is: 'assert', assert: 'end' };
    if (c === '.') return { is: 'char', fits: (code) => code !== 10 && code !== 13 };
    return { is: 'char', fits: literal(c) };
  }

  #group(): Tree {
    if (/^\(\?<?[=!]/.test(this.#text.slice(this.#at)))
      throw new PatternError('Looking ahead or behind, (?=…), is not searched for.');
    if (!this.#take('(?:')) {
      const name = /^\(\?<[^>]*>/.exec(this.#text.slice(this.#at))?.[0];
      this.#at += name?.length ?? 1;
    }
    if (this.#peek() === '?') throw new PatternError('This kind of group is not searched for.');
    const inside = this.#either();
    this.#take(')');
    return inside;
  }

  #class(): Tree {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== ']') end += this.#text[end] === '\\' ? 2 : 1;
    const source = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    return { is: 'char', fits: single(source) };
  }

  #escape(): Tree {
    const rest = this.#text.slice(this.#at);
    if (rest.startsWith('\\b') || rest.startsWith('\\B')) {
      this.#at += 2;
      return { is: 'assert', assert: rest[1] === 'b' ? 'word' : 'no-word' };
    }
    if (/^\\(?:[1-9]|k<)/.test(rest))
      throw new PatternError('References to a group, \\1, are not searched for.');
    const source = /^\\(?:x[\da-f]{2}|u[\da-f]{4}|c[a-z]|.)/is.exec(rest)?.[0] ?? '\\\\';
    this.#at += source.length;
    return { is: 'char', fits: single(source) };
  }
}

function bounds(quantifier: string): [number, number] {
  if (quantifier === '*') return [0, Infinity];
  if (quantifier === '+') return [1, Infinity];
  if (quantifier === '?') return [0, 1];
  const [least = '0', most] = quantifier.slice(1, -1).split(',');
  return [Number(least), most === undefined ? Number(least) : most === '' ? Infinity : Number(most)];
}

class Builder {
  readonly nodes: Node[] = [{ kind: 'done' }];

  /** The first state of `tree` where it goes on to state `next`. */
  build(tree: Tree, next: number): number {
    switch (tree.is) {
      case 'empty':
        return next;
      case 'char':
        return this.#add({ kind: 'char', fits: tree.fits, next });
      case 'assert':
        return this.#add({ kind: 'assert', assert: tree.assert, next });
      case 'join':
        return tree.parts.reduceRight((after, part) => this.build(part, after), next);
      case 'either':
        return tree.ways
          .map((way) => this.build(way, next))
          .reduceRight((other, one) => this.#add({ kind: 'split', one, other }));
      case 'repeat':
        return this.#repeat(tree, next);
      default:
        return tree satisfies never;
    }
  }

  #repeat({ what, least, most }: Extract<Tree, { is: 'repeat' }>, next: number): number {
    let after = next;
    if (most === Infinity) {
      const loop = this.#add({ kind: 'split', one: next, other: next });
      this.nodes[loop] = { kind: 'split', one: this.build(what, loop), other: next };
      after = loop;
    } else
      for (let n = least; n < most; n += 1)
        after = this.#add({ kind: 'split', one: this.build(what, after), other: next });
    for (let n = 0; n < least; n += 1) after = this.build(what, after);
    return after;
  }

  #add(node: Node): number {
    if (this.nodes.length >= MAX_NODES)
      throw new PatternError('This expression is too large to be searched for.');
    return this.nodes.push(node) - 1;
  }
}

export interface Program {
  nodes: readonly Node[];
  start: number;
}

/** @throws {PatternError} in words, where it is no regular expression or one that is not searched for. */
export function compile(source: string): Program {
  if (source.length > MAX_LENGTH)
    throw new PatternError(`An expression of more than ${MAX_LENGTH} characters is not searched for.`);
  const fault = syntaxFault(source);
  if (fault !== undefined) throw new PatternError(fault);
  const builder = new Builder();
  const start = builder.build(new Parser(source).whole(), 0);
  return { nodes: builder.nodes, start };
}
