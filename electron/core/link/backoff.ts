/** How many attempts failed in a row. A value: every step gives a new one. */
export interface Backoff {
  readonly failures: number;
}

export const freshBackoff: Backoff = { failures: 0 };

const BASE_MS = 1_000;
/** With the 10 s that an attempt may take no more than 60 s pass between a server's return and ours. */
const CAP_MS = 50_000;

/** A host name that does not resolve is local and cheap to ask again (laptop without network). */
export const DNS_CAP_MS = 30_000;

/** A link must have been verifiably healthy for this long before its failures are forgotten, so that flapping still backs off. */
export const HEALTHY_MS = 30_000;

export function afterFailure(backoff: Backoff): Backoff {
  return { failures: backoff.failures + 1 };
}

/** Forgets the failures only after `healthyMs` of uninterrupted, verified health; a mere connection forgets nothing. */
export function afterHealth(backoff: Backoff, healthyMs: number): Backoff {
  return healthyMs >= HEALTHY_MS && backoff.failures > 0 ? freshBackoff : backoff;
}

/**
 * Milliseconds to wait before the next attempt, after the failures counted in `backoff`: full jitter,
 * random(0, min(cap, 1 s × 2^n)), so that many clients of one restarted server do not return at the same instant.
 * `random` gives numbers in [0, 1).
 */
export function backoffDelay(backoff: Backoff, random: () => number, capMs = CAP_MS): number {
  const n = Math.max(0, backoff.failures - 1);
  return Math.round(random() * Math.min(capMs, BASE_MS * 2 ** Math.min(n, 30)));
}
