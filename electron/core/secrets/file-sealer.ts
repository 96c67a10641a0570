import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { Home } from '../files.ts';
import type { Sealer } from '../ports.ts';
import { openEnvelope, sealEnvelope } from './envelope.ts';
import { makeKey, readKey } from './key-file.ts';

/**
 * Seals with a key in `keys/vault.key` (32 bytes, mode 0600), made at the first seal. The key is read at each use
 * and wiped after it. `open` throws SECRET_UNREADABLE and deletes nothing.
 */
export function fileSealer(keyFile: string): Sealer {
  const withKey = async <T>(make: boolean, use: (key: Buffer) => T): Promise<T> => {
    const key = (await readKey(keyFile)) ?? (make ? await makeKey(keyFile) : undefined);
    if (key === undefined)
      throw new AppError(
        'SECRET_UNREADABLE',
        `The key file ${keyFile} is missing, so stored secrets cannot be read.`,
        'Restore it from a backup, or set the secrets again.',
      );
    try {
      return use(key);
    } finally {
      key.fill(0);
    }
  };
  return {
    protection: 'file',
    note: `Secrets are encrypted with a key that lies beside them in ${keyFile}. Only file permissions protect it: any program that runs as you, and anyone with a copy of the whole folder, can read them.`,
    seal: (plain, aad) => withKey(true, (key) => sealEnvelope(key, plain, aad)),
    open: (sealed, aad) =>
      withKey(false, (key) => {
        try {
          return openEnvelope(key, sealed, aad);
        } catch (cause) {
          throw new AppError(
            'SECRET_UNREADABLE',
            'A stored secret cannot be decrypted; it was kept as it is.',
            'Set it again: catalyst-companion secret set PROFILE KIND',
            { cause },
          );
        }
      }),
  };
}

/** The sealer of a state folder. Nothing is read or made before the first use. */
export function createFileSealer(home: Home): Promise<Sealer> {
  return Promise.resolve(fileSealer(path.join(home.keys, 'vault.key')));
}
