import { stamp } from './python-json.ts';

const STAGES = [
  'scanning',
  'filtering_news',
  'analyzing_patterns',
  'technical_analysis',
  'risk_validation',
  'executing_trades',
] as const;
export type Stage = (typeof STAGES)[number];
export type WorkflowStatus = 'idle' | Stage | 'completed' | 'failed';

export interface WorkflowRequest {
  mode: string;
  max_positions: number;
  scan_frequency: number;
  risk_level: number;
}

export interface WorkflowRun {
  cycleId: string;
  mode: string;
  startedAt: number;
  endedAt: number;
  status: 'completed' | 'stopped';
  executed: number;
}

/** Seconds a stage takes, and between the runs that cron starts. The real ones take minutes; a demo should be seen. */
const STAGE_SECONDS = 5;
const CRON_SECONDS = 45;
const DEFAULTS: WorkflowRequest = { mode: 'normal', max_positions: 6, scan_frequency: 300, risk_level: 0.02 };

/**
 * The workflow coordinator: started by cron, its own state, unknown to the orchestrator. Once a person has
 * stopped it, cron leaves it alone until somebody starts it again.
 */
export class Workflow {
  status: WorkflowStatus = 'idle';
  currentCycle: string | null = null;
  params: WorkflowRequest = DEFAULTS;
  lastRun: number | null = null;
  readonly history: WorkflowRun[] = [];
  #startedAt = 0;
  #elapsed = 0;
  #idle = CRON_SECONDS;
  #cronPaused = false;
  #executed = 0;

  running(): boolean {
    return this.status !== 'idle' && this.status !== 'completed' && this.status !== 'failed';
  }

  /** True while new trades may come from here, also between two runs of cron. */
  trading(): boolean {
    return !this.#cronPaused || this.running();
  }

  /** Starts a run; undefined when one is running already (HTTP 409 on the real service). */
  start(now: number, request: Partial<WorkflowRequest> = {}): string | undefined {
    if (this.running()) return undefined;
    this.#cronPaused = false;
    this.params = { ...DEFAULTS, ...request };
    this.currentCycle = `cycle_${stamp(now, '_')}`;
    this.status = 'scanning';
    this.#startedAt = now;
    this.#elapsed = 0;
    this.#executed = 0;
    return this.currentCycle;
  }

  /** Stops the run and cron. Returns the status before, undefined when nothing ran. */
  stop(now: number): WorkflowStatus | undefined {
    this.#cronPaused = true;
    if (!this.running()) return undefined;
    const before = this.status;
    this.#end(now, 'stopped');
    this.status = 'idle';
    return before;
  }

  executed(): void {
    this.#executed += 1;
  }

  /** One second. Returns the stage that was just entered, or `completed`. */
  step(now: number): Stage | 'completed' | undefined {
    if (!this.running()) {
      this.#idle += 1;
      if (this.#cronPaused || this.#idle < CRON_SECONDS) return undefined;
      this.start(now);
      return 'scanning';
    }
    this.#elapsed += 1;
    if (this.#elapsed % STAGE_SECONDS !== 0) return undefined;
    const stage = STAGES[this.#elapsed / STAGE_SECONDS];
    if (stage) {
      this.status = stage;
      return stage;
    }
    this.#end(now, 'completed');
    this.status = 'completed';
    return 'completed';
  }

  #end(now: number, status: 'completed' | 'stopped'): void {
    this.lastRun = now;
    this.#idle = 0;
    this.history.unshift({
      cycleId: this.currentCycle ?? '',
      mode: this.params.mode,
      startedAt: this.#startedAt,
      endedAt: now,
      status,
      executed: this.#executed,
    });
    this.history.splice(50);
  }
}
