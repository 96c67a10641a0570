import { AppError } from '../../contract/errors.ts';
import type {
  HistoryStatus,
  MoneyHistory,
  MoneyQuery,
  MoneySample,
  PositionsHistory,
  PositionsQuery,
  ServicesHistory,
  ServicesQuery,
} from '../../contract/history.ts';
import type { ProfileState } from '../../contract/state.ts';
import type { Clock, Log } from '../ports.ts';
import { Outbox } from './outbox.ts';
import type { Taken } from './recorder.ts';
import { linkRow, moneyRows, moneySample, nothingTaken, probeRows } from './recorder.ts';
import { Restarts } from './restarts.ts';
import type { Owner } from './samples.ts';
import type { JobName, Jobs } from './worker-protocol.ts';
import { JobError, WorkerThread } from './worker-thread.ts';

const FLUSH_MS = 4_000;
/** After a write that failed. */
const AGAIN_MS = 60_000;
/** Figures can be read twice a second; that many tell a chart nothing more. */
const MONEY_EVERY_MS = 3_000;
const LINK_EVERY_MS = 10_000;
const RETAIN_EVERY_MS = 3_600_000;
const END_LIMIT_MS = 5_000;

export interface HistoryDeps {
  file: string;
  clock: Clock;
  log: Log;
  /** The profiles on screen. */
  profiles(): Readonly<Record<string, ProfileState>>;
  publish(status: HistoryStatus): void;
  /** A receipt of figures, for the state stream. */
  onMoney(profile: string, sample: MoneySample): void;
}

const ownerOf = ({ profile }: ProfileState): Owner => ({
  name: profile.name,
  environment: profile.environment,
});

/**
 * Remembers health, link, figures and positions in history.db, in a thread of its own. Nothing else depends on it: a
 * disk that is full or a file that is broken turns it off, is said in the status, and harms nobody.
 */
