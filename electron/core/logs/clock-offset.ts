/** A clock this far off is corrected for; less is the way of a line to us. */
export const TOLERATED_MS = 2000;
const WINDOW_MS = 150_000;

/**
 * How far one writer's clock is behind ours. A line is never received before it was written, so the least
 * "received minus written" of late is the offset and the way of that line.
 */
export class ClockOffset {
  #least: number | undefined;
  #before: number | undefined;
  #since = -Infinity;
  #isLive = false;

  /** `isLive`: the line came as it was written, and not out of the past. */
  observe(written: number, received: number, isLive: boolean): void {
    const late = received - written;
    if (isLive && !this.#isLive) {
      // what lines of the past said was a bound, no measurement
      this.#isLive = true;
      this.#least = undefined;
    }
    if (!isLive && this.#isLive) return;
    if (received - this.#since > WINDOW_MS) {
      this.#before = this.#isLive ? this.#least : undefined;
      this.#least = undefined;
      this.#since = received;
    }
    this.#least = Math.min(this.#least ?? Infinity, late);
  }

  /** Milliseconds to add to its times; null before anything is known. From lines of the past only a clock ahead shows. */
  get ms(): number | null {
    const least = Math.min(this.#least ?? Infinity, this.#before ?? Infinity);
    if (least === Infinity || (!this.#isLive && least > -TOLERATED_MS)) return null;
    return least;
  }

  get correction(): number {
    const { ms } = this;
    return ms === null || Math.abs(ms) < TOLERATED_MS ? 0 : ms;
  }
}
