import type { Clock } from '../ports.ts';
import { TradeArchive } from './archive.ts';
import type { FaultBoard } from './faults.ts';
import { LogBook } from './log-book.ts';
import { manyLines } from './many-lines.ts';
import { banner, eventLine, idleChatter, stageLine, type Chatter } from './log-lines.ts';
import { Market, type MarketEvent, type TradingPlan } from './market.ts';
import { LOG_SOURCES, VERSIONS } from './names.ts';
import { stamp } from './python-json.ts';
import { seededRandom } from './random.ts';
import { Workflow } from './workflow.ts';

/** The orchestrator's trading cycle, in its memory only and unknown to the workflow. Times in ms. */
export interface Cycle {
  id: string;
  mode: string;
  scanFrequency: number;
  maxPositions: number;
  riskLevel: number;
  startedAt: number;
}

export interface StopResult {
  cycle: Cycle;
  durationSeconds: number;
  closed: number;
  at: number;
}

const STEP_MS = 1_000;
/** How many positions `many-positions` means. */
const MANY = 200;

/** Everything that moves in the demo droplet, on one clock. Deterministic for a seed and a clock. */
export class Simulation {
  readonly market: Market;
  /** Trades of the days before. */
  readonly archive: TradeArchive;
  readonly workflow = new Workflow();
  readonly logs: LogBook;
  readonly clock: Clock;
  /** The id that cycles/active lists: the day's cycle of the trading service. */
  readonly tradingCycleId: string;
  readonly startedAt: number;
  readonly #faults: FaultBoard;
  readonly #chatter: Chatter;
  readonly #manyLines: (logs: LogBook) => void;
  #cycle: Cycle | null = null;
  #cancel: (() => void) | undefined;
  #cancelTick: (() => void) | undefined;
  #stopped = false;

  constructor(options: { seed: number; clock: Clock; faults: FaultBoard }) {
    this.clock = options.clock;
    this.#faults = options.faults;
    this.startedAt = this.clock.now();
    this.tradingCycleId = stamp(this.startedAt - 95 * 60_000, '-');
    this.market = new Market(seededRandom(options.seed), this.startedAt, this.tradingCycleId, (trades) =>
      this.archive.add(trades),
    );
    // a stream of its own, as below
    this.archive = new TradeArchive(seededRandom(options.seed + 2), this.startedAt);
    this.logs = new LogBook(this.clock);
    // a second stream: what is logged must not change what the market does
    this.#chatter = idleChatter(seededRandom(options.seed + 1));
    this.#manyLines = manyLines(seededRandom(options.seed + 3));
    for (const source of LOG_SOURCES) banner(this.logs, source, VERSIONS[source]);
    this.workflow.start(this.startedAt);
    this.logs.write('workflow', 'INFO', `[${this.workflow.currentCycle ?? ''}] ${stageLine('scanning')}`);
    this.#schedule();
  }

  cycle(): Cycle | null {
    return this.#cycle;
  }

  /** Starts the orchestrator's cycle; undefined when one is active. */
  startCycle(request: Omit<Cycle, 'id' | 'startedAt'>): Cycle | undefined {
    if (this.#cycle) return undefined;
    const now = this.clock.now();
    this.#cycle = { ...request, id: stamp(now, '-'), startedAt: now };
    this.logs.write(
      'orchestration',
      'INFO',
      `Started trading cycle: ${this.#cycle.id} in ${request.mode} mode`,
    );
    return this.#cycle;
  }

  /** Ends the orchestrator's cycle; undefined when none is active. The workflow is not touched. */
  stopCycle(closePositions: boolean, reason: string): StopResult | undefined {
    const cycle = this.#cycle;
    if (!cycle) return undefined;
    const now = this.clock.now();
    const closed = closePositions ? this.market.closeAll(now, `cycle_stop: ${reason}`) : [];
    for (const event of closed) this.#report(event);
    this.#cycle = null;
    this.logs.write('orchestration', 'INFO', `Stopped trading cycle: ${cycle.id}`);
    return {
      cycle,
      durationSeconds: Math.floor((now - cycle.startedAt) / 1000),
      closed: closed.length,
      at: now,
    };
  }

  /** One second of simulated time. */
  step(): void {
    const now = this.clock.now();
    const entered = this.workflow.step(now);
    if (entered) {
      const [text, id] = [stageLine(entered), this.workflow.currentCycle ?? ''];
      this.logs.write('workflow', 'INFO', `[${id}] ${text}`);
    }
    const plan = this.#plan(entered === 'executing_trades');
    for (const event of this.market.step(now, plan)) this.#report(event);
    if (plan && this.#faults.manyPositions()) this.market.fill(MANY, now, plan.cycleId);
    this.#chatter(this.logs, this.market, this.#faults);
    if (this.#faults.manyLines()) this.#manyLines(this.logs);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancelTick?.();
    this.logs.close();
  }

  #plan(executing: boolean): TradingPlan | null {
    const cycle = this.#cycle;
    if (!cycle && !this.workflow.trading()) return null;
    const seconds = Math.floor((this.clock.now() - this.startedAt) / 1000);
    return {
      cycleId: cycle?.id ?? this.tradingCycleId,
      maxPositions: Math.max(
        cycle?.maxPositions ?? 0,
        this.workflow.trading() ? this.workflow.params.max_positions : 0,
      ),
      openNow: executing || (cycle !== null && seconds % 20 === 0),
    };
  }

  #report(event: MarketEvent): void {
    if (event.kind === 'opened' && this.workflow.running()) this.workflow.executed();
    this.logs.write('trading', 'INFO', eventLine(event));
  }

  #schedule(): void {
    this.#cancel = this.clock.after(STEP_MS, () => {
      if (this.#stopped) return;
      this.step();
      this.#schedule();
    });
    if (!this.#faults.manyPositions()) return;
    this.#cancelTick = this.clock.after(STEP_MS / 2, () => this.market.tick(this.clock.now()));
  }
}
