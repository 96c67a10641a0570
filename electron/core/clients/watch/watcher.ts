import path from 'node:path';
import type { ClientCheck, ClientCheckState } from '../../../contract/clients.ts';
import type { Clock, Log } from '../../ports.ts';
import type { Clients, Standing } from '../clients.ts';
import type { Written } from '../written.ts';
import { checkId, judge, SETTLE_MS, type Verdict } from './judge.ts';
import { watchFolder, type WatchFolder } from './folder-watch.ts';

/** Several writes of one save are looked at once. */
const CALM_MS = 300;
/** How often to ask whether the client has quit or started, while that is waited for; its lock file tells sooner. */
const WAITING_MS = 15_000;
/** How often to look where the system does not tell of changes. */
const BLIND_MS = 60_000;

/** Chromium makes the first two while it runs, on POSIX and on Windows. */
const LOCKS = ['SingletonLock', 'lockfile'];
const AWAITED: readonly ClientCheckState[] = ['waiting-quit', 'waiting-start', 'armed'];

export interface WatchOptions {
  clients: Clients;
  clock: Clock;
  log: Log;
  /** Called with all entries under watch whenever one of them is seen to be otherwise. */
  publish(checks: Record<string, ClientCheck>): void;
  /** Something that a person should be told, once. */
  onNews(check: ClientCheck): void;
  /** Writes a profile's entry again. Throws AppError. */
  writeBack(check: ClientCheck): Promise<void>;
  watchFolder?: WatchFolder;
}

/**
 * Follows the entries that we wrote: looks when their file changes, when the client starts or quits, and never by the
 * clock alone while all is well. An entry that the client lost is written back once, after the client has quit.
 */
