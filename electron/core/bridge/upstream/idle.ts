import type { Clock } from '../../ports.ts';

export interface IdleOptions {
  clock: Clock;
  /** Milliseconds of silence; Infinity: never. */
  idleMs: number;
  isNeeded(): boolean;
  onIdle(): void;
}

/** Tells when something was not used for long. One timer, not one a message. */
export class Idle {
  readonly #o: IdleOptions;
  #usedAt = 0;
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(options: IdleOptions) {
    this.#o = options;
  }

  used(): void {
    this.#usedAt = this.#o.clock.monotonic();
    this.#wait(this.#o.idleMs);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #wait(ms: number): void {
    const { clock, idleMs } = this.#o;
    if (this.#cancel || this.#closed || !Number.isFinite(idleMs)) return;
    this.#cancel = clock.after(ms, () => {
      this.#cancel = undefined;
      const left = this.#usedAt + idleMs - clock.monotonic();
      if (left > 0 || this.#o.isNeeded()) this.#wait(left > 0 ? left : idleMs);
      else this.#o.onIdle();
    });
  }
}
