import type {
  CycleModel,
  PositionsModel,
  Reading,
  TradingModel,
  WorkflowModel,
} from '../../contract/models.ts';
import { NOT_READ } from '../../contract/awaited.ts';
import type { LeftPosition } from '../../contract/records.ts';
import type { Profile } from '../../contract/profile.ts';
import type { SourceChain, SourceRead } from '../backends/sources.ts';
import type { LinkHandle, Transport } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import type { McpReader } from '../seams.ts';
import { createChains, type Chains } from './chains.ts';
import { compared } from './ledger.ts';

export interface TradingDeps {
  profile: () => Profile;
  link: LinkHandle;
  reader: McpReader;
  clock: Clock;
  publish(model: TradingModel): void;
  /** Positions that have left the list since it was read before. */
  onLeft?(left: LeftPosition[]): void;
  log: Log;
}

/** What an emergency stop reads again: `null` is "could not be told", and the text says why. */
export interface StopState {
  workflow: { running: boolean | null; text: string };
  cycle: { active: boolean | null; text: string };
}

export interface Trading {
  start(): void;
  stop(): void;
  /** Reads everything now, e.g. after a stop or close; resolves when all is read. Never rejects. */
  refresh(): Promise<void>;
  /** Reads workflow and cycle with requests sent after this call, never one already under way. Never rejects. */
  readStopState(): Promise<StopState>;
}

const FAST_SECONDS = 5;
const SLOW_MS = 10_000;

/** Polls positions, P&L, workflow and cycle of a profile through its sources while the link is open. */
export function createTrading(deps: TradingDeps): Trading {
  return new TradingWatch(deps);
}

/** A model that nothing was read for yet. */
export function emptyTrading(reason: string, now: number): TradingModel {
  const unknown = { state: 'unknown', reason, since: now, last: null } as const;
  return { positions: unknown, pnl: unknown, workflow: unknown, cycle: unknown };
}

/** The reading after a read; an unknown keeps its beginning and the last known value. */
export function nextReading<T>(before: Reading<T>, read: SourceRead<T>, now: number): Reading<T> {
  if (read.ok) {
    return { state: 'known', value: read.value, source: read.source, receivedAt: read.receivedAt };
  }
  if (before.state === 'unknown') return { ...before, reason: read.reason };
  const { value, source, receivedAt } = before;
  return { state: 'unknown', reason: read.reason, since: now, last: { value, source, receivedAt } };
}

/** A reading when the link has just opened: why it was away is no reason any more, and no answer has come yet. */
export function notYetRead<T>(before: Reading<T>): Reading<T> {
  if (before.state === 'known') return before;
  return { ...before, reason: before.last === null ? NOT_READ : 'Not read again since the link came back.' };
}

type Part = keyof TradingModel;

class TradingWatch implements Trading {
  readonly #deps: TradingDeps;
  readonly #chains: Chains;
  #model: TradingModel;
  #generation = 0;
  #running = false;
  #busy = new Set<Part>();
  /** Order in which reads were sent, and the newest that was applied: an older answer never overwrites a newer. */
  #sent = 0;
  readonly #applied: Record<Part, number> = { positions: 0, pnl: 0, workflow: 0, cycle: 0 };
  #abort = new AbortController();
  #cancels: (() => void)[] = [];
  #unsubscribe: (() => void) | undefined;
  #transport: Transport | undefined;

  constructor(deps: TradingDeps) {
    this.#deps = deps;
    this.#model = emptyTrading(NOT_READ, deps.clock.now());
    this.#chains = createChains(deps, () => this.#model);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#unsubscribe = this.#deps.link.onChange(() => this.#onLink());
    this.#open();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#unsubscribe?.();
    this.#close();
  }