export class ClientWatch {
  readonly #options: WatchOptions;
  readonly #folders = new Map<string, { close(): void }>();
  readonly #asked = new Set<string>();
  /** Since when a client has been seen running, by folder, on the monotonic clock. */
  readonly #runningSince = new Map<string, number>();
  #checks: Record<string, ClientCheck> = {};
  #blind = false;
  #stopped = false;
  #looking: Promise<void> | undefined;
  #again = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  get checks(): Readonly<Record<string, ClientCheck>> {
    return this.#checks;
  }

  /** Looks now, once more if a look is under way. Never rejects. */
  look(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.#looking) {
      this.#again = true;
      return this.#looking;
    }
    this.#looking = this.#lookAll().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** A person wants it written back: at once, or as soon as the client has quit. Throws what stands in the way. */
  async repair(id: string): Promise<ClientCheck | undefined> {
    const { clients } = this.#options;
    await this.look();
    const check = this.#checks[id];
    const standing = (await clients.standings()).find((each) => checkId(each.written) === id);
    if (check === undefined || standing === undefined) return undefined;
    if (await clients.isRunning(check.client, path.dirname(standing.hostPath))) this.#asked.add(id);
    else await this.#writeAgain(check, standing.written);
    await this.look();
    return this.#checks[id];
  }

  dispose(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    for (const folder of this.#folders.values()) folder.close();
    this.#folders.clear();
  }

  async #lookAll(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#lookOnce();
      } catch (error) {
        // the next change of a file, or the timer, tries again
        this.#options.log.warn('client entries could not be looked at', { reason: String(error) });
        this.#blind = true;
      }
    } while (this.#again && !this.#stopped);
    if (!this.#stopped) this.#schedule();
  }

  async #lookOnce(): Promise<void> {
    const standings = await this.#options.clients.standings();
    this.#follow(standings);
    const checks: Record<string, ClientCheck> = {};
    for (const standing of standings) {
      const verdict = await this.#judge(standing);
      if (this.#stopped) return;
      checks[verdict.check.id] = verdict.check;
      if (verdict.written !== standing.written) await this.#options.clients.keep(verdict.written);
      if (verdict.writeBack) await this.#writeBack(verdict);
      if (verdict.check.state !== 'armed') this.#asked.delete(verdict.check.id);
      if (verdict.news) this.#options.onNews(verdict.check);
    }
    this.#checks = checks;
    this.#options.publish(checks);
  }

  async #judge(standing: Standing): Promise<Verdict> {
    const { clients, clock } = this.#options;
    const folder = path.dirname(standing.hostPath);
    const { client } = standing.written;
    const before = this.#checks[checkId(standing.written)];
    // an entry that held and is still there needs no process list
    const needed = standing.state === 'missing' || !standing.written.held;
    const running = needed && (await clients.isRunning(client, folder));
    if (!running) this.#runningSince.delete(folder);
    else if (!this.#runningSince.has(folder)) this.#runningSince.set(folder, clock.monotonic());
    const runningMs = clock.monotonic() - (this.#runningSince.get(folder) ?? clock.monotonic());
    const asked = this.#asked.has(checkId(standing.written));
    return judge(before, standing, { now: clock.now(), running, runningMs, asked });
  }

  async #writeBack({ check, written }: Verdict): Promise<void> {
    this.#again = true;
    const attempts = this.#asked.delete(check.id) ? written.attempts : written.attempts + 1;
    const tried = { ...written, attempts, cause: check.cause };
    // counted first: what fails half-way must not be tried for ever
    await this.#options.clients.keep(tried);
    try {
      await this.#writeAgain(check, tried);
    } catch (error) {
      this.#options.log.warn('a client entry could not be written back', {
        path: check.path,
        reason: String(error),
      });
    }
  }

  /** Writes the entry; the fresh record keeps the count of attempts, which only a start that it holds through ends. */
  async #writeAgain(check: ClientCheck, { attempts, cause }: Written): Promise<void> {
    const { clients } = this.#options;
    await this.#options.writeBack(check);
    const fresh = (await clients.standings()).find((each) => checkId(each.written) === check.id);
    if (fresh) await clients.keep({ ...fresh.written, attempts, cause });
  }

  /** Watches the folders of the files, and those alone. */
  #follow(standings: readonly Standing[]): void {
    const wanted = new Map<string, Set<string>>();
    for (const { hostPath } of standings) {
      const folder = path.dirname(hostPath);
      wanted.set(folder, (wanted.get(folder) ?? new Set(LOCKS)).add(path.basename(hostPath)));
    }
    // a folder that was removed and made again needs a new watcher
    const lost = standings.filter((each) => each.state === 'missing' && each.left === 'no file');
    for (const { hostPath } of lost) {
      this.#folders.get(path.dirname(hostPath))?.close();
      this.#folders.delete(path.dirname(hostPath));
    }
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    this.#blind = false;
    for (const [folder, names] of wanted) if (!this.#folders.has(folder)) this.#watch(folder, names);
  }

  #watch(folder: string, names: ReadonlySet<string>): void {
    const { watchFolder: watch = watchFolder, log } = this.#options;
    const soon = (name: string | null) => {
      if (name === null || names.has(name)) this.#lookIn(CALM_MS);
    };
    const lost = () => {
      this.#folders.delete(folder);
      this.#lookIn(CALM_MS);
    };
    try {
      this.#folders.set(folder, watch(folder, soon, lost));
    } catch (error) {
      log.info('a folder is not there or cannot be watched', { folder, reason: String(error) });
      this.#blind = true;
    }
  }

  #schedule(): void {
    const checks = Object.values(this.#checks);
    const settling = checks.some((check) => check.state === 'waiting-start') && this.#runningSince.size > 0;
    if (settling) this.#lookIn(SETTLE_MS);
    else if (checks.some((check) => AWAITED.includes(check.state))) this.#lookIn(WAITING_MS);
    else if (this.#blind) this.#lookIn(BLIND_MS);
    else {
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
  }

  #lookIn(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#stopped ? undefined : this.#options.clock.after(ms, () => void this.look());
  }
}
