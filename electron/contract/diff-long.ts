/** A line is not longer on a screen than this, characters; a minified file is one line of megabytes. */
const LONG = 4_000;
/** What stays around a change, or of each end of a line that did not change. */
const KEPT = 200;

const left = (count: number): string => `[… ${count.toLocaleString('en-US')} characters unchanged …]`;

/** Not between the halves of a character. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

/** A line that did not change. */
export function shortened(text: string): string {
  if (text.length <= LONG) return text;
  const [from, to] = [whole(text, KEPT), whole(text, text.length - KEPT)];
  return text.slice(0, from) + left(to - from) + text.slice(to);
}

function between(text: string, from: number, tail: number): string {
  const to = whole(text, text.length - tail);
  const head = from > 0 ? left(from) : '';
  return head + text.slice(from, to) + (to < text.length ? left(text.length - to) : '');
}

/** A line before and after it was changed: all that differs, without most of what is the same in both. */
export function shortenedPair(before: string, after: string): [before: string, after: string] {
  if (Math.max(before.length, after.length) <= LONG) return [before, after];
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const from = whole(before, Math.max(0, head - KEPT));
  const rest = Math.max(0, tail - KEPT);
  return [between(before, from, rest), between(after, from, rest)];
}
