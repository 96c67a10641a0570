import { randomUUID } from 'node:crypto';
import type { AppState, PatchOp, StateEvent } from '../contract/state.ts';
import { applyPatch } from '../contract/state.ts';

/** Patches kept so that a page that lost its wire can go on where it was. */
const KEPT_PATCHES = 2_000;
/** Changes in them all: 200 positions that are valued twice a second would make two thousand patches weigh 400 MB. */
const KEPT_CHANGES = 6_000;

/** The newest events within both limits, first in, first out. */
class Kept {
  readonly events: StateEvent[] = [];
  #changes = 0;

  static changesOf(event: StateEvent): number {
    if (event.type !== 'patch') return 0;
    return event.ops.reduce((sum, op) => sum + (op.op === 'append' ? op.values.length : 1), 0);
  }

  get full(): boolean {
    return this.events.length > KEPT_PATCHES || this.#changes > KEPT_CHANGES;
  }

  push(event: StateEvent): void {
    this.events.push(event);
    this.#changes += Kept.changesOf(event);
  }

  shift(): StateEvent | undefined {
    const event = this.events.shift();
    if (event) this.#changes -= Kept.changesOf(event);
    return event;
  }

  replace(events: readonly StateEvent[]): void {
    this.events.length = 0;
    this.#changes = 0;
    for (const event of events) this.push(event);
  }
}

/**
 * The one owner of the app's state: changes go in as patch operations, readers get a snapshot and then every
 * patch with a number that grows by one.
 */
export class Store {
  /** Names this run: a page that comes back from an earlier one must not be given patches of another history. */
  readonly #run = randomUUID();
  #state: AppState;
  #seq = 0;
  readonly #patches = new Kept();
  readonly #listeners = new Set<(event: StateEvent) => void>();

  constructor(initial: AppState) {
    this.#state = initial;
  }

  get state(): AppState {
    return this.#state;
  }

  change(...ops: PatchOp[]): void {
    this.#state = applyPatch(this.#state, ops);
    this.#seq += 1;
    const event: StateEvent = { type: 'patch', seq: this.#seq, ops };
    this.#patches.push(event);
    while (this.#patches.full) this.#patches.shift();
    for (const listener of this.#listeners) listener(event);
  }

  set(path: readonly string[], value: unknown): void {
    this.change({ op: 'set', path, value });
  }

  onEvent(listener: (event: StateEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What a reader that has everything up to an event must be given first: the missed patches, or a snapshot. */
  #catchUp(lastId: string | undefined): StateEvent[] {
    const [run, seq] = lastId?.split('/') ?? [];
    const after = run === this.#run ? Number(seq) : undefined;
    const first = this.#patches.events[0]?.seq ?? this.#seq + 1;
    if (after !== undefined && after >= first - 1 && after <= this.#seq)
      return this.#patches.events.filter((patch) => patch.seq > after);
    return [{ type: 'snapshot', seq: this.#seq, state: this.#state }];
  }

  /** The id of an event on the wire: this run and its number. */
  idOf(event: StateEvent): string {
    return `${this.#run}/${event.seq}`;
  }

  /** Events for one reader, gapless from `lastId` (the last one it has) or from a snapshot; ends with `signal`. */
  async *follow(lastId: string | undefined, signal: AbortSignal | undefined): AsyncGenerator<StateEvent> {
    const queue = new Kept();
    queue.replace(this.#catchUp(lastId));
    let wake: (() => void) | undefined;
    const stop = this.onEvent((event) => {
      queue.push(event);
      // a reader that does not keep up goes on from a snapshot instead of holding every state there ever was
      if (queue.full) queue.replace(this.#catchUp(undefined));
      wake?.();
    });
    const aborted = () => wake?.();
    signal?.addEventListener('abort', aborted);
    try {
      for (;;) {
        if (signal?.aborted) return;
        const next = queue.shift();
        if (next) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      stop();
      signal?.removeEventListener('abort', aborted);
    }
  }
}
