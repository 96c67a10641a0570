import type { AppError } from '../../contract/errors.ts';
import type { LinkState } from '../../contract/link.ts';
import type { Clock } from '../ports.ts';
import { afterFailure, afterHealth, backoffDelay, DNS_CAP_MS, freshBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import type { LinkInput } from './machine.ts';

/** After a wake or a network change an attempt is made within this, not by all clients of a server at once. */
const WAKE_JITTER_MS = 2_000;

interface Deps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly feed: (input: LinkInput) => void;
  readonly start: (attempt: number) => void;
}

/** The pause between two walks through the chain, and how often they have failed in a row. */
export class RetryPause {
  private readonly deps: Deps;
  private backoff: Backoff = freshBackoff;
  private cancelTimer = () => {};

  constructor(deps: Deps) {
    this.deps = deps;
  }

  /** Nothing has failed since the last time of verified health. */
  get fresh(): boolean {
    return this.backoff.failures === 0;
  }

  /** Counts a failure that is not waited for. */
  count(): void {
    this.backoff = afterFailure(this.backoff);
  }

  /** Uninterrupted verified health, milliseconds. */
  healthy(ms: number): void {
    this.backoff = afterHealth(this.backoff, ms);
  }

  forget(): void {
    this.backoff = freshBackoff;
  }

  /** Starts attempt `number` after a pause that grows with every failure. */
  begin(error: AppError, number: number): void {
    this.count();
    const cap = error.code === 'LINK_HOST_NOT_FOUND' ? DNS_CAP_MS : undefined;
    const ms = backoffDelay(this.backoff, this.deps.random, cap);
    this.schedule(ms, number, error.shape());
  }

  /** Cuts a pause short. */
  hurry(state: Extract<LinkState, { state: 'reconnecting' }>): void {
    const ms = Math.round(this.deps.random() * WAKE_JITTER_MS);
    this.schedule(ms, state.attempt, state.lastError);
  }

  cancel(): void {
    this.cancelTimer();
  }

  private schedule(ms: number, attempt: number, error: ReturnType<AppError['shape']>): void {
    const { clock, feed, start } = this.deps;
    this.cancelTimer();
    feed({ type: 'retry-later', attempt, nextAt: clock.now() + ms, error });
    this.cancelTimer = clock.after(ms, () => start(attempt));
  }
}
