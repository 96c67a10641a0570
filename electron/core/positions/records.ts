import { NOT_READ } from '../../contract/awaited.ts';
import type { Reading } from '../../contract/models.ts';
import { RECORDS_KEPT, type LeftPosition, type RecordsModel } from '../../contract/records.ts';
import type { RecordName } from '../backends/presets.ts';
import type { SourceRead } from '../backends/sources.ts';
import type { Transport } from '../link/transport.ts';
import { createRecordChains, type RecordSources } from './record-chains.ts';
import { nextReading, notYetRead } from './trading.ts';

export interface RecordsDeps extends RecordSources {
  publish(model: RecordsModel): void;
}

export interface Records {
  start(): void;
  stop(): void;
  /** Positions that were seen leaving the list of open ones. */
  left(list: readonly LeftPosition[]): void;
}

/** Milliseconds between two reads. News and scans change slowly, and each read is work for a small droplet. */
const PERIODS: Readonly<Record<RecordName, number>> = {
  closed: 15_000,
  orders: 15_000,
  performance: 30_000,
  day: 30_000,
  scan: 30_000,
  cycles: 30_000,
  runs: 30_000,
  news: 60_000,
};
const NAMES = Object.keys(PERIODS) as RecordName[];
/** What no source could answer is asked for less often: most servers never will. */
const AFTER_FAILURE_MS = 120_000;
const ROUND_MS = 1_000;

/** A model that nothing was read for yet. */
export function emptyRecords(reason: string, now: number): RecordsModel {
  const unknown = { state: 'unknown', reason, since: now, last: null } as const;
  const parts = Object.fromEntries(NAMES.map((name) => [name, unknown]));
  return { ...(parts as Omit<RecordsModel, 'left'>), left: [] };
}

/** Reads closed trades, orders, results, scans, news and runs of a profile, one at a time, while the link is open. */
export function createRecords(deps: RecordsDeps): Records {
  return new RecordsWatch(deps);
}

class RecordsWatch implements Records {
  readonly #deps: RecordsDeps;
  readonly #chains: ReturnType<typeof createRecordChains>;
  #model: RecordsModel;
  #running = false;
  #generation = 0;
  #transport: Transport | undefined;
  #abort = new AbortController();
  #due: Record<RecordName, number>;
  #cancel: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;

  constructor(deps: RecordsDeps) {
    this.#deps = deps;
    this.#chains = createRecordChains(deps);
    this.#model = emptyRecords(NOT_READ, deps.clock.now());
    this.#due = allDue();
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#unsubscribe = this.#deps.link.onChange(() => this.#onLink());
    this.#onLink();
  }

  stop(): void {
    this.#running = false;
    this.#unsubscribe?.();
    this.#close();
  }

  left(list: readonly LeftPosition[]): void {
    if (list.length > 0) this.#publish({ left: [...this.#model.left, ...list].slice(-RECORDS_KEPT) });
  }

  #onLink(): void {
    if (!this.#running || this.#deps.link.transport === this.#transport) {
      if (this.#running && !this.#transport) this.#markAway();
      return;
    }
    this.#close();
    this.#transport = this.#deps.link.transport;
    this.#abort = new AbortController();
    this.#due = allDue();
    if (this.#transport) {
      this.#each(notYetRead);
      void this.#round(this.#generation);
    } else this.#markAway();
  }

  #close(): void {
    this.#generation += 1;
    this.#abort.abort();
    this.#cancel?.();
    this.#transport = undefined;
  }

  /** Reads what is due, one after the other, and looks again a second later. */
  async #round(generation: number): Promise<void> {
    for (const name of NAMES) {
      if (this.#deps.clock.monotonic() < this.#due[name]) continue;
      const read = await this.#chains[name].read(this.#abort.signal);
      if (generation !== this.#generation) return;
      const wait = read.ok ? PERIODS[name] : Math.max(PERIODS[name], AFTER_FAILURE_MS);
      this.#due[name] = this.#deps.clock.monotonic() + wait;
      this.#apply(name, read);
    }
    this.#cancel = this.#deps.clock.after(ROUND_MS, () => void this.#round(generation));
  }

  #apply(name: RecordName, read: SourceRead<unknown>): void {
    const next = nextReading<unknown>(this.#model[name], read, this.#deps.clock.now());
    this.#publish({ [name]: next });
  }

  #markAway(): void {
    const away: SourceRead<never> = { ok: false, reason: this.#deps.link.reason() };
    const now = this.#deps.clock.now();
    this.#each((before) => nextReading(before, away, now));
  }

  #each(next: (before: Reading<unknown>) => Reading<unknown>): void {
    const parts = NAMES.map((name) => [name, next(this.#model[name])]);
    this.#publish(Object.fromEntries(parts) as Partial<RecordsModel>);
  }

  #publish(change: Partial<RecordsModel>): void {
    this.#model = { ...this.#model, ...change };
    this.#deps.publish(this.#model);
  }
}

function allDue(): Record<RecordName, number> {
  return Object.fromEntries(NAMES.map((name) => [name, Number.NEGATIVE_INFINITY])) as Record<
    RecordName,
    number
  >;
}
