import type { LogLine } from '../../electron/contract/models.ts';
import { PatternError } from '../search/program.ts';
import { Search } from '../search/search.ts';

export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const;
export type MinLevel = (typeof LEVELS)[number];

export interface LogFilter {
  /** Case-insensitive text; between slashes, or with `isPattern`, a regular expression. */
  text: string;
  isPattern: boolean;
  /** The lowest level shown. Lines of unknown level are shown with `info` and lower. */
  level: MinLevel;
  /** Writers that are not shown, by writerOf. */
  hidden: ReadonlySet<string>;
}

export const SHOW_ALL: LogFilter = { text: '', isPattern: false, level: 'debug', hidden: new Set() };

const RANK: Record<LogLine['level'], number> = {
  debug: 0,
  unknown: 1,
  info: 1,
  warning: 2,
  error: 3,
  critical: 4,
};

/** Who wrote a line: a service of the droplet may be called `app` too. */
export const writerOf = ({ from, service }: Pick<LogLine, 'from' | 'service'>): string =>
  `${from} ${service}`;

/** Finds a text where it first stands in another; undefined: nowhere. */
export type Finder = (text: string) => { start: number; end: number } | undefined;

export interface Matcher {
  passes: (line: LogLine) => boolean;
  /** For marking what was searched for; null where nothing was. */
  find: Finder | null;
  /** Why the expression is not searched for; then no line is left out by it. */
  problem: string | null;
}

interface TextMatcher {
  test: (text: string) => boolean;
  find: Finder | null;
  problem: string | null;
}

const ANY: TextMatcher = { test: () => true, find: null, problem: null };

function textMatcher({ text, isPattern }: LogFilter): TextMatcher {
  const asked = text.trim();
  if (asked === '') return ANY;
  const source = /^\/(.+)\/$/.exec(asked)?.[1] ?? (isPattern ? asked : undefined);
  if (source === undefined) {
    const needle = asked.toLowerCase();
    const find: Finder = (hay) => {
      const start = hay.toLowerCase().indexOf(needle);
      return start < 0 ? undefined : { start, end: start + needle.length };
    };
    return { test: (hay) => hay.toLowerCase().includes(needle), find, problem: null };
  }
  try {
    const search = new Search(source);
    return { test: (hay) => search.test(hay), find: (hay) => search.find(hay), problem: null };
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return { ...ANY, problem: error.message };
  }
}

/** Time for an expression is in proportion to the lines, whatever it is. */
export function matcherOf(filter: LogFilter): Matcher {
  const least = RANK[filter.level];
  const { test, find, problem } = textMatcher(filter);
  const passes = (line: LogLine): boolean => {
    // that lines may be missing is said whatever is searched for
    if (line.gap) return true;
    if (RANK[line.level] < least || filter.hidden.has(writerOf(line))) return false;
    return test(line.text) || test(line.service);
  };
  return { passes, find, problem };
}
