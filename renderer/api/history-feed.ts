import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { AppState } from '../../electron/contract/state.ts';
import { errorShape } from './client.ts';
import type { Mirror } from './mirror.ts';
import type { Client } from './session.ts';

export type Remembered<T> =
  { state: 'loading' } | { state: 'known'; value: T } | { state: 'failed'; error: ErrorShape };

/** How a feed asks, and goes on from what it was told. */
export interface FeedRules<T> {
  ask(client: Client): Promise<T>;
  /** The part of the state that brings news; nothing is done while it stays the same. */
  news(app: AppState): unknown;
  /** The answer with the news in it; undefined where it has to be asked for again. */
  take(value: T, app: AppState): T | undefined;
}

/**
 * One question about history while somebody looks at its answer: asked once, and again after the app was away; in
 * between the stream of states is followed. Nothing is asked by a timer.
 */
export class HistoryFeed<T> {
  readonly #mirror: Mirror;
  readonly #rules: FeedRules<T>;
  readonly #listeners = new Set<() => void>();
  #held: Remembered<T> = { state: 'loading' };
  #news: unknown;
  #open = false;
  /** Grows with every question, so that a late answer to an earlier one is dropped. */
  #round = 0;
  #unfollow: (() => void) | undefined;

  constructor(mirror: Mirror, rules: FeedRules<T>) {
    this.#mirror = mirror;
    this.#rules = rules;
  }

  readonly current = (): Remembered<T> => this.#held;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#unfollow) {
      this.#unfollow = this.#mirror.store.subscribe(() => this.#look());
      this.#look();
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unfollow?.();
      this.#unfollow = undefined;
      this.#open = false;
      this.#round += 1;
    };
  };

  /** Asks again, e.g. after an error. */
  readonly again = (): void => this.#ask();

  #set(held: Remembered<T>): void {
    this.#held = held;
    for (const listener of this.#listeners) listener();
  }

  #look(): void {
    const { connection, app } = this.#mirror.store.getState();
    const open = connection === 'open';
    if (open && !this.#open) this.#ask();
    this.#open = open;
    if (app === null) return;
    const news = this.#rules.news(app);
    if (news === this.#news) return;
    this.#news = news;
    this.#take(app);
  }

  #take(app: AppState): void {
    if (this.#held.state !== 'known') return;
    const value = this.#rules.take(this.#held.value, app);
    if (value === undefined) this.#ask();
    else if (value !== this.#held.value) this.#set({ state: 'known', value });
  }

  #ask(): void {
    const { client } = this.#mirror;
    if (!client) return;
    const round = (this.#round += 1);
    this.#rules.ask(client).then(
      (value) => {
        if (round !== this.#round) return;
        this.#set({ state: 'known', value });
        const { app } = this.#mirror.store.getState();
        // what came while it was on its way
        const whole = app && this.#rules.take(value, app);
        if (whole && whole !== value) this.#set({ state: 'known', value: whole });
      },
      (error: unknown) => {
        // what is on screen stays: it says its own age
        if (round === this.#round && this.#held.state !== 'known')
          this.#set({ state: 'failed', error: errorShape(error) });
      },
    );
  }
}
