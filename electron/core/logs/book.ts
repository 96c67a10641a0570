import { randomUUID } from 'node:crypto';
import type { LogSource } from '../../contract/logs.ts';
import type { LogLine } from '../../contract/models.ts';
import type { LooseLine } from './assembler.ts';
import { MOST_NAMES, NameMap } from './name-map.ts';
import { createRing } from './ring.ts';

const KEPT_LINES = 50_000;

/** Every line of one profile, whoever wrote it: the newest 50,000, and those who follow. */
export class LogBook {
  readonly run = randomUUID();
  readonly #ring = createRing<LogLine>(KEPT_LINES);
  readonly #listeners = new Set<(lines: LogLine[]) => void>();
  readonly #sources = new Map<string, LogSource>();
  readonly #ends = new NameMap<string>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  add(loose: readonly LooseLine[]): LogLine[] {
    if (loose.length === 0) return [];
    const lines = loose.map((line) => ({ n: ++this.#total, ...line }));
    for (const line of lines) {
      this.#ring.add(line);
      this.#count(line);
    }
    if (lines.some(({ from }) => from === 'droplet')) this.#applyEnds();
    for (const listener of this.#listeners) listener(lines);
    return lines;
  }

  /** Its container ended, as compose put it. Counts when the lines before it have come, until it writes again. */
  ended(service: string, how: string): void {
    this.#ends.set(service, how);
  }

  #applyEnds(): void {
    for (const [service, how] of this.#ends) {
      const source = this.#sources.get(`droplet ${service}`);
      if (source) source.ended = how;
    }
    this.#ends.clear();
  }

  clock(service: string, ms: number | null): void {
    const source = this.#sources.get(`droplet ${service}`);
    if (source) source.clockMs = ms;
  }

  sources(): LogSource[] {
    return [...this.#sources.values()].map((source) => ({ ...source }));
  }

  /** The newest `count` lines in the order of receipt. */
  tail(count: number): LogLine[] {
    return this.#ring.tail(count);
  }

  subscribe(listener: (lines: LogLine[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #count({ from, service, receivedAt, level, gap }: LogLine): void {
    if (gap) return;
    const key = `${from} ${service}`;
    let source = this.#sources.get(key);
    if (!source) {
      if (this.#sources.size >= MOST_NAMES) return;
      source = { service, from, total: 0, lastAt: 0, errors: 0, ended: null, clockMs: null };
      this.#sources.set(key, source);
    }
    source.total += 1;
    source.lastAt = receivedAt;
    source.ended = null;
    if (level === 'error' || level === 'critical') source.errors += 1;
  }
}
