import type { Assert, Program } from './program.ts';
import { compile } from './program.ts';

/** What stands before or after a place: nothing, the end of a line, part of a word, or something else. */
type Kind = 0 | 1 | 2 | 3;
const NOTHING: Kind = 0;
const NEW_LINE: Kind = 1;
const WORD: Kind = 2;
const OTHER: Kind = 3;
const MAX_STATES = 2000;
/** Marks in this many characters at most are looked for. */
const MARKED = 600;

function kindOf(code: number): Kind {
  if (code === 10 || code === 13) return NEW_LINE;
  const isWord =
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
  return isWord ? WORD : OTHER;
}

function holds(assert: Assert, before: Kind, after: Kind): boolean {
  if (assert === 'start') return before === NOTHING || before === NEW_LINE;
  if (assert === 'end') return after === NOTHING || after === NEW_LINE;
  return ((before === WORD) !== (after === WORD)) === (assert === 'word');
}

/** A set of states of the program at one place, with where each character leads from it; made when it is first met. */
interface State {
  readonly core: readonly number[];
  readonly before: Kind;
  /** By character up to 127; `null`: found before this character. */
  readonly ascii: (State | null | undefined)[];
  readonly others: Map<number, State | null>;
  foundAtEnd: boolean | undefined;
}

/** Looks for one expression. Each text costs time in proportion to its length. */
export class Search {
  readonly #program: Program;
  #states = new Map<string, State>();
  #first = new Map<boolean, State>();

  /** @throws {PatternError} in words, where it is no regular expression or one that is not searched for. */
  constructor(source: string) {
    this.#program = compile(source);
  }

  test(text: string): boolean {
    return this.#run(text, 0, true) >= 0;
  }

  /** Where it stands in the beginning of a text, for marking; the first place, as long as it can be. */
  find(text: string): { start: number; end: number } | undefined {
    const part = text.slice(0, MARKED);
    if (!this.test(part)) return undefined;
    for (let start = 0; start <= part.length; start += 1) {
      const end = this.#longest(part, start);
      if (end >= 0) return { start, end };
    }
    return undefined;
  }

  /** The end of a match that is met first; -1: none. `anywhere`: it may begin at every later place too. */
  #run(text: string, from: number, anywhere: boolean): number {
    let state = this.#begin(anywhere, from === 0 ? NOTHING : kindOf(text.charCodeAt(from - 1)));
    for (let at = from; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      let next = code < 128 ? state.ascii[code] : state.others.get(code);
      if (next === undefined) next = this.#step(state, code, anywhere);
      if (next === null) return at;
      state = next;
    }
    state.foundAtEnd ??= this.#closure(state.core, state.before, NOTHING).done;
    return state.foundAtEnd ? text.length : -1;
  }

  /** Without the memory of states: only for what is on screen. */
  #longest(text: string, from: number): number {
    let end = -1;
    let core: readonly number[] = [this.#program.start];
    for (let at = from; at <= text.length && core.length > 0; at += 1) {
      const code = text.charCodeAt(at);
      const before = at === 0 ? NOTHING : kindOf(text.charCodeAt(at - 1));
      const { done, chars } = this.#closure(core, before, at === text.length ? NOTHING : kindOf(code));
      if (done) end = at;
      core = at === text.length ? [] : this.#moved(chars, code);
    }
    return end;
  }

  #begin(anywhere: boolean, before: Kind): State {
    if (before !== NOTHING) return this.#state([this.#program.start], before);
    const known = this.#first.get(anywhere) ?? this.#state([this.#program.start], before);
    this.#first.set(anywhere, known);
    return known;
  }

  #state(core: readonly number[], before: Kind): State {
    const key = `${before} ${core.join()}`;
    const known = this.#states.get(key);
    if (known) return known;
    if (this.#states.size >= MAX_STATES) {
      // begun anew: memory stays bounded, and time in proportion to the text
      this.#states = new Map();
      this.#first = new Map();
    }
    const state: State = { core, before, ascii: [], others: new Map(), foundAtEnd: undefined };
    this.#states.set(key, state);
    return state;
  }

  #step(state: State, code: number, anywhere: boolean): State | null {
    const kind = kindOf(code);
    const { done, chars } = this.#closure(state.core, state.before, kind);
    let next: State | null = null;
    if (!done) {
      const moved = this.#moved(chars, code);
      if (anywhere && !moved.includes(this.#program.start)) moved.push(this.#program.start);
      next = this.#state(
        moved.sort((a, b) => a - b),
        kind,
      );
    }
    if (code < 128) state.ascii[code] = next;
    else state.others.set(code, next);
    return next;
  }

  #moved(chars: readonly number[], code: number): number[] {
    const moved = new Set<number>();
    for (const at of chars) {
      const node = this.#program.nodes[at];
      if (node?.kind === 'char' && node.fits(code)) moved.add(node.next);
    }
    return [...moved];
  }

  /** All states that are reached without a character, and whether the end is among them. */
  #closure(core: readonly number[], before: Kind, after: Kind): { done: boolean; chars: number[] } {
    const seen = new Set(core);
    const stack = [...core];
    const chars: number[] = [];
    let done = false;
    const reach = (at: number): void => {
      if (seen.has(at)) return;
      seen.add(at);
      stack.push(at);
    };
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const node = this.#program.nodes[at]!;
      if (node.kind === 'done') done = true;
      else if (node.kind === 'char') chars.push(at);
      else if (node.kind === 'split') {
        reach(node.one);
        reach(node.other);
      } else if (holds(node.assert, before, after)) reach(node.next);
    }
    return { done, chars };
  }
}
