import { AppError } from '../../contract/errors.ts';
import { carries } from '../../contract/awaited.ts';
import type { LinkState } from '../../contract/link.ts';
import type { Clock, Log } from '../ports.ts';
import type { Attempt, Dialler, Opened } from './attempt.ts';
import type { ChainBoard } from './chain-board.ts';
import { Connection } from './connection.ts';
import type { OpenLink, Timing } from './dialling.ts';
import { Drain } from './drain.ts';
import type { LinkInput } from './machine.ts';
import { InUse } from './in-use.ts';
import { firstInput } from './probe-input.ts';
import { Race } from './race.ts';
import { blockedReason, HostKeyRefused, stopsChain } from './refusal.ts';
import type { Refused } from './refusal.ts';
import { RetryPause } from './retry-pause.ts';
import { Round } from './round.ts';
import { Standby } from './standby.ts';
import type { HostTrust } from './ssh/host-trust.ts';

export interface ChainRunDeps {
  readonly dialler: Dialler;
  readonly clock: Clock;
  readonly timing: Timing;
  readonly log: Log;
  readonly random: () => number;
  readonly board: ChainBoard;
  readonly hosts: HostTrust;
  /** How many links the profile has now. */
  readonly links: () => number;
  readonly busy: () => boolean;
  readonly state: () => LinkState;
  readonly feed: (input: LinkInput) => void;
  /** Hands the transport in use to the rest of core, undefined for none. */
  readonly hand: (link: OpenLink | undefined) => void;
}

/**
 * Runs the fallback chain of one link: races its links, keeps the winner under watch, holds better ones ready beside
 * it, and changes over when that is due. What it decides reaches the state through `feed` alone.
 */
export class ChainRun {
  private readonly deps: ChainRunDeps;
  private readonly round: Round;
  private readonly standby: Standby;
  private race: Race | undefined;
  private readonly inUse: InUse;
  private healthySince: number | undefined;
  private readonly pause: RetryPause;
  private readonly drain: Drain;

  constructor(deps: ChainRunDeps) {
    this.deps = deps;
    this.round = new Round(deps.links);
    this.drain = new Drain(deps.clock, deps.timing.drainMs);
    this.inUse = new InUse({
      ...deps,
      feed: (input) => this.feed(input),
      arrange: () => this.arrange(),
      lost: (connection, error) => this.lost(connection, error),
    });
    this.pause = new RetryPause({
      ...deps,
      feed: (input) => this.feed(input),
      start: (attempt) => this.startRace(attempt),
    });
    this.standby = new Standby({
      ...deps,
      ready: () => this.arrange(),
      failed: (index, error) => this.noteFailure(index, error),
    });
  }

  /** How long a probe may take, milliseconds. */
  get probeMs(): number {
    return this.inUse.patience(this.deps.timing.probeMs);
  }

  /** A person acted: every link of the chain may be tried, from the first. */
  begin(): void {
    this.stop();
    this.leaveOpen(new AppError('LINK_LOST', 'The connection is opened anew.', 'Nothing to do.'), 1);
    this.round.begin();
    this.resetBoard();
    this.startRace(1);
  }

  /** Ends everything, and what was known of the links is forgotten. */
  quit(): void {
    this.stop();
    this.resetBoard();
  }

  private resetBoard(): void {
    const { dialler, board, links } = this.deps;
    board.reset(Array.from({ length: links() }, (_, index) => dialler.via(index)));
  }

  /** Ends everything. Idempotent. */
  stop(): void {
    this.pause.cancel();
    this.race?.abort();
    this.race = undefined;
    this.standby.clear();
    this.inUse.close();
    this.drain.end();
    this.deps.hand(undefined);
    this.deps.board.quiet();
  }

  forgetFailures(): void {
    this.pause.forget();
  }

  /** Links that refused us may be tried again, beside the one in use. */
  pardon(): void {
    this.round.pardon();
    this.inUse.connection?.probe();
    this.standby.nudge();
    this.arrange();
  }

  probe(): void {
    this.inUse.connection?.probe();
  }

  proven(): void {
    this.inUse.connection?.proven();
  }

  /** The machine woke, the network changed or the clock was set: nothing that was true before may be believed. */
  wake(): void {
    const state = this.deps.state();
    if (this.inUse.connection) {
      this.inUse.doubt();
      this.standby.nudge();
    } else if (state.state === 'reconnecting') this.pause.hurry(state);
    else if (state.state === 'connecting') this.startRace(state.attempt);
  }

  private feed(input: LinkInput): void {
    this.deps.feed(input);
    const now = this.deps.clock.monotonic();
    if (this.healthySince !== undefined) this.pause.healthy(now - this.healthySince);
    if (this.deps.state().state !== 'live') this.healthySince = undefined;
    else this.healthySince ??= now;
  }

  /** The open link is closed and another attempt starts at once: until that is open nothing may be shown as live. */
  private leaveOpen(error: AppError, number: number): void {
    if (!carries(this.deps.state())) return;
    const nextAt = this.deps.clock.now();
    this.feed({ type: 'retry-later', attempt: number, nextAt, error: error.shape() });
  }

  private startRace(number: number): void {
    const { dialler, clock, timing, board } = this.deps;
    this.race?.abort();
    this.round.error = undefined;
    const race = new Race(
      this.round.candidates(),
      dialler,
      { clock, staggerMs: timing.staggerMs },
      {
        started: (index) => board.trying(index),
        moved: () => this.showLeading(race, number),
        failed: (index, error) => void this.noteFailure(index, error),
        won: (opened, running) => this.use(opened, running),
        lost: () => this.exhausted(number),
      },
    );
    this.race = race;
    race.start();
  }

