import { asAppError } from '../../contract/errors.ts';
import type { LogLine, LogsStatus } from '../../contract/models.ts';
import type { Profile } from '../../contract/profile.ts';
import { instantReader } from '../backends/instant.ts';
import type { LinkHandle, RemoteProcess, Transport } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import { serviceName } from '../backends/health-words.ts';
import { createAssembler, type Assembler } from './assembler.ts';
import { LogBook } from './book.ts';
import { endedContainer, GapWatch } from './gaps.ts';
import type { OwnLines } from './own-lines.ts';
import { masked, Placing } from './placing.ts';
import { endingOf, followCommands, type FollowCommand } from './commands.ts';
import { createLineCutter } from './raw-lines.ts';
import { createReplayFilter } from './replay.ts';
import { splitPrefix } from './line-shapes.ts';

export interface LogsDeps {
  profile: () => Profile;
  link: LinkHandle;
  clock: Clock;
  publish(status: LogsStatus): void;
  /** New lines of the droplet in batches, at most five a second. */
  onLines?(lines: LogLine[]): void;
  log: Log;
  /** Of the app: what masks secrets, before anything is kept or shown, and what the app itself says of this profile. */
  own?: { redact: { text: (text: string) => string }; lines: OwnLines; profile: string };
}

export interface Logs {
  start(): void;
  stop(): void;
  /** The link's state changed: while it is down, the reason that is shown must be the one of now. */
  linkChanged(): void;
  readonly book: LogBook;
}

const BATCH_MS = 200;
const STATUS_MS = 1000;
/** A command that says nothing is taken as following after this long. */
const QUIET_MS = 1500;
const LATER_MS = 60_000;
const NO_DOCKER_MS = 300_000;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;
/** A run of this length proves that following works, so the next pause is short again. */
const GOOD_RUN_MS = 30_000;
/** Above this many raw lines in one batch the remote end is made to wait. */
const FLOOD = 4000;
const MAX_STDERR = 4096;
const NO_SHELL = 'Logs are read over SSH; the link in use has no way to run docker-compose on the droplet.';
const NO_DOCKER =
  'Neither docker-compose nor docker was found on the droplet, and no logs in /var/log/catalyst.';
/** Lines that come this soon after the command began are of the past. */
const PAST_MS = 3000;

/** Follows a profile's container logs over the link's shell; see commands.ts for what is run there. */
export function createLogs(deps: LogsDeps): Logs {
  return new LogsFollower(deps);
}

