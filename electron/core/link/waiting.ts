import type { LinkState } from '../../contract/link.ts';
import { presentLink } from '../../contract/present.ts';
import type { Clock } from '../ports.ts';

/** Promises that wait for a condition; `wake` has all of them look again. */
export class Waiters {
  private readonly waiting = new Set<() => void>();

  /** Resolves when `done()` is true, or after `ms`. Keeps no process alive. */
  until(done: () => boolean, ms: number, clock: Clock): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        cancel();
        this.waiting.delete(look);
        resolve();
      };
      const look = () => {
        if (done()) finish();
      };
      const cancel = clock.after(ms, finish);
      this.waiting.add(look);
    });
  }

  wake(): void {
    for (const look of this.waiting) look();
  }
}

/** Why there is no transport, in one sentence with the time of the next try. */
export function linkReason(state: LinkState, now: number): string {
  const { detail } = presentLink(state, now);
  switch (state.state) {
    case 'off':
      return 'The link is switched off.';
    case 'connecting':
      return `The link is connecting (${detail}).`;
    case 'reconnecting':
      return `The link is down: ${detail}`;
    case 'blocked':
      return `The link is blocked: ${detail} ${state.error.next}`;
    case 'live':
    case 'degraded':
      return detail;
    default:
      return state satisfies never;
  }
}
