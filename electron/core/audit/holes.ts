import type { AppError } from '../../contract/errors.ts';
import { asAppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import type { AuditInput } from './entry.ts';

/** How often a trail that could not be written is tried again by itself. */
const AGAIN_MS = 15_000;
const MAX_KINDS = 8;

export interface HolesOptions {
  clock: Clock;
  /** Brings one entry to the disk. Throws AUDIT_WRITE_FAILED. */
  write(input: AuditInput): Promise<unknown>;
  /** Opens the trail. Throws AUDIT_WRITE_FAILED. */
  open(): Promise<unknown>;
  /** Why the trail cannot be written; null: it can again. */
  onFault(fault: AppError | null): void;
}

/**
 * What could not be written is gone, so the trail says itself that it was there: the first entry that can be written
 * again tells how many are missing, of which kinds and from when to when. It is tried without being asked, so that what
 * is said of the trail is true also while nothing happens.
 */
export class Holes {
  readonly #o: HolesOptions;
  readonly #kinds = new Map<string, number>();
  #from = 0;
  #to = 0;
  #cancel: (() => void) | undefined;
  #telling: Promise<void> | undefined;
  #fault = false;
  #closed = false;

  constructor(options: HolesOptions) {
    this.#o = options;
  }

  /** Writes an entry, behind the one that tells of a hole. Throws what `write` throws; then it is part of the hole. */
  async around<T>(input: AuditInput, write: () => Promise<T>): Promise<T> {
    try {
      if (this.#kinds.size > 0) await this.#tell();
      const written = await write();
      this.#healed();
      return written;
    } catch (error) {
      this.#missed(input, asAppError(error));
      throw error;
    }
  }

  /** Opens the trail at the start; where that fails it is tried again like an entry. Never rejects. */
  async begin(): Promise<void> {
    try {
      await this.#o.open();
    } catch (error) {
      this.#failed(asAppError(error));
    }
  }

  /** Nothing is tried any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #missed({ kind }: AuditInput, fault: AppError): void {
    const now = this.#o.clock.now();
    if (this.#kinds.size === 0) this.#from = now;
    this.#to = now;
    const known = this.#kinds.has(kind) || this.#kinds.size < MAX_KINDS ? kind : 'other';
    this.#kinds.set(known, (this.#kinds.get(known) ?? 0) + 1);
    this.#failed(fault);
  }

  #failed(fault: AppError): void {
    if (this.#closed) return;
    this.#fault = true;
    this.#o.onFault(fault);
    this.#cancel ??= this.#o.clock.after(AGAIN_MS, () => {
      this.#cancel = undefined;
      if (this.#fault) this.#again().catch((error: unknown) => this.#failed(asAppError(error)));
    });
  }

  async #again(): Promise<void> {
    await (this.#kinds.size > 0 ? this.#tell() : this.#o.open());
    this.#healed();
  }

  #healed(): void {
    if (!this.#fault || this.#kinds.size > 0) return;
    this.#fault = false;
    this.#o.onFault(null);
  }

  /** Two that come at once wait for the same entry. */
  #tell(): Promise<void> {
    this.#telling ??= this.#write().finally(() => {
      this.#telling = undefined;
    });
    return this.#telling;
  }

  async #write(): Promise<void> {
    const missing = new Map(this.#kinds);
    const count = [...missing.values()].reduce((sum, one) => sum + one, 0);
    const time = (at: number) => new Date(at).toISOString();
    const what = [...missing].map(([kind, times]) => `${kind} ${times}`).join(', ');
    const some = count === 1 ? '1 entry' : `${count} entries`;
    const detail = `${some} could not be written between ${time(this.#from)} and ${time(this.#to)} (${what}).`;
    await this.#o.write({ actor: 'app', kind: 'not-written', detail });
    for (const [kind, times] of missing) {
      const more = (this.#kinds.get(kind) ?? 0) - times;
      if (more > 0) this.#kinds.set(kind, more);
      else this.#kinds.delete(kind);
    }
  }
}
