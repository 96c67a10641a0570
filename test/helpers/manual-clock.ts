import type { Clock } from '../../electron/core/ports.ts';

interface Timer {
  at: number;
  run: () => void;
}

/** A clock that stands still until it is advanced; then timers run in order of their time, also those made meanwhile. */
export class ManualClock implements Clock {
  wall: number;
  mono: number;
  #timers: Timer[] = [];

  constructor(wall = Date.UTC(2026, 10, 21, 10), mono = 1_000) {
    this.wall = wall;
    this.mono = mono;
  }

  now = (): number => this.wall;

  monotonic = (): number => this.mono;

  after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.mono + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  };

  get waiting(): number {
    return this.#timers.length;
  }

  /** Milliseconds that each waiting timer has left. */
  left(): number[] {
    return this.#timers.map(({ at }) => at - this.mono);
  }

  #to(mono: number): void {
    this.wall += mono - this.mono;
    this.mono = mono;
  }

  /** Runs the next timer that is due by `until`; false where there is none. */
  #runNext(until: number): boolean {
    const [due] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
    if (!due) return false;
    this.#timers = this.#timers.filter((each) => each !== due);
    this.#to(Math.max(due.at, this.mono));
    due.run();
    return true;
  }

  advance(ms: number): void {
    const until = this.mono + ms;
    while (this.#runNext(until));
    this.#to(until);
  }

  /** The same, waiting for `settle` before each timer and at the end: what a timer started may make new ones. */
  async advanceSettled(ms: number, settle: () => Promise<void>): Promise<void> {
    const until = this.mono + ms;
    do await settle();
    while (this.#runNext(until));
    this.#to(until);
    await settle();
  }

  /** The machine slept: the wall moved on, the monotonic clock and the timers did not. */
  sleep(ms: number): void {
    this.wall += ms;
  }
}
