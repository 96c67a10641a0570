import type { AppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import { Attempt } from './attempt.ts';
import type { Dialler, Opened } from './attempt.ts';

export interface RaceEvents {
  /** An attempt started, or one of them reached another stage. */
  moved(): void;
  started(index: number): void;
  /** One link failed. */
  failed(index: number, error: AppError): void;
  /** One is open; `running` are the attempts that the user prefers to it and that have not ended yet. */
  won(opened: Opened, running: readonly Attempt[]): void;
  /** None is left. */
  lost(): void;
}

/**
 * Dials the links of a chain in the user's order, each a little after the one before, or at once when that failed:
 * the first that answers is used (availability before order; among those that are available, the quicker one), so
 * that a link without any answer delays the next one by `staggerMs` alone (Happy Eyeballs, RFC 8305, in the large).
 * A link whose MCP endpoint fails is kept only until a better one answers.
 */
export class Race {
  private readonly left: number[];
  private readonly running = new Set<Attempt>();
  private readonly dialler: Dialler;
  private readonly clock: Clock;
  private readonly staggerMs: number;
  private readonly events: RaceEvents;
  private held: Opened | undefined;
  private over = false;
  private cancelNext = () => {};

  constructor(
    candidates: readonly number[],
    dialler: Dialler,
    timing: { clock: Clock; staggerMs: number },
    events: RaceEvents,
  ) {
    this.left = [...candidates];
    this.dialler = dialler;
    this.clock = timing.clock;
    this.staggerMs = timing.staggerMs;
    this.events = events;
  }

  /** Of the attempts that run the one of the link that the user put first. */
  get leading(): Attempt | undefined {
    return [...this.running].toSorted((a, b) => a.index - b.index)[0];
  }

  start(): void {
    this.startNext();
  }

  /** Ends every attempt; no event comes afterwards. */
  abort(): void {
    this.finish();
    for (const attempt of this.running) attempt.abort();
    this.running.clear();
    this.held?.link.close();
    this.held = undefined;
  }

  private finish(): void {
    this.over = true;
    this.cancelNext();
  }

  private startNext(): void {
    this.cancelNext();
    const index = this.left.shift();
    if (index === undefined) return;
    const attempt = new Attempt(index, this.dialler, {
      staged: () => {
        if (!this.over) this.events.moved();
      },
      opened: (opened) => this.opened(attempt, opened),
      failed: (error) => {
        this.running.delete(attempt);
        this.events.failed(index, error);
        this.ended();
      },
    });
    this.running.add(attempt);
    this.events.started(index);
    this.events.moved();
    if (this.left.length > 0) this.cancelNext = this.clock.after(this.staggerMs, () => this.startNext());
    attempt.start();
  }

  private opened(attempt: Attempt, opened: Opened): void {
    this.running.delete(attempt);
    if (opened.result.kind === 'fine') return this.win(opened);
    // lost while it was held: then it is no better than one that failed
    void opened.link.closed.then(() => {
      if (this.held === opened) this.held = undefined;
    });
    const [better, worse] =
      this.held && this.held.index < opened.index ? [this.held, opened] : [opened, this.held];
    this.held = better;
    worse?.link.close();
    this.ended();
  }

  private ended(): void {
    if (this.over) return;
    if (this.left.length > 0) return this.startNext();
    if (this.running.size > 0) return this.events.moved();
    const { held } = this;
    this.held = undefined;
    if (held) return this.win(held);
    this.finish();
    this.events.lost();
  }

  private win(opened: Opened): void {
    this.finish();
    this.held?.link.close();
    this.held = undefined;
    const preferred = [...this.running].filter((attempt) => attempt.index < opened.index);
    for (const attempt of this.running) if (!preferred.includes(attempt)) attempt.abort();
    this.running.clear();
    this.events.won(opened, preferred);
  }
}
