import { getEventMeta } from '@orpc/client';
import { createStore } from 'zustand/vanilla';
import type { AppState, StateEvent } from '../../electron/contract/state.ts';
import { applyPatch } from '../../electron/contract/state.ts';
import type { Client, Connect, Session } from './session.ts';
import { SignedOutError } from './session.ts';

type Connection = 'connecting' | 'open' | 'lost' | 'signed-out';

export interface MirrorState {
  connection: Connection;
  /** What core last said; null before the first snapshot. Kept, greyed, while the connection is lost. */
  app: AppState | null;
  /** Number of the last event applied. */
  seq: number;
  /** Our receipt of the last sign of life, ms. */
  heardAt: number | null;
  /** When the next try is made while lost, ms. */
  retryAt: number | null;
}

/** A patch did not follow the one before: something was missed and a snapshot is needed. */
export class GapError extends Error {
  override readonly name = 'GapError';
}

/**
 * The state after one event. Patches already applied are dropped by number.
 * @throws {GapError} when a patch is missing between `seq` and the event.
 */
export function applied(
  app: AppState | null,
  seq: number,
  event: StateEvent,
): { app: AppState | null; seq: number } {
  if (event.type === 'snapshot') return { app: event.state, seq: event.seq };
  if (event.seq <= seq) return { app, seq };
  if (app === null || event.seq !== seq + 1) throw new GapError(`patch ${event.seq} after ${seq}`);
  return { app: applyPatch(app, event.ops), seq: event.seq };
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/** Wait before try number `attempt` (from 1), ms: doubling from 250 ms to 5 s, spread by `random` in 0..1. */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.75 + random * 0.5));
}

/** After this silence core is asked for a sign of life, and has `ANSWER_LIMIT_MS` for it. */
const SILENCE_MS = 10_000;
const ANSWER_LIMIT_MS = 5_000;

export interface MirrorOptions {
  connect: Connect;
  now?: () => number;
  random?: () => number;
  silenceMs?: number;
  answerLimitMs?: number;
}

/**
 * Keeps a copy of core's state: one stream of a snapshot and numbered patches, resumed by its last id after a
 * cut. A core that holds the connection but says nothing counts as lost.
 */
export class Mirror {
  readonly store = createStore<MirrorState>(() => ({
    connection: 'connecting',
    app: null,
    seq: -1,
    heardAt: null,
    retryAt: null,
  }));
  private readonly connect: Connect;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly silenceMs: number;
  private readonly answerLimitMs: number;
  private readonly stopped = new AbortController();
  private session: Session | undefined;
  private lastEventId: string | undefined;
  private wake: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private checking = false;

  constructor(options: MirrorOptions) {
    this.connect = options.connect;
    this.now = options.now ?? Date.now;
    this.random = options.random ?? Math.random;
    this.silenceMs = options.silenceMs ?? SILENCE_MS;
    this.answerLimitMs = options.answerLimitMs ?? ANSWER_LIMIT_MS;
  }

  /** The client of the present connection; null while there is none. */
  get client(): Client | null {
    return this.store.getState().connection === 'open' ? (this.session?.client ?? null) : null;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Tries again now where a retry is waiting. */
  retryNow(): void {
    this.wake?.();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.session?.close();
    this.wake?.();
    await this.running;
  }

  private async run(): Promise<void> {
    let attempt = 0;
    while (!this.stopped.signal.aborted) {
      const before = this.store.getState().heardAt;
      try {
        await this.follow();
      } catch (error) {
        if (error instanceof SignedOutError) {
          this.store.setState({ connection: 'signed-out', retryAt: null });
          return;
        }
        if (error instanceof GapError) this.lastEventId = undefined;
      }
      if (this.stopped.signal.aborted) return;
      attempt = this.store.getState().heardAt === before ? attempt + 1 : 1;
      const delay = retryDelay(attempt, this.random());
      this.store.setState({ connection: 'lost', retryAt: this.now() + delay });
      await this.pause(delay);
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /**
   * Ends with the connection. What was cut is left at once: the peer of a WebSocket that hangs does not answer its
   * closing either, and its stream would be waited for as long as it hangs.
   */
  private async follow(): Promise<void> {
    const session = await this.connect(this.stopped.signal);
    const cut = new AbortController();
    const over = new Promise<never>((_resolve, reject) => {
      cut.signal.addEventListener('abort', () => reject(new Error('Core does not answer.')));
    });
    over.catch(() => undefined);
    const leave = () => cut.abort();
    this.stopped.signal.addEventListener('abort', leave);
    this.session = session;
    const watch = setInterval(() => void this.checkAlive(session, cut), Math.min(this.silenceMs, 1_000));
    try {
      await Promise.race([this.listen(session, cut), over]);
    } finally {
      clearInterval(watch);
      this.stopped.signal.removeEventListener('abort', leave);
      // what comes late on it counts no more
      cut.abort();
      session.close();
    }
  }

  private async listen(session: Session, cut: AbortController): Promise<void> {
    await this.checkAnswers(session, cut);
    const options = this.lastEventId === undefined ? {} : { lastEventId: this.lastEventId };
    const events = await session.client.state.follow(undefined, { signal: cut.signal, ...options });
    if (cut.signal.aborted) return;
    // A resumed stream may have nothing new to say; being accepted is the sign of life then.
    if (this.lastEventId !== undefined) this.alive();
    for await (const event of events) {
      if (cut.signal.aborted) return;
      this.take(event);
    }
  }

  /** A wire that opens proves nothing about core behind it: it must answer a call within the limit. */
  private async checkAnswers(session: Session, cut: AbortController): Promise<void> {
    const limit = setTimeout(() => {
      cut.abort();
      session.close();
    }, this.answerLimitMs);
    try {
      await session.client.app.info(undefined, { signal: cut.signal });
    } finally {
      clearTimeout(limit);
    }
  }

  private alive(): void {
    this.store.setState({ connection: 'open', heardAt: this.now(), retryAt: null });
  }

  private take(event: StateEvent): void {
    const { app, seq } = this.store.getState();
    const next = applied(app, seq, event);
    this.lastEventId = getEventMeta(event)?.id ?? String(event.seq);
    this.store.setState({ ...next, connection: 'open', heardAt: this.now(), retryAt: null });
  }

  /** Asks for a sign of life after a silence; without one in time the connection is cut, which shows it as lost. */
  private async checkAlive(session: Session, cut: AbortController): Promise<void> {
    const heard = this.store.getState().heardAt;
    // a clock that was set back is no sign of life
    if (this.checking || heard === null || Math.abs(this.now() - heard) < this.silenceMs) return;
    this.checking = true;
    try {
      await this.checkAnswers(session, cut);
      if (!cut.signal.aborted) this.store.setState({ heardAt: this.now() });
    } catch {
      // The cut itself is what is shown; the stream ends with it.
    } finally {
      this.checking = false;
    }
  }
}