  /** Of several attempts the one is shown that the user prefers. */
  private showLeading(race: Race, number: number): void {
    const { leading } = race;
    if (!leading) return;
    const { stage } = leading;
    const via = this.deps.dialler.via(leading.index);
    const state = this.deps.state();
    const shown = state.state === 'connecting' && state.via.index === via.index && state.attempt === number;
    this.feed(shown ? { type: 'stage', stage } : { type: 'dial', via, attempt: number, stage });
  }

  private use(opened: Opened, running: readonly Attempt[]): void {
    const { clock, timing, dialler, board, hand } = this.deps;
    this.race = undefined;
    const ask: Dialler['ask'] = (link, signal) => dialler.ask(link, signal);
    const connection = new Connection(opened, { clock, timing, ask }, unwatched);
    this.inUse.take(connection);
    for (const attempt of running) this.standby.adopt(attempt);
    hand(opened.link);
    this.feed(firstInput(opened.result, opened.link.via, clock.now()));
    board.open('in-use', connection);
    this.arrange();
  }

  /** Holds the better links ready, and changes to one of them when that is due. */
  private arrange(): void {
    const { connection } = this.inUse;
    const state = this.deps.state();
    if (!connection || !carries(state)) return;
    const others = this.round.candidates().filter((index) => index !== connection.index);
    const preferred = (index: number) => index < connection.index;
    this.standby.follow(state.state === 'live' ? others.filter(preferred) : others);
    // a link that answers nothing has lost its calls already; otherwise none that changes state may lose its answer
    const dead = state.state === 'degraded' && state.reason === 'stale';
    if (!dead && this.deps.busy()) return;
    const { returnAfterMs } = this.deps.timing;
    const due = this.standby.best(
      (other) => state.state === 'degraded' || (preferred(other.index) && other.openMs >= returnAfterMs),
    );
    if (due) this.changeTo(due.index, state);
  }

  /** From here on everything goes through another link, which is open; what runs on the old one may end there. */
  private changeTo(index: number, state: LinkState): void {
    const { clock, board, hand, log } = this.deps;
    const next = this.standby.take(index);
    const old = this.inUse.connection;
    if (!next) return;
    this.inUse.take(next);
    const { via } = next.link;
    log.info('link changed', { to: via.label, from: old?.link.via.label });
    hand(next.link);
    const { lastProof: proofAt, rttMs } = next;
    this.feed({ type: 'switched', via, at: clock.now(), proofAt, rttMs });
    board.open('in-use', next);
    if (old) this.replaced(old, state);
    this.arrange();
  }

  /** A link that answers nothing is closed; on any other what still runs may end. Why it was left stays shown. */
  private replaced(old: Connection, state: LinkState): void {
    const { board } = this.deps;
    if (state.state !== 'degraded') board.released(old.index);
    else board.failed(old.index, new AppError(state.error.code, state.error.message, state.error.next));
    if (state.state === 'degraded' && state.reason === 'stale') old.close();
    else this.drain.add(old);
  }

  /** The link in use ended, by itself or because its probes failed. */
  private lost(connection: Connection, error: AppError): void {
    const { log } = this.deps;
    log.info('link lost', { via: connection.link.via.label, code: error.code });
    const again = this.noteFailure(connection.index, error);
    if (this.deps.state().state === 'blocked') return;
    const ready = this.standby.best();
    if (ready) return this.changeTo(ready.index, this.deps.state());
    const rest = this.round.candidates();
    const fresh = this.pause.fresh || !again;
    if (rest.length === 0) return this.exhausted(0);
    if (!fresh || (again && rest.length === 1)) return this.wait(error, 1);
    // another link may be there at once; the count makes sure that two flapping links are not raced without a pause
    this.stop();
    this.pause.count();
    this.leaveOpen(error, 1);
    this.startRace(1);
  }

  /** Notes why a link failed; true where it may be tried again by itself. */
  private noteFailure(index: number, error: AppError): boolean {
    this.deps.board.failed(index, error);
    const reason = blockedReason(error.code);
    if (!reason) {
      this.round.error ??= error;
      return true;
    }
    if (error instanceof HostKeyRefused && reason === 'host-key-unknown') this.deps.hosts.show(error.hostKey);
    this.round.refuse(index, { reason, error });
    if (stopsChain(reason)) this.block({ reason, error });
    return false;
  }

  /** Every link of the chain has failed: a pause, or the end. */
  private exhausted(number: number): void {
    const refused = this.round.firstRefused();
    if (this.round.candidates().length === 0 && refused) return this.block(refused);
    const unknown = new AppError('LINK_LOST', 'No link could be opened.', 'It is tried again by itself.');
    this.wait(this.round.error ?? unknown, number + 1);
  }

  private block({ reason, error }: Refused): void {
    this.stop();
    const hostKey = error instanceof HostKeyRefused ? { hostKey: error.hostKey } : {};
    this.feed({ type: 'refused', reason, error: error.shape(), ...hostKey });
  }

  private wait(error: AppError, number: number): void {
    this.stop();
    this.pause.begin(error, number);
  }
}

const unwatched = { probed: () => {}, aged: () => {}, lost: () => {} };
