import { NOT_READ } from '../../contract/awaited.ts';
import type { ContainerList } from '../../contract/containers.ts';
import type { Reading } from '../../contract/models.ts';
import type { Profile } from '../../contract/profile.ts';
import type { LinkHandle, Transport } from '../link/transport.ts';
import type { Ending } from '../logs/commands.ts';
import type { Clock, Log } from '../ports.ts';
import { listCommands, type ListCommand } from './commands.ts';
import { readJsonList, readNames } from './read-list.ts';
import { lastWords, runToEnd } from './run.ts';

/** Docker is asked once a minute while the link is up; where it answered with nothing usable, every ten. */
const EVERY_MS = 60_000;
const LATER_MS = 600_000;
const TIMEOUT_MS = 15_000;

export interface WatchDeps {
  profile: () => Profile;
  link: LinkHandle;
  clock: Clock;
  log: Log;
  /** What an ended command says about the next one. */
  ending(code: number | null, stderr: string, dir: string): Ending;
  publish(list: Reading<ContainerList>): void;
}

type Listed = { ok: true; list: ContainerList; ref: string } | { ok: false; reason: string; later: boolean };

/** Reads what containers run, through the link's own commands, while it is up. */
export class ContainerWatch {
  readonly #deps: WatchDeps;
  #list: Reading<ContainerList>;
  #transport: Transport | undefined;
  #cancel: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;
  /** The command that answered last, asked first from then on. */
  #known: ListCommand | undefined;
  #reading: Promise<void> | undefined;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#list = { state: 'unknown', reason: NOT_READ, since: deps.clock.now(), last: null };
  }

  get list(): Reading<ContainerList> {
    return this.#list;
  }

  start(): void {
    this.#unsubscribe = this.#deps.link.onChange(() => this.#onLink());
    this.#onLink(true);
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#cancel?.();
    this.#cancel = undefined;
    this.#transport = undefined;
  }

  /** Reads now; resolves when it was read. Never rejects. */
  async refresh(): Promise<void> {
    await this.#reading;
    await this.#read();
  }

  #onLink(first = false): void {
    const { transport } = this.#deps.link;
    if (!first && transport === this.#transport) return;
    this.#transport = transport;
    this.#known = undefined;
    this.#cancel?.();
    if (!transport) this.#unknown(this.#deps.link.reason());
    else if (!transport.exec) this.#unknown('Containers can be seen over SSH only.');
    else void this.#read();
  }

  #unknown(reason: string): void {
    const before = this.#list;
    if (before.state === 'unknown') this.#publish({ ...before, reason });
    else {
      const { value, source, receivedAt } = before;
      const since = this.#deps.clock.now();
      this.#publish({ state: 'unknown', reason, since, last: { value, source, receivedAt } });
    }
  }

  #publish(list: Reading<ContainerList>): void {
    this.#list = list;
    this.#deps.publish(list);
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    const transport = this.#transport;
    if (!transport?.exec) return;
    this.#cancel?.();
    const { clock, log } = this.#deps;
    const listed = await this.#ask(transport);
    // the link changed meanwhile: what the old one said is of no use, and the new one was not asked yet
    if (transport !== this.#transport) return await this.#readOnce();
    if (listed.ok) {
      const source = { kind: 'ssh' as const, ref: listed.ref };
      this.#publish({ state: 'known', value: listed.list, source, receivedAt: clock.now() });
    } else {
      log.debug('containers not read', { reason: listed.reason });
      this.#unknown(listed.reason);
    }
    const pause = !listed.ok && listed.later ? LATER_MS : EVERY_MS;
    this.#cancel = clock.after(pause, () => void this.#read());
  }

  async #ask(transport: Transport): Promise<Listed> {
    const { dir } = this.#deps.profile();
    let reason = 'Docker compose was not found on the droplet.';
    const commands = this.#known ? [this.#known] : listCommands(dir);
    this.#known = undefined;
    for (const command of commands) {
      try {
        const end = await runToEnd(transport, command.command, this.#deps.clock, TIMEOUT_MS);
        const rows = end.code !== 0 ? undefined : command.json ? readJsonList(end.out) : readNames(end.out);
        if (rows) {
          this.#known = command;
          const { program } = command;
          return { ok: true, list: { program, rows }, ref: command.command.replace(/^cd .*? && /, '') };
        }
        if (end.timedOut) return { ok: false, reason: 'Docker did not answer within 15 s.', later: false };
        const ending = this.#deps.ending(end.code, end.err, dir);
        if (ending.next === 'later') return { ok: false, reason: ending.reason, later: true };
        if (ending.next === 'again' && lastWords(end) !== '') reason = lastWords(end);
      } catch (error) {
        return { ok: false, reason: (error as Error).message, later: false };
      }
    }
    return { ok: false, reason, later: true };
  }
}
