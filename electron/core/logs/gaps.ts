import type { Clock } from '../ports.ts';
import type { LooseLine } from './assembler.ts';

/** Shorter ones are made good by the lines that are given again. */
const WORTH_SAYING_MS = 500;

/** `catalyst-news exited with code 137`, as compose says it when a container ends. */
export function endedContainer(raw: string): { name: string; how: string } | undefined {
  const match = /^([A-Za-z0-9][\w.-]{0,127}) exited with code (\d{1,4})\s*$/.exec(raw);
  return match ? { name: match[1]!, how: `exited with code ${match[2]!}` } : undefined;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Remembers when following ended, and says in a line of its own for which time lines may be missing. */
export class GapWatch {
  readonly #clock: Clock;
  #lost: { at: number; why: string } | undefined;

  constructor(time: Clock) {
    this.#clock = time;
  }

  lost(why: string): void {
    this.#lost ??= { at: this.#clock.now(), why };
  }

  /** Following goes on; `torn`: services whose last known line was not given again. Undefined: there was no gap. */
  found(torn: readonly string[]): LooseLine | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    const to = this.#clock.now();
    if (!lost || to - lost.at < WORTH_SAYING_MS) return undefined;
    const when = `From ${clock.format(lost.at)} to ${clock.format(to)} ${lost.why}`;
    const message =
      torn.length === 0
        ? `${when}; every service's lines follow those known before: none is missing.`
        : `${when}: lines of that time may be missing from ${torn.join(', ')}.`;
    const level = torn.length === 0 ? 'info' : 'warning';
    const gap = { from: lost.at, to };
    return {
      from: 'app',
      at: lost.at,
      receivedAt: to,
      service: 'app',
      level,
      time: null,
      message,
      text: message,
      gap,
    };
  }
}
