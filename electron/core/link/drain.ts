import type { Clock } from '../ports.ts';
import type { Connection } from './connection.ts';

/** Links that were replaced and stay open for what still runs on them, for a limited time. */
export class Drain {
  private readonly closers = new Set<() => void>();
  private readonly clock: Clock;
  private readonly drainMs: number;

  constructor(clock: Clock, drainMs: number) {
    this.clock = clock;
    this.drainMs = drainMs;
  }

  add(connection: Connection): void {
    connection.retire();
    const close = () => {
      cancel();
      this.closers.delete(close);
      connection.link.close();
    };
    const cancel = this.clock.after(this.drainMs, close);
    this.closers.add(close);
    void connection.link.closed.then(close);
  }

  /** Closes them all now. */
  end(): void {
    for (const close of this.closers) close();
  }
}