  async refresh(): Promise<void> {
    if (!this.#running || !this.#transport) return;
    await Promise.all([
      this.#read('workflow'),
      this.#read('cycle'),
      this.#read('positions'),
      this.#read('pnl'),
    ]);
  }

  async readStopState(): Promise<StopState> {
    if (!this.#deps.link.transport) {
      const text = `unknown: ${this.#deps.link.reason()}`;
      return { workflow: { running: null, text }, cycle: { active: null, text } };
    }
    const [workflow, cycle] = await Promise.all([this.#read('workflow'), this.#read('cycle')]);
    return {
      workflow: { running: workflow.ok ? workflow.value.running : null, text: stateText(workflow) },
      cycle: { active: cycle.ok ? cycle.value.active : null, text: stateText(cycle) },
    };
  }

  #onLink(): void {
    if (!this.#running || this.#deps.link.transport === this.#transport) return;
    this.#close();
    this.#open();
  }

  #open(): void {
    this.#transport = this.#deps.link.transport;
    this.#abort = new AbortController();
    if (this.#transport) this.#markNotRead();
    this.#every(() => SLOW_MS, ['workflow', 'cycle']);
    this.#every(() => 1000 * (this.#deps.profile().readSeconds ?? FAST_SECONDS), ['positions', 'pnl']);
  }

  #close(): void {
    this.#generation += 1;
    this.#abort.abort();
    this.#busy = new Set();
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }

  /** Runs now and then again `ms` after the start of the round before; a part still being read is passed over. */
  #every(ms: () => number, parts: readonly Part[], slot = this.#cancels.length): void {
    this.#cancels[slot] = this.#deps.clock.after(ms(), () => this.#every(ms, parts, slot));
    if (!this.#transport) this.#markAway();
    else for (const part of parts) if (!this.#busy.has(part)) void this.#read(part);
  }

  #markNotRead(): void {
    const { positions, pnl, workflow, cycle } = this.#model;
    this.#replace({
      positions: notYetRead(positions),
      pnl: notYetRead(pnl),
      workflow: notYetRead(workflow),
      cycle: notYetRead(cycle),
    });
  }

  #markAway(): void {
    const now = this.#deps.clock.now();
    const away: SourceRead<never> = { ok: false, reason: this.#deps.link.reason() };
    const { positions, pnl, workflow, cycle } = this.#model;
    this.#replace({
      positions: nextReading(positions, away, now),
      pnl: nextReading(pnl, away, now),
      workflow: nextReading(workflow, away, now),
      cycle: nextReading(cycle, away, now),
    });
  }

  /** Publishes only where it says something else. */
  #replace(next: TradingModel): void {
    const said = (model: TradingModel) =>
      Object.values(model).map((part) => [part.state, 'reason' in part && part.reason]);
    if (JSON.stringify(said(next)) === JSON.stringify(said(this.#model))) return;
    this.#model = next;
    this.#deps.publish(next);
  }

  #read(part: 'workflow'): Promise<SourceRead<WorkflowModel>>;
  #read(part: 'cycle'): Promise<SourceRead<CycleModel>>;
  #read(part: Part): Promise<SourceRead<unknown>>;
  async #read(part: Part): Promise<SourceRead<unknown>> {
    const generation = this.#generation;
    const order = ++this.#sent;
    this.#busy.add(part);
    const chain: SourceChain<unknown> = this.#chains[part];
    const read = await chain.read(this.#abort.signal);
    if (generation !== this.#generation) return { ok: false, reason: this.#deps.link.reason() };
    this.#busy.delete(part);
    if (order > this.#applied[part]) {
      this.#applied[part] = order;
      this.#apply(part, read);
    }
    return read;
  }

  #apply(part: Part, read: SourceRead<unknown>): void {
    const now = this.#deps.clock.now();
    const before = this.#model[part];
    const full = part === 'positions' ? this.#withChanges(read as SourceRead<PositionsModel>) : read;
    const next = nextReading<unknown>(before, full, now);
    if (!read.ok && before.state === 'unknown' && before.reason === read.reason) return;
    if (!read.ok && before.state === 'known')
      this.#deps.log.info(`${part} became unknown`, { reason: read.reason });
    this.#model = { ...this.#model, [part]: next };
    this.#deps.publish(this.#model);
  }

  #withChanges(read: SourceRead<PositionsModel>): SourceRead<PositionsModel> {
    if (!read.ok) return read;
    const { model, left } = compared(this.#model.positions, read);
    this.#deps.onLeft?.(left);
    return { ...read, value: model };
  }
}

function stateText(read: SourceRead<WorkflowModel> | SourceRead<CycleModel>): string {
  if (!read.ok) return `unknown: ${read.reason}`;
  return `${read.value.status} (${read.source.kind} ${read.source.ref})`;
}
