import type { Clock } from '../ports.ts';

/** Waits before a thread that ended by itself is started again; after the last of them history stays off. */
const AGAIN_MS = [1_000, 5_000, 30_000] as const;
/** A thread that lasted as long has earned all of them anew. */
const LASTED_MS = 600_000;

/** How often the history thread ended by itself, and when it may be started again. */
export class Restarts {
  readonly #clock: Clock;
  #ends = 0;
  #since = 0;
  /** Nothing is started now: a wait goes on, or there were too many. */
  held = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  started<T>(thread: T): T {
    this.#since = this.#clock.monotonic();
    return thread;
  }

  /** Calls `again` after the wait that is due. Returns what to say, and the cancel; none when it was the last. */
  ended(why: string, again: () => void): { note: string; cancel?: () => void } {
    if (this.#clock.monotonic() - this.#since >= LASTED_MS) this.#ends = 0;
    const wait = AGAIN_MS[this.#ends];
    this.#ends += 1;
    this.held = true;
    if (wait === undefined) {
      const times = `${this.#ends} times`;
      return { note: `History stopped ${times} (${why}); it begins again when the app is started again.` };
    }
    const cancel = this.#clock.after(wait, () => {
      this.held = false;
      again();
    });
    return { note: `History stopped (${why}); it is started again in ${wait / 1000} s.`, cancel };
  }
}
