import { asAppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import type { Signer } from './entry.ts';
import type { Remark } from './recovery.ts';
import type { Anchor, AuditVault, OpenVault } from './vault.ts';

/** A keyring that asks its user must not hold back a start, and still less a stop. */
const OPEN_MS = 3_000;
const AGAIN_MS = 60_000;

/** The vault's part in the trail: opened when it can be, tried again once a minute, never waited for long. */
export class Signing {
  readonly #vault: AuditVault | undefined;
  readonly #clock: Clock;
  #open: OpenVault | undefined;
  #anchor: Anchor | 'broken' | undefined;
  #tried: number | undefined;
  #why: string;

  constructor(vault: AuditVault | undefined, clock: Clock) {
    this.#vault = vault;
    this.#clock = clock;
    this.#why = vault ? 'The vault was not opened yet.' : 'There is no vault.';
  }

  get signer(): Signer | undefined {
    return this.#open?.signer;
  }

  /** What the vault holds; undefined while it is closed. */
  get anchor(): Anchor | 'broken' | undefined {
    return this.#anchor;
  }

  /** Why entries are unsigned; empty while they are signed. */
  get why(): string {
    return this.#why;
  }

  /** Whether it is time to try a closed vault again. */
  get due(): boolean {
    if (this.#open || !this.#vault) return false;
    return this.#tried === undefined || this.#clock.monotonic() - this.#tried >= AGAIN_MS;
  }

  /** Opens the vault if it is due. Never rejects. */
  async open(): Promise<void> {
    if (!this.due || !this.#vault) return;
    this.#tried = this.#clock.monotonic();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.#clock.after(OPEN_MS, () => reject(new Error('the vault did not answer')));
    try {
      const opened = await Promise.race([this.#vault.open(), late]);
      this.#open = opened;
      this.#anchor = opened.anchor;
      this.#why = '';
    } catch (error) {
      this.#why = asAppError(error).message;
    } finally {
      cancel();
    }
  }

  /** What the trail itself should say, where it is signed in another way from now on than at its `end`. */
  remarks(end: { seq: number; kid: string | undefined }): Remark[] {
    if (!this.#vault || end.seq === 0 || end.kid === this.signer?.kid) return [];
    const text = this.signer
      ? `Signed from here on with the key ${this.signer.kid}.`
      : `Not signed from here on: ${this.#why}`;
    return [{ text, fault: false, kind: 'signing' }];
  }

  /** Keeps the end of the trail in the vault; false where it could not. Never rejects. */
  async keep(anchor: Anchor): Promise<boolean> {
    if (!this.#open) return true;
    try {
      await this.#open.keep(anchor);
      this.#anchor = anchor;
      return true;
    } catch {
      return false;
    }
  }
}
