import type { AppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import { Attempt } from './attempt.ts';
import type { AttemptEvents, Dialler, Opened } from './attempt.ts';
import { afterFailure, afterHealth, backoffDelay, freshBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import type { ChainBoard } from './chain-board.ts';
import { Connection } from './connection.ts';
import type { Timing } from './dialling.ts';

interface Deps {
  readonly dialler: Dialler;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly random: () => number;
  readonly board: ChainBoard;
  /** A link has just proven itself. */
  readonly ready: () => void;
  /** A link failed; true: it may be tried again by itself. */
  readonly failed: (index: number, error: AppError) => boolean;
}

/** One link that is not in use, dialled and watched until it is wanted or given up. */
class Scout {
  readonly index: number;
  connection: Connection | undefined;
  private readonly deps: Deps;
  private attempt: Attempt | undefined;
  private backoff: Backoff = freshBackoff;
  private ended = false;
  private cancelPause = () => {};

  constructor(index: number, deps: Deps) {
    this.index = index;
    this.deps = deps;
  }

  dial(running?: Attempt): void {
    this.cancelPause();
    if (this.ended || this.attempt || this.connection) return;
    const events: AttemptEvents = {
      staged: () => {},
      opened: (opened) => {
        this.attempt = undefined;
        if (opened.result.kind === 'fine') return this.prove(opened);
        opened.link.close();
        this.failed(opened.result.error);
      },
      failed: (error) => {
        this.attempt = undefined;
        this.failed(error);
      },
    };
    this.deps.board.trying(this.index);
    this.attempt = running ?? new Attempt(this.index, this.deps.dialler, events);
    if (running) running.events = events;
    else this.attempt.start();
  }

  /** Tries at once where it waits, asks at once where it is open. */
  nudge(): void {
    if (this.connection) this.connection.probe();
    else this.dial();
  }

  /** Gives up the open connection to whoever uses it now. */
  take(): Connection | undefined {
    const { connection } = this;
    this.connection = undefined;
    this.end();
    return connection;
  }

  end(): void {
    this.ended = true;
    this.cancelPause();
    this.attempt?.abort();
    this.connection?.close();
    this.connection = undefined;
  }

  private prove(opened: Opened): void {
    const { clock, timing, dialler, board } = this.deps;
    const deps = { clock, timing, ask: dialler.ask.bind(dialler) };
    const connection = new Connection(opened, deps, {
      probed: (result) => {
        if (result.kind === 'fine') return board.open('proving', connection);
        this.drop(connection, result.error);
      },
      aged: () => {},
      lost: (error) => this.drop(connection, error),
    });
    this.connection = connection;
    board.open('proving', connection);
    this.deps.ready();
  }

  private drop(connection: Connection, error: AppError): void {
    this.backoff = afterHealth(this.backoff, connection.openMs);
    this.connection = undefined;
    connection.close();
    this.failed(error);
  }

  private failed(error: AppError): void {
    if (!this.deps.failed(this.index, error) || this.ended) return;
    this.backoff = afterFailure(this.backoff);
    const ms = Math.max(this.deps.timing.scoutMs, backoffDelay(this.backoff, this.deps.random));
    this.cancelPause = this.deps.clock.after(ms, () => this.dial());
  }
}

/**
 * The links of the chain that are not in use and should be: the preferred ones while another is in use, all of them
 * while that one is degraded. Each is dialled with a backoff of its own and watched once it is open.
 */
export class Standby {
  private readonly scouts = new Map<number, Scout>();
  private readonly deps: Deps;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  /** Watches exactly these links from now on. */
  follow(targets: readonly number[]): void {
    for (const [index, scout] of this.scouts) {
      if (targets.includes(index)) continue;
      this.scouts.delete(index);
      scout.end();
      this.deps.board.released(index);
    }
    for (const index of targets) {
      if (this.scouts.has(index)) continue;
      const scout = new Scout(index, this.deps);
      this.scouts.set(index, scout);
      scout.dial();
    }
  }

  /** Goes on with an attempt that a race has started. */
  adopt(attempt: Attempt): void {
    const scout = new Scout(attempt.index, this.deps);
    this.scouts.set(attempt.index, scout);
    scout.dial(attempt);
  }

  /** The link that the user put first of those that are open and healthy, and that `fits`. */
  best(fits: (connection: Connection) => boolean = () => true): Connection | undefined {
    const open = [...this.scouts.values()].flatMap(({ connection }) => connection ?? []);
    return open.filter(fits).toSorted((a, b) => a.index - b.index)[0];
  }

  /** Hands over an open connection; it is no longer watched here. */
  take(index: number): Connection | undefined {
    const scout = this.scouts.get(index);
    this.scouts.delete(index);
    return scout?.take();
  }

  nudge(): void {
    for (const scout of this.scouts.values()) scout.nudge();
  }

  /** Ends one that must not be tried again. */
  forget(index: number): void {
    this.scouts.get(index)?.end();
    this.scouts.delete(index);
  }

  clear(): void {
    for (const index of this.scouts.keys()) this.forget(index);
  }
}
