import type { SecretKind } from '../contract/profile.ts';

/** Time, injected so that tests can move it. */
export interface Clock {
  /** Milliseconds since the epoch; for display and expiry. */
  now(): number;
  /** Milliseconds on a monotonic clock; for intervals. */
  monotonic(): number;
  /** Like setTimeout, returning its cancel. Timers never keep the process alive by themselves. */
  after(ms: number, run: () => void): () => void;
}

export interface Log {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** For commands that report on standard error themselves. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * Seals bytes for storage. `aad` binds a sealed value to its place (`profile|kind|version`), so that swapped
 * ciphertext is detected. `open` throws AppError SECRET_UNREADABLE and never deletes.
 */
export interface Sealer {
  readonly protection: 'os' | 'file';
  /** One sentence for the page on what protects the secrets. */
  readonly note: string;
  seal(plain: Buffer, aad: string): Promise<string>;
  open(sealed: string, aad: string): Promise<Buffer>;
}

/** The vault as the link sees it. Values are handed out as strings only to what sends them. */
export interface Secrets {
  get(profile: string, kind: SecretKind): Promise<string | undefined>;
}

/** Whether a person could see and answer a consent dialog now. */
export interface Screen {
  canAsk(): boolean;
}
