import type { Environment } from '../../contract/profile.ts';
import type { BridgeLimits, SessionHost } from './host.ts';
import type { BridgeReader } from './reader.ts';
import { createReader } from './reader.ts';
import { SharedReads } from './reads/shared-reads.ts';
import { EraMemory } from './upstream/era.ts';
import { clockTime } from './words.ts';

/** Changes that come together are read together. */
const SETTLE_MS = 150;
const RETRY_MS = 15_000;

export interface ProfileBridgeOptions extends Omit<
  SessionHost,
  'linkDown' | 'onListChanged' | 'environment' | 'eras' | 'reads'
> {
  environment(): Environment;
  limits: BridgeLimits;
  version: string;
  /** How old an answer for this resource may be, milliseconds; 0, the usual: always asked for anew. */
  ttlMs(uri: string): number;
}

/** What all clients of one profile share: its reader, its catalogue's upkeep and the words for a link that is down. */
export class ProfileBridge {
  readonly name: string;
  readonly reader: BridgeReader;
  readonly host: SessionHost;
  readonly #o: ProfileBridgeOptions;
  #downSince: number | undefined;
  #unsubscribe: (() => void) | undefined;
  #cancel: (() => void) | undefined;
  #refreshing: Promise<void> | undefined;
  #again = false;
  #disposed = false;
  #saving: Promise<unknown> | undefined;

  constructor(options: ProfileBridgeOptions) {
    this.#o = options;
    this.name = options.profile;
    const { link, clock, log, version } = options;
    const eras = new EraMemory();
    const onListChanged = () => this.#soon(SETTLE_MS);
    const { profile } = options;
    const ttlMs = (uri: string) => options.ttlMs(uri);
    const reads = new SharedReads({ profile, clock, ttlMs, isUp: () => link.transport !== undefined });
    const onChanged = () => reads.changed();
    this.reader = createReader(link, { clock, log, version, eras, onListChanged, onChanged });
    this.host = {
      ...options,
      eras,
      reads,
      linkDown: () => this.#linkDown(),
      onListChanged,
    };
  }

  start(): void {
    let before = this.#o.link.transport;
    const look = () => {
      if (this.#o.link.transport !== before) this.host.reads.reset();
      before = this.#o.link.transport;
      if (this.#o.link.transport) {
        if (this.#downSince !== undefined || !this.#unsubscribe) this.#soon(0);
        this.#downSince = undefined;
      } else this.#downSince ??= this.#o.clock.now();
    };
    look();
    this.#unsubscribe = this.#o.link.onChange(look);
  }

  /** Reads all lists anew; calls at the same time share one reading. Throws AppError. */
  async refresh(): Promise<void> {
    if (this.#refreshing) {
      // what is being read now may be older than the change that was announced
      this.#again = true;
      await this.#refreshing;
      return;
    }
    this.#refreshing = this.#learn().finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#unsubscribe?.();
    this.#cancel?.();
    await this.reader.close();
    // nothing is written after the end
    await this.#saving?.catch(() => {});
  }

  async #learn(): Promise<void> {
    do {
      this.#again = false;
      const lists = await this.reader.learn();
      if (this.#disposed) return;
      this.#saving = this.#o.catalogue.learn(this.name, lists);
      await this.#saving;
    } while (this.#again);
  }

  #soon(ms: number): void {
    if (this.#disposed) return;
    this.#cancel?.();
    this.#cancel = this.#o.clock.after(ms, () => {
      this.refresh().catch((error: unknown) => {
        this.#o.log.warn('the lists of the back end could not be read', {
          profile: this.name,
          why: (error as Error).message,
        });
        if (this.#o.link.transport) this.#soon(RETRY_MS);
      });
    });
  }

  #linkDown(): string {
    const since = this.#downSince === undefined ? '' : ` since ${clockTime(this.#downSince)}`;
    return `The link to ${this.name} is down${since}. ${this.#o.link.reason()}`;
  }
}
