import type { ToolClass } from '../../../contract/bridge.ts';
import type { Clock } from '../../ports.ts';
import type { ClientFacts } from '../host.ts';
import type { Inspected } from '../inspect.ts';
import type { Pending } from '../pending.ts';
import type { Received } from '../reply.ts';
import { ReadGuard, givenUp } from './breaker.ts';
import type { ReadLimits } from './breaker.ts';
import { KeptReads } from './kept-reads.ts';
import { readKey } from './read-key.ts';

/** Requests behind the breaker; the rest sets something, or is answered here. */
const READS = new Set(['resources/read', 'prompts/get', 'completion/complete']);

/** Sends the request; `sentAs` is told each id under which it goes out. */
export type SendRead = (signal: AbortSignal, sentAs: (id: number) => void) => Promise<Received>;

export interface ReadAsk {
  message: Inspected;
  pending: Pending;
  client: ClientFacts;
  /** What else decides on the answer: the revision that the client's session speaks. */
  session: string;
  send: SendRead;
}

export interface SharedReadsOptions {
  profile: string;
  clock: Clock;
  /** Whether a link is up; without one the breaker has nothing to say. */
  isUp(): boolean;
  /** How old an answer for this resource may be, milliseconds; 0: always asked for anew. */
  ttlMs(uri: string): number;
  limits?: ReadLimits;
}

/** One request under way for several clients. */
interface Flight {
  begun: number;
  leader: Pending;
  /** The leader's id of it upstream. */
  id: number | undefined;
  waiting: Set<Pending>;
  abort: AbortController;
  done: Promise<Received>;
}

/**
 * Reads of one back end: identical ones that run at the same time go out once, answers are kept where the user
 * allowed an age, and a dead back end is not asked by everybody.
 *
 * No client is ever given an older truth than it could know of: it joins only a request that went out after the last
 * thing it was told, and after the last call that changed something.
 */
export class SharedReads {
  readonly #o: SharedReadsOptions;
  readonly #guard: ReadGuard;
  readonly #kept: KeptReads;
  readonly #flights = new Map<string, Flight>();
  readonly #told = new WeakMap<ClientFacts, number>();
  #changedAt = -1;

  constructor(options: SharedReadsOptions) {
    this.#o = options;
    this.#guard = new ReadGuard(options.profile, options.clock, options.limits);
    this.#kept = new KeptReads(options.clock);
  }

  /** The answer to one request. Throws UpstreamFailure. */
  async run(ask: ReadAsk): Promise<Received> {
    const { message, pending, send } = ask;
    const key = readKey(message);
    if (key !== undefined) return await this.#shared(`${ask.session} ${key}`, ask);
    const alone = () => send(pending.abort.signal, (id) => (pending.upstreamId = id));
    return READS.has(message.method) ? await this.guarded(alone, pending.abort.signal) : await alone();
  }

  /** For other reads, such as calls of tools that only read. */
  async guarded<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#o.isUp() ? await this.#guard.run(work, signal) : await work();
  }

  /** The same `send`, noted: behind what a client knows from then on no answer may fall. */
  telling<T extends unknown[]>(client: ClientFacts, send: (...line: T) => void): (...line: T) => void {
    return (...line) => {
      this.#told.set(client, this.#o.clock.monotonic());
      send(...line);
    };
  }

  /** The back end's state changed, or may have: nothing that was asked for before is passed on to others. */
  changed(): void {
    this.#changedAt = this.#o.clock.monotonic();
    this.#kept.clear();
  }

  /** As `changed`, for a call of this class that was sent or has ended. */
  changedBy(toolClass: ToolClass): void {
    if (toolClass !== 'read') this.changed();
  }

  /** Another link, perhaps another server behind it. */
  reset(): void {
    this.#guard.reset();
    this.changed();
  }

  async #shared(key: string, ask: ReadAsk): Promise<Received> {
    const { pending } = ask;
    const uri = ask.message.params['uri'];
    const ttl = typeof uri === 'string' ? this.#o.ttlMs(uri) : 0;
    const kept = ttl > 0 ? this.#kept.find(key, ttl) : undefined;
    if (kept) return kept;
    for (;;) {
      const running = this.#flights.get(key);
      const isNew = !running || !this.#mayJoin(running, ask.client);
      const flight = isNew ? this.#start(key, ask) : running;
      try {
        const received = await this.#wait(flight, pending);
        if (ttl > 0 && flight.begun > this.#changedAt) this.#kept.keep(key, received, flight.begun);
        if (isNew || !asksBack(received)) return received;
        // a question of the server is for one client; this one asks by itself
        return await this.#wait(this.#start(key, ask), pending);
      } catch (error) {
        // with its client a request may have ended before it was answered: the next one asks
        const isOrphan = !isNew && flight.leader.abort.signal.aborted;
        if (!isOrphan || pending.abort.signal.aborted) throw error;
      }
    }
  }

  #mayJoin(flight: Flight, client: ClientFacts): boolean {
    // two in one tick of the clock are told apart by being later, so equal times do not join
    return flight.begun > Math.max(this.#changedAt, this.#told.get(client) ?? -1);
  }

  #start(key: string, { pending, send }: ReadAsk): Flight {
    const abort = new AbortController();
    const flight: Flight = {
      begun: this.#o.clock.monotonic(),
      leader: pending,
      id: undefined,
      waiting: new Set(),
      abort,
      done: Promise.resolve<never>(undefined as never),
    };
    flight.done = this.guarded(
      () =>
        send(abort.signal, (id) => {
          flight.id = id;
          cancellable(flight);
        }),
      abort.signal,
    ).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    // each who waits hears of it; where nobody waits any more nobody has to
    flight.done.catch(() => {});
    this.#flights.set(key, flight);
    return flight;
  }

  /** Waits with others; who gives up leaves the others alone, and the last one ends the request. */
  async #wait(flight: Flight, pending: Pending): Promise<Received> {
    const { signal } = pending.abort;
    flight.waiting.add(pending);
    cancellable(flight);
    const { promise: left, reject } = Promise.withResolvers<never>();
    const leave = () => reject(givenUp());
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([flight.done, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      flight.waiting.delete(pending);
      cancellable(flight);
      if (flight.waiting.size === 0) flight.abort.abort();
    }
  }
}

/** The server hears of the leader's cancelling only while nobody else waits. */
function cancellable({ leader, id, waiting }: Flight): void {
  leader.upstreamId = waiting.size === 1 && waiting.has(leader) ? id : undefined;
}

function asksBack({ value }: Received): boolean {
  const result = value?.['result'] as { resultType?: unknown } | null | undefined;
  return result?.resultType === 'input_required';
}
