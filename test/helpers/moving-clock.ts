import type { Clock } from '../../electron/core/ports.ts';

/** A clock that runs faster than the real one and can be set, as a user or a time server does. */
export interface MovingClock extends Clock {
  readonly speed: number;
  /** Sets the wall clock forward or back by `ms`; the monotonic clock and the timers go on. Forward is also what waking from sleep looks like. */
  jump(ms: number): void;
  /** Real milliseconds for `ms` of this clock. */
  real(ms: number): number;
}

/** `speed` 1 is real time; at 10 a minute takes 6 s. */
export function movingClock(speed: number): MovingClock {
  const start = performance.now();
  const epoch = Date.now();
  let set = 0;
  const monotonic = () => (performance.now() - start) * speed;
  return {
    speed,
    monotonic,
    now: () => Math.round(epoch + monotonic() + set),
    after(ms, run) {
      const timer = setTimeout(run, ms / speed);
      timer.unref();
      return () => clearTimeout(timer);
    },
    jump: (ms) => void (set += ms),
    real: (ms) => ms / speed,
  };
}
