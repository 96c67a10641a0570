import type { Clock } from '../../../electron/core/ports.ts';

/** A clock that stands still until `pass` moves both times and runs what is due. */
export class FakeClock implements Clock {
  wall = Date.UTC(2026, 10, 21, 10, 0, 0);
  mono = 1_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.mono;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.mono + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  pass(ms: number): void {
    const until = this.mono + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.wall += due.at - this.mono;
      this.mono = due.at;
      due.run();
    }
    this.wall += until - this.mono;
    this.mono = until;
  }

  /** The machine slept: the wall moved on, the monotonic clock and the timers did not. */
  sleep(ms: number): void {
    this.wall += ms;
  }
}
