import type { LogSource, LogsBatch } from '../../electron/contract/logs.ts';
import type { LogLine } from '../../electron/contract/models.ts';
import type { Finder, LogFilter, Matcher } from './log-filter.ts';
import { matcherOf, SHOW_ALL } from './log-filter.ts';

/** What the log page draws: the lines that pass the filter, by time, and how many there are in all. */
export interface LogView {
  shown: readonly LogLine[];
  /** Every line that is kept, by time. */
  lines: readonly LogLine[];
  sources: readonly LogSource[];
  /** Number of the newest line received, 0 before the first. */
  newest: number;
  /** The lines of the past are still coming. */
  loading: boolean;
  /** A filter is being applied; `shown` is still that of the one before. */
  searching: boolean;
  problem: string | null;
  find: Finder | null;
}

const SLICE_MS = 8;
/** Lines that are tested between two looks at the clock. */
const STEP = 200;
const SLACK = 1000;

const isLater = (a: LogLine, b: LogLine): boolean => a.at > b.at || (a.at === b.at && a.n > b.n);

/** Two runs of lines, each by time, as one; where the second is later than all of the first it costs a copy alone. */
export function mergedByTime(old: readonly LogLine[], added: readonly LogLine[]): readonly LogLine[] {
  const [first] = added;
  if (!first) return old;
  let from = old.length;
  while (from > 0 && isLater(old[from - 1]!, first)) from -= 1;
  if (from === old.length) return [...old, ...added];
  const merged = old.slice(0, from);
  const rest = old.slice(from);
  let a = 0;
  let b = 0;
  while (a < rest.length || b < added.length) {
    const takeOld = b >= added.length || (a < rest.length && isLater(added[b]!, rest[a]!));
    merged.push(takeOld ? rest[a++]! : added[b++]!);
  }
  return merged;
}

/** Index of the first line at or after a time. */
export function indexAt(lines: readonly LogLine[], at: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (lines[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of a line by its place; -1 where it is not among them. */
export function indexOfLine(lines: readonly LogLine[], line: Pick<LogLine, 'at' | 'n'>): number {
  let at = indexAt(lines, line.at);
  while (at < lines.length && lines[at]!.at === line.at && lines[at]!.n !== line.n) at += 1;
  return lines[at]?.n === line.n ? at : -1;
}

/**
 * The lines kept on the page, by time: at most `limit`. A new batch costs its own size; a new filter is applied in
 * slices of a few milliseconds, so that the page goes on meanwhile.
 */
export class LogBuffer {
  private readonly limit: number;
  private readonly wait: (go: () => void) => void;
  private run = '';
  /** Lines up to this number were here before the present stream began. */
  private floor = 0;
  private matcher: Matcher = matcherOf(SHOW_ALL);
  private scan = 0;
  /** What came while a filter was being applied. */
  private late: LogLine[] | null = null;
  private readonly listeners = new Set<() => void>();
  private current: LogView = {
    shown: [],
    lines: [],
    sources: [],
    newest: 0,
    loading: true,
    searching: false,
    problem: null,
    find: null,
  };

  /** `wait` calls back when the page had its turn. */
  constructor(limit = 50_000, wait: (go: () => void) => void = (go) => void setTimeout(go, 0)) {
    this.limit = limit;
    this.wait = wait;
  }

  view = (): LogView => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** What the core need not send again. */
  get after(): { run: string; n: number } | undefined {
    return this.run === '' ? undefined : { run: this.run, n: this.current.newest };
  }

  /** A new stream begins. Lines of another run of the core are forgotten, since it numbers anew. */
  begin({ run }: LogsBatch): void {
    if (run !== this.run) {
      this.scan += 1;
      this.late = null;
      this.current = { ...this.current, shown: [], lines: [], sources: [], newest: 0, searching: false };
    }
    this.run = run;
    this.floor = this.current.newest;
  }

  /** Adds a batch; lines that were here before its stream began are dropped. */
  add({ lines, more, sources }: LogsBatch): void {
    const fresh = lines.filter((line) => line.n > this.floor);
    // what is live comes by number: the next batch begins after this one
    if (!more) this.floor = Math.max(this.floor, ...fresh.slice(-1).map(({ n }) => n));
    const added = fresh.some((line, i) => i > 0 && isLater(fresh[i - 1]!, line))
      ? fresh.toSorted((a, b) => a.at - b.at || a.n - b.n)
      : fresh;
    this.late?.push(...added);
    const passing = this.late ? [] : added.filter((line) => this.matcher.passes(line));
    let newest = this.current.newest;
    for (const { n } of added) if (n > newest) newest = n;
    this.publish({
      lines: mergedByTime(this.current.lines, added),
      shown: passing.length > 0 ? mergedByTime(this.current.shown, passing) : this.current.shown,
      sources: sources ?? this.current.sources,
      newest,
      loading: more,
    });
  }

  setFilter(filter: LogFilter): void {
    this.matcher = matcherOf(filter);
    const { problem, find } = this.matcher;
    this.scan += 1;
    this.late = [];
    this.slice(this.scan, { all: this.current.lines, at: 0, shown: [] });
    if (this.late !== null) this.publish({ searching: true, problem, find });
  }

  private slice(scan: number, work: { all: readonly LogLine[]; at: number; shown: LogLine[] }): void {
    if (scan !== this.scan) return;
    const { all, shown } = work;
    const until = performance.now() + SLICE_MS;
    while (work.at < all.length) {
      const end = Math.min(all.length, work.at + STEP);
      for (; work.at < end; work.at += 1) if (this.matcher.passes(all[work.at]!)) shown.push(all[work.at]!);
      if (performance.now() < until) continue;
      this.wait(() => this.slice(scan, work));
      return;
    }
    const late = (this.late ?? []).filter((line) => this.matcher.passes(line));
    this.late = null;
    const { problem, find } = this.matcher;
    // lines that were dropped meanwhile are gone here too
    const oldest = this.current.lines[0];
    const kept = oldest ? shown.filter((line) => !isLater(oldest, line)) : shown;
    this.publish({
      shown: late.reduce((list, line) => mergedByTime(list, [line]), kept as readonly LogLine[]),
      searching: false,
      problem,
      find,
    });
  }

  private publish(change: Partial<LogView>): void {
    const next = { ...this.current, ...change };
    if (next.lines.length > this.limit + SLACK) {
      next.lines = next.lines.slice(-this.limit);
      next.shown = next.shown.slice(indexAt(next.shown, next.lines[0]!.at));
    }
    this.current = next;
    if (!next.loading || next.lines.length < 3000) for (const listener of this.listeners) listener();
  }
}
