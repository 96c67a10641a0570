import { createHash } from 'node:crypto';
import { members } from '../../stub/envelope.ts';
import { TOOL_NAME } from './definition.ts';

// what a terminal would act on: whole sequences first, as their rest would stay as text
const TERMINAL =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]/g;
/** Controls but tab and line breaks, bidi, zero-width, tag characters, variation selectors, lone surrogates. */
const HIDDEN = /(?![\n\r\t])[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
/** What a model reads as prose. Other strings of a definition are data that calls depend on. */
const PROSE = ['description', 'title', 'instructions', '$comment'];

/** Prose without what a person who approves it would not see (facts: poisoned descriptions). */
export function withoutHidden(text: string): string {
  return text
    .replace(TERMINAL, '')
    .replace(/[\u2028\u2029]/g, '\n')
    .replace(HIDDEN, '');
}

/** The number as it was written; JSON.parse with its source is not in the library's types yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(this: void, text: string): unknown };

/**
 * A definition as JSON text with its prose freed of hidden characters; the very same text where there are none.
 * `names` too for what is addressed by its URI alone.
 */
export function shownText(text: string, names: 'as they are' | 'as prose' = 'as they are'): string {
  let changed = false;
  const prose = names === 'as prose' ? [...PROSE, 'name'] : PROSE;
  const revive = (key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown => {
    if (typeof value === 'number') return rawJson(source);
    if (typeof value !== 'string' || !prose.includes(key)) return value;
    const plain = withoutHidden(value);
    changed ||= plain !== value;
    return plain;
  };
  const value: unknown = JSON.parse(text, revive);
  return changed ? JSON.stringify(value) : text;
}

/**
 * The names under which clients see the tools whose own names they would not take, by the server's names: readable
 * parts and a hash of the exact name, so that they stay the same whatever else is listed. A name that `names` has
 * already is never given; the hash is then longer.
 */
export function aliasesOf(names: readonly string[]): Map<string, string> {
  const taken = new Set(names);
  const found = new Map<string, string>();
  for (const name of names) {
    if (TOOL_NAME.test(name) || found.has(name)) continue;
    const hash = createHash('sha256').update(name).digest('hex');
    const readable = name.replace(/[^a-zA-Z0-9_-]+/g, '_').replace(/^_+|_+$/g, '');
    for (let length = 8; length < hash.length; length += 8) {
      const alias = `${readable.slice(0, 63 - length)}_${hash.slice(0, length)}`;
      if (taken.has(alias)) continue;
      taken.add(alias);
      found.set(name, alias);
      break;
    }
  }
  return found;
}

/** A tool's definition under another name, every other character unchanged. */
export function renamed(definition: string, name: string): string {
  const span = members(definition).get('name');
  if (!span) return definition;
  return definition.slice(0, span.start) + JSON.stringify(name) + definition.slice(span.end);
}
