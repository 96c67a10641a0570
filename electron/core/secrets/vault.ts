import { z } from 'zod';
import { AppError, asAppError } from '../../contract/errors.ts';
import { SecretKind } from '../../contract/profile.ts';
import { readState, writeState } from '../files.ts';
import type { Sealer, Secrets } from '../ports.ts';
import { headerProblem } from '../http/header-value.ts';

const VERSION = 1;
const MAX_BYTES = 64 << 10;

const VaultFile = z.strictObject({
  version: z.literal(VERSION),
  /** Sealed values by `profile|kind`. */
  entries: z.record(z.string(), z.string()),
});
type VaultFile = z.infer<typeof VaultFile>;

export interface VaultOptions {
  /** `secrets.json` of the state folder. */
  file: string;
  sealer: Sealer;
  /** Told of every value that passes, so that it is masked in logs from then on. */
  redact?: { register(value: string): void };
}

const keyOf = (profile: string, kind: string): string => `${profile}|${kind}`;

/**
 * Secrets of profiles, sealed on disk. Values leave only through `get`; what cannot be decrypted stays in the file
 * (a keyring may be locked, a backup restored), and says SECRET_UNREADABLE.
 */
export class Vault implements Secrets {
  readonly #options: VaultOptions;
  #entries: Readonly<Record<string, string>> = {};
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: VaultOptions) {
    this.#options = options;
  }

  /** Reads which secrets there are. Throws STATE_FILE_BROKEN; the file is then left as it is. */
  load(): Promise<void> {
    return this.#alone(async () => {
      this.#entries = (await this.#read()).entries;
    });
  }

  /** The value, or undefined where none is set. Throws SECRET_UNREADABLE or STATE_FILE_BROKEN. */
  get(profile: string, kind: SecretKind): Promise<string | undefined> {
    return this.#alone(async () => {
      this.#entries = (await this.#read()).entries;
      const sealed = this.#entries[keyOf(profile, kind)];
      if (sealed === undefined) return undefined;
      const plain = await this.#open(sealed, profile, kind);
      const value = plain.toString('utf8');
      plain.fill(0);
      this.#options.redact?.register(value);
      return value;
    });
  }

  /**
   * Stores a value in place of an earlier one. Throws SECRET_EMPTY, INPUT_INVALID beyond 64 KiB or for an API key that no
   * header can carry, STATE_WRITE_FAILED.
   */
  set(profile: string, kind: SecretKind, value: string): Promise<void> {
    return this.#alone(async () => {
      if (value === '')
        throw new AppError(
          'SECRET_EMPTY',
          'The value is empty; nothing was stored.',
          'Give the value again.',
        );
      if (Buffer.byteLength(value) > MAX_BYTES)
        throw new AppError(
          'INPUT_INVALID',
          'The value is longer than 64 KiB; nothing was stored.',
          'Give the secret itself, not a file around it.',
        );
      const problem = kind === 'api-key' ? headerProblem(value) : undefined;
      if (problem !== undefined)
        throw new AppError(
          'INPUT_INVALID',
          `The API key ${problem}, so it cannot be sent in a header; nothing was stored.`,
          `Give the key alone, on one line: printf %s "$KEY" | catalyst-companion secret set ${profile} api-key`,
        );
      this.#options.redact?.register(value);
      const plain = Buffer.from(value, 'utf8');
      const sealed = await this.#options.sealer.seal(plain, this.#aad(profile, kind));
      plain.fill(0);
      await this.#change((entries) => ({ ...entries, [keyOf(profile, kind)]: sealed }));
    });
  }

  /** Forgets one value. Nothing happens where none is set. */
  remove(profile: string, kind: SecretKind): Promise<void> {
    return this.#forget((key) => key === keyOf(profile, kind));
  }

  /** Forgets every value of a profile. */
  removeProfile(profile: string): Promise<void> {
    return this.#forget((key) => key.startsWith(`${profile}|`));
  }

  /** Which kinds are set, as of the last load or change; never values. */
  list(profile: string): SecretKind[] {
    return SecretKind.options.filter((kind) => this.#entries[keyOf(profile, kind)] !== undefined);
  }

  #forget(gone: (key: string) => boolean): Promise<void> {
    return this.#alone(async () => {
      await this.#change((entries) =>
        Object.keys(entries).some(gone)
          ? Object.fromEntries(Object.entries(entries).filter(([key]) => !gone(key)))
          : entries,
      );
    });
  }

  #aad(profile: string, kind: SecretKind): string {
    return `${profile}|${kind}|${VERSION}`;
  }

  async #open(sealed: string, profile: string, kind: SecretKind): Promise<Buffer> {
    try {
      return await this.#options.sealer.open(sealed, this.#aad(profile, kind));
    } catch (thrown) {
      const { message, next } = asAppError(thrown);
      const repair = next.replace('PROFILE KIND', `${profile} ${kind}`);
      throw new AppError('SECRET_UNREADABLE', message, repair, { cause: thrown });
    }
  }

  async #read(): Promise<VaultFile> {
    return (await readState(this.#options.file, VaultFile)) ?? { version: VERSION, entries: {} };
  }

  async #change(edit: (entries: VaultFile['entries']) => VaultFile['entries']): Promise<void> {
    const before = (await this.#read()).entries;
    const after = edit(before);
    if (after !== before) {
      const text = `${JSON.stringify({ version: VERSION, entries: after }, null, 2)}\n`;
      await writeState(this.#options.file, text);
    }
    this.#entries = after;
  }

  /** One at a time: each change starts from what the one before it wrote. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

export function createVault(options: VaultOptions): Vault {
  return new Vault(options);
}