class LogsFollower implements Logs {
  readonly #deps: LogsDeps;
  readonly book = new LogBook();
  readonly #replay = createReplayFilter();
  readonly #placing = new Placing();
  readonly #gaps: GapWatch;
  #assembler: Assembler | undefined;
  #liveFrom = Infinity;
  #lastLineAt: number | null = null;
  #generation = 0;
  #running = false;
  #transport: Transport | undefined;
  #process: RemoteProcess | undefined;
  #pause = FIRST_PAUSE_MS;
  #following: { ref: string; since: number } | undefined;
  #sinceBatch = 0;
  #cancels: {
    retry?: () => void;
    batch?: () => void;
    status?: () => void;
    quiet?: () => void;
    gap?: () => void;
  } = {};
  #unsubscribe: (() => void) | undefined;

  #endOwn: (() => void) | undefined;

  constructor(deps: LogsDeps) {
    this.#deps = deps;
    this.#gaps = new GapWatch(deps.clock);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const { own } = this.#deps;
    this.#endOwn = own?.lines.follow(own.profile, (line) => void this.book.add([line]));
    this.#unsubscribe = this.#deps.link.onChange(() => {
      if (!this.#running || this.#deps.link.transport === this.#transport) return;
      this.#close();
      this.#open();
    });
    this.#open();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#unsubscribe?.();
    this.#endOwn?.();
    this.#close();
    this.#deps.publish({ state: 'off' });
  }

  linkChanged(): void {
    const { link } = this.#deps;
    if (this.#running && !this.#transport && !link.transport) this.#unavailable(link.reason());
  }

  #open(): void {
    this.#transport = this.#deps.link.transport;
    this.#pause = FIRST_PAUSE_MS;
    if (!this.#transport) this.#unavailable(this.#deps.link.reason());
    else if (!this.#transport.exec) this.#unavailable(NO_SHELL);
    else this.#run(0);
  }

  #close(): void {
    this.#generation += 1;
    for (const cancel of Object.values(this.#cancels)) cancel();
    this.#cancels = {};
    this.#process?.kill();
    this.#process = undefined;
    this.#lost('the link was down');
    this.#flush(true);
    this.#assembler = undefined;
  }

  #run(index: number): void {
    let commands: FollowCommand[];
    try {
      commands = followCommands(this.#deps.profile().dir);
    } catch (error) {
      return this.#unavailable(asAppError(error).message);
    }
    const command = commands[index];
    if (command) void this.#follow(command, index);
    else this.#later(NO_DOCKER, NO_DOCKER_MS, 0);
  }

  async #follow(command: FollowCommand, index: number): Promise<void> {
    const generation = this.#generation;
    const startedAt = this.#deps.clock.monotonic();
    const { stderr, code } = await this.#runToEnd(command, generation);
    if (generation !== this.#generation) return;
    this.#process = undefined;
    this.#lost('the log stream was cut');
    this.#cancels.quiet?.();
    this.#flush(true);
    const ending = endingOf(code, stderr, this.#deps.profile().dir);
    if (ending.next === 'other-command') return this.#run(index + 1);
    if (ending.next === 'later') return this.#later(ending.reason, LATER_MS, 0);
    if (this.#deps.clock.monotonic() - startedAt >= GOOD_RUN_MS) this.#pause = FIRST_PAUSE_MS;
    this.#later(ending.reason, this.#pause, index);
    this.#pause = Math.min(this.#pause * 2, MAX_PAUSE_MS);
  }

  /** Runs one follow command to its end. Never rejects. */
  async #runToEnd(
    command: FollowCommand,
    generation: number,
  ): Promise<{ code: number | null; stderr: string }> {
    let process: RemoteProcess;
    try {
      process = await this.#transport!.exec!(command.command);
    } catch (error) {
      return { code: null, stderr: asAppError(error).message };
    }
    if (generation !== this.#generation) {
      process.kill();
      return { code: null, stderr: '' };
    }
    this.#process = process;
    this.#replay.restart();
    this.#assembler = createAssembler(instantReader(this.#deps.profile().assumedZone), 'docker');
    const began = () => {
      if (generation !== this.#generation || this.#following) return;
      this.#following = { ref: command.ref, since: this.#deps.clock.now() };
      this.#liveFrom = this.#following.since + PAST_MS;
      this.#cancels.gap = this.#deps.clock.after(PAST_MS, () => this.#sayGap());
      this.#publishStatus();
    };
    this.#cancels.quiet = this.#deps.clock.after(QUIET_MS, began);
    let stderr = '';
    process.stderr.setEncoding('utf8');
    process.stderr.on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(-MAX_STDERR);
    });
    const ended = this.#consume(process, generation, began);
    const code = await process.exited;
    await ended;
    return { code, stderr };
  }

  /** Reads standard output until its end; resolves then, or when the stream breaks. */
  #consume(process: RemoteProcess, generation: number, began: () => void): Promise<void> {
    const cutter = createLineCutter();
    const { stdout } = process;
    stdout.setEncoding('utf8');
    const take = (lines: string[]) => {
      if (generation !== this.#generation || lines.length === 0) return;
      began();
      this.#takeRaw(lines);
      if (this.#sinceBatch > FLOOD) stdout.pause();
    };
    stdout.on('data', (chunk: string) => take(cutter.push(chunk)));
    return new Promise((resolve) => {
      const done = () => {
        take(cutter.rest());
        resolve();
      };
      stdout.once('end', done);
      stdout.once('close', done);
      stdout.once('error', done);
    });
  }

  #takeRaw(lines: readonly string[]): void {
    const now = this.#deps.clock.now();
    for (const raw of lines) {
      const ended = endedContainer(raw);
      if (ended) this.book.ended(serviceName(ended.name), ended.how);
      const name = splitPrefix(raw)?.name ?? '';
      if (this.#replay.isRepeat(name, raw)) continue;
      this.#assembler?.push(raw, now);
      this.#sinceBatch += 1;
    }
    this.#cancels.batch ??= this.#deps.clock.after(BATCH_MS, () => this.#batch());
  }

  #batch(): void {
    delete this.#cancels.batch;
    this.#flush(false);
    this.#process?.stdout.resume();
    if (this.#assembler?.waiting()) {
      this.#cancels.batch = this.#deps.clock.after(BATCH_MS, () => this.#batch());
    }
  }

  #flush(all: boolean): void {
    this.#sinceBatch = 0;
    const now = this.#deps.clock.now();
    const loose = this.#assembler?.take(now, all) ?? [];
    if (loose.length === 0) return;
    const lines = this.book.add(
      this.#placing.place(masked(loose, this.#deps.own?.redact), now >= this.#liveFrom),
    );
    this.#lastLineAt = now;
    this.#deps.onLines?.(lines);
    this.#cancels.status ??= this.#deps.clock.after(STATUS_MS, () => this.#publishStatus());
  }

  #lost(why: string): void {
    if (this.#following) this.#gaps.lost(why);
    this.#following = undefined;
    this.#liveFrom = Infinity;
  }

  /** By now the past was given again: what of it is not here may be missing. */
  #sayGap(): void {
    const line = this.#gaps.found(this.#replay.torn().map(serviceName));
    if (line) this.book.add([line]);
  }

  #later(reason: string, ms: number, index: number): void {
    this.#unavailable(reason);
    this.#cancels.retry = this.#deps.clock.after(ms, () => this.#run(index));
  }

  #unavailable(reason: string): void {
    this.#deps.log.debug('logs unavailable', { reason });
    this.#deps.publish({ state: 'unavailable', reason, total: this.book.total });
  }

  #publishStatus(): void {
    this.#cancels.status?.();
    delete this.#cancels.status;
    for (const { from, service } of this.book.sources())
      if (from === 'droplet') this.book.clock(service, this.#placing.offsetOf(service));
    if (!this.#following) return;
    this.#deps.publish({
      state: 'following',
      source: { kind: 'ssh', ref: this.#following.ref },
      since: this.#following.since,
      lastLineAt: this.#lastLineAt,
      total: this.book.total,
    });
  }
}
