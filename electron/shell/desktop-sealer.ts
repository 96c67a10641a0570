import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import type { SafeStorage } from 'electron';
import { AppError } from '../contract/errors.ts';
import { writeState } from '../core/files.ts';
import type { Log, Sealer } from '../core/ports.ts';
import { KEY_BYTES, openEnvelope, sealEnvelope } from '../core/secrets/envelope.ts';

/** Marks what the system's key is needed for; without it a value was sealed by `serve` with its key file. */
const MARK = 'os.';

const unreadable = (cause: unknown) =>
  new AppError(
    'SECRET_UNREADABLE',
    'The stored secret cannot be read on this machine now; it was kept.',
    'Unlock the system keyring and start the app again, or enter the secret again.',
    { cause },
  );

/** How what is sealed with the password in Chromium's source begins, on Linux; elsewhere it is the system's own mark. */
const PRETENDED = 'v10';

/**
 * Whether Linux' keyring is only named after the desktop and does not answer: the asynchronous calls then fall back to
 * a password in Chromium's source without a word, and only what they seal shows it.
 */
async function isPretended(storage: Pick<SafeStorage, 'encryptStringAsync'>): Promise<boolean> {
  try {
    const sealed = await storage.encryptStringAsync('what is this sealed with?');
    return sealed.subarray(0, PRETENDED.length).toString('latin1') === PRETENDED;
  } catch {
    return true;
  }
}

/** What protects secrets on this system, or undefined where Electron would only pretend to. */
export async function osProtection(
  storage: Pick<
    SafeStorage,
    'isAsyncEncryptionAvailable' | 'getSelectedStorageBackend' | 'encryptStringAsync'
  >,
  platform: string,
): Promise<string | undefined> {
  if (platform === 'linux') {
    // basic_text is a password written in Chromium's source; isEncryptionAvailable alone does not tell
    const backend = storage.getSelectedStorageBackend();
    if (backend === 'basic_text' || backend === 'unknown') return undefined;
  }
  if (!(await storage.isAsyncEncryptionAvailable())) return undefined;
  if (platform === 'linux' && (await isPretended(storage))) return undefined;
  if (platform === 'darwin') return 'Encrypted with a key in the macOS keychain.';
  return platform === 'win32'
    ? 'Encrypted with a key that Windows keeps for your account; other programs of yours could ask for it too.'
    : 'Encrypted with a key in the desktop keyring; other programs of yours could ask for it too.';
}

type KeyStorage = Pick<SafeStorage, 'encryptStringAsync' | 'decryptStringAsync'>;

/** The data key: random, made once, kept sealed by the system. Sealed anew when the system's own key was rotated. */
async function dataKey(storage: KeyStorage, file: string, log: Log): Promise<Buffer> {
  const seal = async (key: Buffer) =>
    writeState(file, (await storage.encryptStringAsync(key.toString('base64'))).toString('base64'));
  const stored = await fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(error);
  });
  if (stored === undefined) {
    const key = randomBytes(KEY_BYTES);
    await seal(key);
    return key;
  }
  try {
    const opened = await storage.decryptStringAsync(Buffer.from(stored, 'base64'));
    const key = Buffer.from(opened.result, 'base64');
    if (key.length !== KEY_BYTES) throw new Error('The stored data key has the wrong length.');
    if (opened.shouldReEncrypt)
      await seal(key).catch(() => log.warn('the data key could not be sealed anew'));
    return key;
  } catch (error) {
    // a locked or changed keyring is no reason to make a new key: that would lose what the old one sealed
    throw unreadable(error);
  }
}

/**
 * Secrets behind Electron's safeStorage: it seals one random data key, and each secret is our own authenticated
 * envelope under that key, because safeStorage alone does not notice swapped or flipped ciphertext. The key is
 * fetched at the first use, so that a locked keyring does not stop the app from starting.
 */
export function createDesktopSealer(options: {
  storage: KeyStorage;
  note: string;
  keyFile: string;
  log: Log;
  /** Opens what `serve` sealed in the same state folder, so that changing the shell loses nothing. */
  fileSealer: Sealer;
}): Sealer {
  let key: Promise<Buffer> | undefined;
  const theKey = () => {
    key ??= dataKey(options.storage, options.keyFile, options.log).catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  };
  return {
    protection: 'os',
    note: options.note,
    seal: async (plain, aad) => MARK + sealEnvelope(await theKey(), plain, aad),
    async open(sealed, aad) {
      if (!sealed.startsWith(MARK)) return options.fileSealer.open(sealed, aad);
      const dataKey = await theKey();
      try {
        return openEnvelope(dataKey, sealed.slice(MARK.length), aad);
      } catch (error) {
        throw unreadable(error);
      }
    },
  };
}

/**
 * The sealer where the system protects nothing now. What was sealed while a keyring answered waits for it: to enter it
 * anew is not the first thing to do.
 */
export function withoutKeyring(fileSealer: Sealer): Sealer {
  return {
    ...fileSealer,
    open: (sealed, aad) =>
      sealed.startsWith(MARK)
        ? Promise.reject(unreadable(new Error('The keyring does not answer.')))
        : fileSealer.open(sealed, aad),
  };
}
