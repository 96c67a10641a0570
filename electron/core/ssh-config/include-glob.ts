import fs from 'node:fs/promises';
import path from 'node:path';
import { covers } from './patterns.ts';

type Steps = Parameters<typeof covers>[0][number][];

/** A `[…]` of a pattern as a test, with the index behind it; undefined where the bracket is not closed. */
function bracket(
  pattern: string,
  start: number,
): { test: (char: string) => boolean; end: number } | undefined {
  const negated = pattern[start + 1] === '!' || pattern[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  const end = pattern.indexOf(']', first + 1);
  if (end < 0) return undefined;
  const inside = pattern.slice(first, end);
  const within = (char: string) => {
    for (let at = 0; at < inside.length; at++) {
      const [low = '', dash, high] = inside.slice(at, at + 3);
      if (dash === '-' && high !== undefined) {
        if (char >= low && char <= high) return true;
        at += 2;
      } else if (char === low) return true;
    }
    return false;
  };
  return { test: (char) => within(char) !== negated, end };
}

/** A path segment with wildcards as steps; undefined where it has none and names one entry. */
function compile(segment: string): { steps?: Steps; literal: string } {
  const steps: Steps = [];
  let literal = '';
  let wild = false;
  for (let at = 0; at < segment.length; at++) {
    const char = segment.charAt(at);
    const set = char === '[' ? bracket(segment, at) : undefined;
    if (char === '*' || char === '?' || set) wild = true;
    if (char === '*') steps.push('any');
    else if (char === '?') steps.push(() => true);
    else if (set) {
      steps.push(set.test);
      at = set.end;
    } else {
      const plain = char === '\\' && at + 1 < segment.length ? segment.charAt(++at) : char;
      literal += plain;
      steps.push((other) => other === plain);
    }
  }
  return wild ? { steps, literal } : { literal };
}

async function exists(file: string): Promise<boolean> {
  return await fs.access(file).then(
    () => true,
    () => false,
  );
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The entries of a folder that fit; a name with a leading dot must be asked for by one. */
async function entries(dir: string, segment: string, steps: Steps): Promise<string[]> {
  const names = await fs.readdir(dir).catch(() => []);
  return names.filter((name) => (!name.startsWith('.') || segment.startsWith('.')) && covers(steps, name));
}

/**
 * The existing files that an absolute pattern names, in the order of their bytes, as glob(3) gives them to ssh.
 * Wildcards are `*`, `?` and `[…]`; a folder that cannot be read has no entries.
 */
export async function expandGlob(pattern: string): Promise<string[]> {
  const { root } = path.parse(pattern);
  // a backslash separates on Windows and escapes elsewhere
  const segments = pattern
    .slice(root.length)
    .split(path.sep === '\\' ? /[\\/]+/ : /\/+/)
    .filter(Boolean);
  let found = [root];
  for (const segment of segments) {
    const { steps, literal } = compile(segment);
    const next: string[] = [];
    for (const dir of found) {
      const names = steps ? await entries(dir, segment, steps) : [literal];
      next.push(...names.map((name) => path.join(dir, name)));
    }
    found = next;
  }
  const there = await Promise.all(found.map(exists));
  return found.filter((_file, i) => there[i]).toSorted(byBytes);
}
