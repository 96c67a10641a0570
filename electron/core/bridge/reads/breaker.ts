import {
  BrokenCircuitError,
  BulkheadRejectedError,
  CircuitState,
  ConsecutiveBreaker,
  bulkhead,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { BulkheadPolicy, CircuitBreakerPolicy, IBackoff } from 'cockatiel';
import { AppError } from '../../../contract/errors.ts';
import type { Clock } from '../../ports.ts';
import { UpstreamFailure } from '../failure.ts';

export interface ReadLimits {
  /** So many reads in a row without an answer, and the next ones are answered here. */
  failures: number;
  /** How long until one is tried again: first and at most, milliseconds; doubled each time. */
  firstPauseMs: number;
  lastPauseMs: number;
  /** Reads of one back end under way at the same time, and waiting for that. */
  atOnce: number;
  waiting: number;
  /** How long one waits for its turn at most, milliseconds. */
  waitMs: number;
}

export const READ_LIMITS: ReadLimits = {
  failures: 5,
  firstPauseMs: 1000,
  lastPauseMs: 30_000,
  atOnce: 256,
  waiting: 1024,
  waitMs: 10_000,
};

const DEAD = new Set(['LINK_LOST', 'LINK_PORT_CLOSED', 'LINK_TIMEOUT', 'LINK_UNREACHABLE', 'MCP_TIMEOUT']);

/** Whether nobody answered: the back end itself, and not only what stands in front of it (502 to 504). */
export function isDead(error: unknown): boolean {
  if (!(error instanceof UpstreamFailure) || error.sessionLost) return false;
  const { code, message } = error.error;
  return DEAD.has(code) || (code === 'MCP_SERVER_ERROR' && /\(HTTP 50[234]\)/.test(message));
}

/** Whether the failure is itself an answer of the back end. */
const isAnswer = (error: unknown): boolean =>
  error instanceof UpstreamFailure &&
  (error.sessionLost || error.fate === 'refused' || error.error.code === 'MCP_SERVER_ERROR');

const two = (n: number) => String(n).padStart(2, '0');
function timeOfDay(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

type Done<T> = { value: T } | { answer: unknown };

/**
 * Stands in front of the reads of one back end: a circuit breaker (a dead back end is asked by one read at a time,
 * the others are told so at once) and a bulkhead (so many at a time, a bounded queue). What changes something never
 * passes here.
 */
export class ReadGuard {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #limits: ReadLimits;
  readonly #bulkhead: BulkheadPolicy;
  #breaker: CircuitBreakerPolicy;
  #since: number | undefined;
  #probeAt = 0;
  #last = '';
  /** Monotonic time of the last failure that counted. */
  #failedAt = -1;

  constructor(name: string, clock: Clock, limits: ReadLimits = READ_LIMITS) {
    this.#name = name;
    this.#clock = clock;
    this.#limits = limits;
    this.#bulkhead = bulkhead(limits.atOnce, limits.waiting);
    this.#breaker = this.#closed();
  }

  /** Does it, or throws UpstreamFailure `unsent` where the back end is known to be dead or too much waits for it. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const breaker = this.#breaker;
    this.#look(breaker);
    if (this.#bulkhead.executionSlots === 0) return await this.#queued(breaker, work, signal);
    return await this.#bulkhead.execute(() => this.#counted(breaker, work, signal));
  }

  /** The link has come back, or somebody was answered: what was known is old. */
  reset(): void {
    this.#breaker = this.#closed();
    this.#since = undefined;
  }

  /** Waits for its turn, but not for ever, and not for a client that has gone. */
  async #queued<T>(breaker: CircuitBreakerPolicy, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const ticket = new AbortController();
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = (why: UpstreamFailure) => {
      ticket.abort();
      reject(why);
    };
    const giveUp = () => leave(givenUp());
    const cancel = this.#clock.after(this.#limits.waitMs, () => leave(this.#full()));
    signal.addEventListener('abort', giveUp, { once: true });
    const stop = () => {
      cancel();
      signal.removeEventListener('abort', giveUp);
    };
    const done = this.#bulkhead.execute(() => {
      stop();
      this.#look(breaker);
      return this.#counted(breaker, work, signal);
    }, ticket.signal);
    try {
      return await Promise.race([done, left]);
    } catch (error) {
      done.catch(() => {});
      throw error instanceof BulkheadRejectedError ? this.#full() : error;
    } finally {
      stop();
    }
  }

  async #counted<T>(breaker: CircuitBreakerPolicy, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    // who gave up says nothing of the back end, but a probe that was given up has proved nothing either
    const isProbe = breaker.state !== CircuitState.Closed;
    const begun = this.#clock.monotonic();
    const done = await breaker
      .execute(async (): Promise<Done<T>> => {
        try {
          return { value: await work() };
        } catch (error) {
          if (isAnswer(error) && !isDead(error)) return { answer: error };
          if (!isProbe && (signal.aborted || !isDead(error))) throw new GivenUp(error);
          // one cut ends all that was under way: that is one failure, not many
          if (!isProbe && begun <= this.#failedAt) throw new GivenUp(error);
          this.#failedAt = this.#clock.monotonic();
          if (isDead(error)) this.#last = (error as UpstreamFailure).error.message;
          throw error;
        }
      })
      .catch((error: unknown) => {
        // it opened, or its one read began, after this one had looked
        if (error instanceof BrokenCircuitError) throw this.#dead(breaker);
        throw error instanceof GivenUp ? error.cause : error;
      });
    if (breaker === this.#breaker) this.#since = undefined;
    if ('answer' in done) throw done.answer;
    return done.value;
  }

  /** Throws where the breaker is open, or half-open with its one read under way. */
  #look(breaker: CircuitBreakerPolicy): void {
    const isOpen = breaker.state === CircuitState.Open && this.#clock.now() < this.#probeAt;
    if (isOpen || breaker.state === CircuitState.HalfOpen) throw this.#dead(breaker);
  }

  #dead(breaker: CircuitBreakerPolicy): UpstreamFailure {
    const isOpen = breaker.state === CircuitState.Open;
    const since = timeOfDay(this.#since ?? this.#clock.now());
    const wait = Math.max(1, Math.ceil((this.#probeAt - this.#clock.now()) / 1000));
    const again = isOpen ? `It is asked again in ${wait} s` : 'It is being asked again now';
    return new UpstreamFailure(
      'unsent',
      new AppError(
        'LINK_UNREACHABLE',
        `${this.#name} answers no reads since ${since}: ${this.#limits.failures} in a row failed, the last with: ${this.#last}`,
        `${again}; starts and stops are not held back.`,
      ),
    );
  }

  #full(): UpstreamFailure {
    const words = `Too many reads of ${this.#name} wait at the same time.`;
    return new UpstreamFailure('unsent', new AppError('RATE_LIMITED', words, 'Wait for answers first.'));
  }

  #closed(): CircuitBreakerPolicy {
    const pause = (ms: number): IBackoff<unknown> => ({
      duration: ms,
      next: () => pause(this.#opened(Math.min(this.#limits.lastPauseMs, ms * 2))),
    });
    return circuitBreaker(
      handleWhen((error) => !(error instanceof GivenUp)),
      {
        halfOpenAfter: { next: () => pause(this.#opened(this.#limits.firstPauseMs)) },
        breaker: new ConsecutiveBreaker(this.#limits.failures),
      },
    );
  }

  #opened(ms: number): number {
    this.#since ??= this.#clock.now();
    this.#probeAt = this.#clock.now() + ms;
    return ms;
  }
}

/** Counts neither for nor against the back end. */
class GivenUp extends Error {
  constructor(cause: unknown) {
    super('given up', { cause });
  }
}

/** The client waits no longer; nobody will read it. */
export function givenUp(): UpstreamFailure {
  const words = new AppError('LINK_LOST', 'The client did not wait for the answer.', 'Ask again.');
  return new UpstreamFailure('lost', words);
}
