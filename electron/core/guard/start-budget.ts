import type { Limits } from '../../contract/profile.ts';
import type { Clock } from '../ports.ts';

const HOUR_MS = 3_600_000;

/** Counts starts in the last hour and remembers denies, by profile. */
export class StartBudget {
  readonly #clock: Clock;
  readonly #starts = new Map<string, number[]>();
  readonly #denied = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Which limit is used up, in words, or undefined. */
  rule(profile: string, { startsPerHour, coolDownSeconds }: Limits): string | undefined {
    const denied = this.#denied.get(profile);
    if (coolDownSeconds !== undefined && denied !== undefined) {
      const left = Math.ceil(coolDownSeconds - (this.#clock.monotonic() - denied) / 1000);
      if (left > 0) return `the user denied a call, and for ${left} s more nothing is asked again`;
    }
    if (startsPerHour === undefined || this.#recent(profile).length < startsPerHour) return undefined;
    return startsPerHour === 0
      ? 'no start is allowed at all (0 an hour)'
      : `${startsPerHour} ${startsPerHour === 1 ? 'start was' : 'starts were'} let through in the last 60 minutes, which is the limit`;
  }

  /** Counts one start; the returned function takes it back where it was not sent after all (once). */
  count(profile: string, at = this.#clock.now()): () => void {
    const starts = [...this.#recent(profile), at];
    this.#starts.set(profile, starts);
    return () => {
      const kept = this.#starts.get(profile) ?? [];
      const index = kept.lastIndexOf(at);
      if (index >= 0) kept.splice(index, 1);
    };
  }

  denied(profile: string): void {
    this.#denied.set(profile, this.#clock.monotonic());
  }

  /** A clock that was set back makes a start count longer, never shorter. */
  #recent(profile: string): number[] {
    const from = this.#clock.now() - HOUR_MS;
    const recent = (this.#starts.get(profile) ?? []).filter((at) => at > from);
    this.#starts.set(profile, recent);
    return recent;
  }
}