export class History {
  readonly #deps: HistoryDeps;
  readonly #outbox = new Outbox();
  readonly #taken = new Map<string, Taken>();
  #thread: WorkerThread | undefined;
  #status: HistoryStatus = { state: 'starting', note: null };
  /** Kept beside whatever is said later: that a file was moved aside. */
  #lasting: string | null = null;
  readonly #cancels: {
    flush?: () => void;
    link?: () => void;
    retain?: () => void;
    again?: (() => void) | undefined;
  } = {};
  #writing: Promise<void> = Promise.resolve();
  #opened: Promise<void> = Promise.resolve();
  #open: () => Promise<void> = () => Promise.resolve();
  #stopped = false;
  #ready = false;
  /** What belongs to no profile was taken out. Profiles may have come since. */
  #pruned = false;
  readonly #restarts: Restarts;
  /** Written by a newer version, or the thread ended too often: nothing is tried again. */
  #given = false;

  constructor(deps: HistoryDeps) {
    this.#deps = deps;
    this.#restarts = new Restarts(deps.clock);
  }

  /** Opens the database beside everything else. `owners`: whose history is kept; that of others goes. Never rejects. */
  start(owners: readonly Owner[]): void {
    const { file, clock } = this.#deps;
    this.#open = async () => {
      if (this.#ready || this.#restarts.held) return;
      this.#thread ??= this.#restarts.started(new WorkerThread((why) => this.#onThreadEnd(why)));
      const of = this.#pruned ? null : owners;
      const { note } = await this.#thread.ask('open', { file, now: clock.now(), owners: of });
      this.#pruned = true;
      this.#lasting = note ?? this.#lasting;
      this.#ready = true;
      this.#say('on', note);
      this.#retainSoon(1000);
    };
    this.#begin();
    this.#linkTick();
  }

  #begin(): void {
    this.#opened = this.#open().catch((error: unknown) => this.#fail(error));
  }

  /** Writes what is there and closes the file. Idempotent; never rejects. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const cancel of Object.values(this.#cancels)) cancel?.();
    await this.#opened;
    await this.#writing;
    const thread = this.#thread;
    this.#thread = undefined;
    if (!thread) return;
    if (this.#ready) {
      const now = this.#deps.clock.now();
      await thread.ask('write', { batch: this.#outbox.take(now, true), now }).catch((error: unknown) => {
        this.#deps.log.warn('the last of the history was not written', { error });
      });
    }
    await thread.end(END_LIMIT_MS);
  }

  #of(name: string): Taken {
    const known = this.#taken.get(name);
    if (known) return known;
    const made = nothingTaken();
    this.#taken.set(name, made);
    return made;
  }

  /** Trading state was read. */
  trading(state: ProfileState): void {
    const { pnl, positions } = state.trading;
    const owner = ownerOf(state);
    const taken = this.#of(owner.name);
    if (pnl.state === 'known' && pnl.receivedAt >= taken.money + MONEY_EVERY_MS) {
      taken.money = pnl.receivedAt;
      const sample = moneySample(pnl.value, pnl.receivedAt);
      this.#deps.onMoney(owner.name, sample);
      this.#outbox.add({ money: moneyRows(owner, sample) });
    }
    if (positions.state === 'known' && positions.receivedAt > taken.positions) {
      taken.positions = positions.receivedAt;
      this.#outbox.add({ positions: taken.sampling.rows(owner, positions.value, positions.receivedAt) });
    }
    this.#flushSoon();
  }

  /** Services were probed. */
  health(state: ProfileState): void {
    const owner = ownerOf(state);
    const taken = this.#of(owner.name);
    const probes = probeRows(owner, state.health, taken.probes);
    for (const { service, at } of probes) taken.probes.set(service, at);
    this.#outbox.add({ probes });
    this.#flushSoon();
  }

  /** The link changed, or a while went by. */
  link(state: ProfileState): void {
    const { link } = state;
    if (link.state === 'off') return;
    const owner = ownerOf(state);
    const taken = this.#of(owner.name);
    if (link.state !== 'connecting')
      taken.linkLost = link.state === 'reconnecting' || link.state === 'blocked';
    const row = linkRow(owner, link, taken.linkLost, this.#deps.clock.now());
    this.#outbox.add({ probes: [row] });
    this.#flushSoon();
  }

  #linkTick(): void {
    this.#cancels.link = this.#deps.clock.after(LINK_EVERY_MS, () => this.#linkTick());
    for (const state of Object.values(this.#deps.profiles())) this.link(state);
  }

  #retainSoon(ms: number): void {
    this.#cancels.retain = this.#deps.clock.after(ms, () => {
      this.#retainSoon(RETAIN_EVERY_MS);
      this.#thread?.ask('retain', { now: this.#deps.clock.now() }).catch((error: unknown) => {
        this.#deps.log.warn('old history could not be taken out', { error });
      });
    });
  }

  #flushSoon(ms = FLUSH_MS): void {
    if (this.#stopped || this.#given || this.#outbox.size === 0) return;
    this.#cancels.flush ??= this.#deps.clock.after(ms, () => {
      this.#writing = this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const now = this.#deps.clock.now();
    await this.#opened;
    const batch = this.#outbox.take(now);
    let again = FLUSH_MS;
    try {
      await this.#open();
      const { note } = await this.#need().ask('write', { batch, now });
      this.#lasting = note ?? this.#lasting;
      this.#say('on', this.#lasting);
    } catch (error) {
      this.#outbox.putBack(batch);
      this.#fail(error);
      if (!this.#restarts.held) again = AGAIN_MS;
    }
    delete this.#cancels.flush;
    this.#flushSoon(again);
  }

  #need(): WorkerThread {
    if (this.#thread && this.#ready) return this.#thread;
    throw new JobError({ message: this.#status.note ?? 'it is not open', cause: 'other' });
  }

  #say(state: HistoryStatus['state'], note: string | null): void {
    if (this.#status.state === state && this.#status.note === note) return;
    this.#status = { state, note };
    if (note !== null) this.#deps.log.warn('history', { state, note });
    this.#deps.publish(this.#status);
  }

  #fail(error: unknown): void {
    const failure = error instanceof JobError ? error.failure : undefined;
    if (this.#restarts.held) return;
    if (failure?.cause === 'full')
      this.#say(
        'off',
        'The disk is full, so history is not being written. It goes on by itself once there is room.',
      );
    else if (failure?.cause === 'newer') {
      this.#given = true;
      this.#say('off', failure.message);
    } else this.#say('off', `History is not being written: ${failure?.message ?? String(error)}.`);
  }

  #onThreadEnd(why: string): void {
    if (this.#stopped) return;
    this.#thread = undefined;
    this.#ready = false;
    this.#cancels.retain?.();
    const { note, cancel } = this.#restarts.ended(why, () => this.#begin());
    this.#cancels.again = cancel;
    this.#given = cancel === undefined;
    this.#say('off', note);
  }

  async #ask<K extends JobName>(job: K, input: Jobs[K]['in']): Promise<Jobs[K]['out']> {
    await this.#opened;
    try {
      const thread = this.#need();
      // what was received and not written yet belongs to the answer
      const now = this.#deps.clock.now();
      const batch = this.#outbox.take(now);
      await thread.ask('write', { batch, now }).catch(() => this.#outbox.putBack(batch));
      return await thread.ask(job, input);
    } catch (cause) {
      throw new AppError(
        'HISTORY_UNAVAILABLE',
        `History could not be read: ${(cause as Error).message.replace(/\.$/, '')}.`,
        'What is live is shown all the same. Look at history.db in the state folder, and at the app log.',
        { cause },
      );
    }
  }

  #owner(profile: string): Owner {
    const state = this.#deps.profiles()[profile];
    if (state) return ownerOf(state);
    throw new AppError('PROFILE_UNKNOWN', `There is no profile "${profile}".`, 'Choose one of the list.');
  }

  money(query: MoneyQuery): Promise<MoneyHistory> {
    return this.#ask('money', { owner: this.#owner(query.profile), query, now: this.#deps.clock.now() });
  }

  positions(query: PositionsQuery): Promise<PositionsHistory> {
    return this.#ask('positions', { owner: this.#owner(query.profile), query, now: this.#deps.clock.now() });
  }

  services(query: ServicesQuery): Promise<ServicesHistory> {
    return this.#ask('services', { owner: this.#owner(query.profile), query, now: this.#deps.clock.now() });
  }

  /** A profile was removed: its history goes with it. Never rejects. */
  async forget(name: string): Promise<void> {
    this.#taken.delete(name);
    this.#outbox.drop(name);
    await this.#writing;
    await this.#thread?.ask('forget', { name }).catch((error: unknown) => {
      this.#deps.log.warn('the history of a removed profile could not be taken out', { error });
    });
  }
}
