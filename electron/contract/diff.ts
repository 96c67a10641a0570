import { shortened, shortenedPair } from './diff-long.ts';

/** Lines around a change. */
const CONTEXT = 3;

/** Above this many comparisons the changed middle is shown as one block, still complete. */
const MAX_CELLS = 4_000_000;

interface Line {
  kind: ' ' | '-' | '+';
  text: string;
}

/**
 * A unified diff of two texts, by line: nothing that changed is left out, and of very long lines what did not change is,
 * with its length; empty when they are equal. `undefined` stands for a file that is not there. Characters that a screen would hide or obey (byte order mark, controls, direction marks) are
 * shown as \uXXXX, so that what is approved is what is seen.
 */
export function unifiedDiff(before: string | undefined, after: string | undefined, name: string): string {
  if (before === after) return '';
  const lines = compare(linesOf(before), linesOf(after));
  const head = [
    `--- ${before === undefined ? '(no file)' : name}`,
    `+++ ${after === undefined ? '(no file)' : name}`,
  ];
  return [...head, ...hunks(lines)].join('\n') + '\n';
}

function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const lines = text.split(/(?<=\n)|(?<=\r)(?!\n)/);
  const last = lines.length - 1;
  return lines.map((line, index) =>
    index === last && !/[\r\n]$/.test(line) ? `${line}\n\\ No newline at end of file` : line,
  );
}

function compare(before: string[], after: string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const same = (text: string): Line => ({ kind: ' ', text });
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** Longest common subsequence, by the classic table. */
function middle(before: string[], after: string[]): Line[] {
  const removed = before.map((text): Line => ({ kind: '-', text }));
  const added = after.map((text): Line => ({ kind: '+', text }));
  const width = after.length + 1;
  if (before.length === 0 || after.length === 0 || (before.length + 1) * width > MAX_CELLS) {
    return [...removed, ...added];
  }
  const longest = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, fresh] = [removed[i], added[j]];
    if (old !== undefined && fresh !== undefined && old.text === fresh.text) {
      lines.push({ kind: ' ', text: old.text });
      i++;
      j++;
    } else if (old !== undefined && (fresh === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(old);
      i++;
    } else if (fresh !== undefined) {
      lines.push(fresh);
      j++;
    }
  }
  return lines;
}

function hunks(lines: Line[]): string[] {
  const out: string[] = [];
  let [oldLine, newLine, done] = [1, 1, 0];
  const advance = (to: number) => {
    for (; done < to; done++) {
      if (lines[done]?.kind !== '+') oldLine++;
      if (lines[done]?.kind !== '-') newLine++;
    }
  };
  let next = lines.findIndex((line) => line.kind !== ' ');
  while (next >= 0) {
    const start = Math.max(done, next - CONTEXT);
    let stop = next;
    // Changes that are close share a hunk.
    for (let i = next; i < lines.length && i <= stop + 2 * CONTEXT; i++) if (lines[i]?.kind !== ' ') stop = i;
    const part = lines.slice(start, stop + CONTEXT + 1);
    advance(start);
    const count = (skip: Line['kind']) => part.filter((line) => line.kind !== skip).length;
    out.push(`@@ -${range(oldLine, count('+'))} +${range(newLine, count('-'))} @@`);
    out.push(...shown(part));
    advance(start + part.length);
    next = lines.findIndex((line, index) => index >= done && line.kind !== ' ');
  }
  return out;
}

/** Lines that took each other's place are shown against each other; of one alone nothing is left out. */
function shown(part: readonly Line[]): string[] {
  const out: string[] = [];
  for (let at = 0; at < part.length;) {
    const kindFrom = (from: number, kind: Line['kind']) => {
      let to = from;
      while (part[to]?.kind === kind) to++;
      return part.slice(from, to).map(({ text }) => text);
    };
    const same = kindFrom(at, ' ');
    const removed = kindFrom(at + same.length, '-');
    const added = kindFrom(at + same.length + removed.length, '+');
    at += same.length + removed.length + added.length;
    const pairs =
      removed.length === added.length ? removed.map((old, i) => shortenedPair(old, added[i] ?? '')) : [];
    out.push(
      ...same.map((text) => ` ${visible(shortened(text))}`),
      ...removed.map((text, i) => `-${visible(pairs[i]?.[0] ?? text)}`),
      ...added.map((text, i) => `+${visible(pairs[i]?.[1] ?? text)}`),
    );
  }
  return out;
}

function range(line: number, count: number): string {
  const start = count === 0 ? line - 1 : line;
  return count === 1 ? `${start}` : `${start},${count}`;
}

/** First and last of what a screen hides or obeys: controls but tab and line feed, zero-width, direction marks. */
const HIDDEN: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2069],
  [0xfeff, 0xfeff],
];

const ANY_HIDDEN = new RegExp(
  `[${HIDDEN.map((ends) => ends.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('-')).join('')}]`,
);

function visible(line: string): string {
  const text = line.replace(/\r?\n$|\r$/, '');
  if (!ANY_HIDDEN.test(text)) return text;
  let shown = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const hidden = HIDDEN.some(([first, last]) => code >= first && code <= last);
    shown += hidden ? `\\u${code.toString(16).padStart(4, '0')}` : char;
  }
  return shown;
}
