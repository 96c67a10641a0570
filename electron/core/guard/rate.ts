import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Start-like calls of one client on one profile, whatever becomes of them. A person answers fewer; a loop asks for more. */
export const CALLS_PER_MINUTE = 20;
const WINDOW_S = 60;

/** Bounds how often a client may ask for what adds risk. Real time and memory of its own: it need not survive a restart. */
export class AskRate {
  readonly #limiter = new RateLimiterMemory({ points: CALLS_PER_MINUTE, duration: WINDOW_S });

  /** Undefined where the call is within its rate, else the seconds until the next one is. */
  async take(profile: string, client: string): Promise<number | undefined> {
    try {
      await this.#limiter.consume(JSON.stringify([profile, client]));
      return undefined;
    } catch (thrown) {
      if (thrown instanceof RateLimiterRes) return Math.ceil(thrown.msBeforeNext / 1000);
      throw thrown;
    }
  }
}
