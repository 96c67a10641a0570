import type { LogLine } from '../../electron/contract/models.ts';

export const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const;
export type MinLevel = (typeof LEVELS)[number];

export interface LogFilter {
  /** Case-insensitive text, or `/expression/` for a regular expression. */
  text: string;
  /** The lowest level shown. Lines of unknown level are shown with `info` and lower. */
  level: MinLevel;
  /** Only this service; null shows all. */
  service: string | null;
}

const RANK: Record<LogLine['level'], number> = {
  debug: 0,
  unknown: 1,
  info: 1,
  warning: 2,
  error: 3,
  critical: 4,
};

/** A predicate for the filter. A regular expression that does not parse is searched as plain text. */
function matcher(filter: LogFilter): (line: LogLine) => boolean {
  const least = RANK[filter.level];
  const text = textMatcher(filter.text.trim());
  return (line) =>
    RANK[line.level] >= least &&
    (filter.service === null || line.service === filter.service) &&
    text(`${line.service} ${line.text}`);
}

function textMatcher(text: string): (hay: string) => boolean {
  if (text === '') return () => true;
  const expression = /^\/(.+)\/$/.exec(text)?.[1];
  if (expression !== undefined) {
    try {
      const compiled = new RegExp(expression, 'i');
      return (hay) => compiled.test(hay);
    } catch {
      // Half-typed expressions are common while typing; they are then plain text.
    }
  }
  const needle = text.toLowerCase();
  return (hay) => hay.toLowerCase().includes(needle);
}

/** What the log page draws: the lines that pass the filter, and how many there are in all. */
export interface LogView {
  shown: readonly LogLine[];
  total: number;
  services: readonly string[];
  /** Number of the newest line received, -1 before the first. */
  newest: number;
}

/**
 * The lines kept on the page: at most `limit`, without repeats, filtered as they come so that a new batch
 * costs its own size and not that of everything kept.
 */
export class LogBuffer {
  private readonly limit: number;
  private lines: LogLine[] = [];
  private shown: LogLine[] = [];
  private services = new Set<string>();
  private filter: LogFilter = { text: '', level: 'debug', service: null };
  private matches = matcher(this.filter);
  private readonly listeners = new Set<() => void>();
  private current: LogView = { shown: [], total: 0, services: [], newest: -1 };

  constructor(limit = 50_000) {
    this.limit = limit;
  }

  view = (): LogView => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Adds a batch, oldest first; lines whose number is already here are dropped. */
  add(batch: readonly LogLine[]): void {
    const newest = this.lines.at(-1)?.n ?? -1;
    const fresh = batch.filter((line) => line.n > newest);
    if (fresh.length === 0) return;
    for (const line of fresh) {
      this.lines.push(line);
      this.services.add(line.service);
    }
    if (this.lines.length > this.limit) {
      // Room for a while, so that dropping does not happen with every batch.
      this.lines = this.lines.slice(-Math.floor(this.limit * 0.9));
      this.shown = this.lines.filter(this.matches);
    } else {
      this.shown = [...this.shown, ...fresh.filter(this.matches)];
    }
    this.publish();
  }

  setFilter(filter: LogFilter): void {
    this.filter = filter;
    this.matches = matcher(filter);
    this.shown = this.lines.filter(this.matches);
    this.publish();
  }

  /**
   * Adds the first batch of a new stream. Where core started over it numbers from zero again: then what is here
   * belongs to another run and is forgotten, or new lines would be taken for repeats.
   */
  begin(batch: readonly LogLine[]): void {
    const newest = this.lines.at(-1);
    const last = batch.at(-1);
    if (newest !== undefined && last !== undefined) {
      const same = batch.find((line) => line.n === newest.n);
      const other = same === undefined ? last.n < newest.n : same.receivedAt !== newest.receivedAt;
      if (other) {
        this.lines = [];
        this.shown = [];
        this.services = new Set();
      }
    }
    this.add(batch);
  }

  private publish(): void {
    this.current = {
      shown: this.shown,
      total: this.lines.length,
      services: [...this.services].sort(),
      newest: this.lines.at(-1)?.n ?? -1,
    };
    for (const listener of this.listeners) listener();
  }
}
