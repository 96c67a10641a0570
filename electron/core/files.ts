import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { readFile, writeFile } from 'atomically';
import type { z } from 'zod';
import { AppError } from '../contract/errors.ts';

/** Names inside the state folder; see design section 5. */
export interface Home {
  dir: string;
  settings: string;
  profiles: string;
  knownHosts: string;
  secrets: string;
  catalogue: string;
  audit: string;
  logs: string;
  bin: string;
  keys: string;
  run: string;
}

export function homeAt(dir: string): Home {
  const at = (name: string) => path.join(dir, name);
  return {
    dir,
    settings: at('settings.json'),
    profiles: at('profiles.json'),
    knownHosts: at('known_hosts'),
    secrets: at('secrets.json'),
    catalogue: at('catalogue'),
    audit: at('audit'),
    logs: at('logs'),
    bin: at('bin'),
    keys: at('keys'),
    run: at('run'),
  };
}

/** Makes the state folder and its subfolders with mode 0700. */
export async function makeHome(home: Home): Promise<void> {
  for (const dir of [home.dir, home.catalogue, home.audit, home.logs, home.bin, home.keys, home.run]) {
    await fs.mkdir(dir, { recursive: true, mode: 0o700 });
    await fs.chmod(dir, 0o700);
  }
}

/**
 * Reads a JSON state file. Missing: undefined. Broken: STATE_FILE_BROKEN naming the file; it is never overwritten
 * in that case, so nothing of the user's is lost.
 */
export async function readState<T extends z.ZodType>(
  file: string,
  schema: T,
): Promise<z.infer<T> | undefined> {
  let text: string;
  try {
    text = await readFile(file, { encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AppError(
      'STATE_FILE_BROKEN',
      `${file} cannot be read.`,
      'Check its permissions, or restore it from a backup.',
      { cause: error },
    );
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError(
      'STATE_FILE_BROKEN',
      `${file} is not valid; it was left as it is.`,
      `Repair the file, or move it away to start afresh: mv "${file}" "${file}.broken"`,
      {
        cause: error,
      },
    );
  }
}

/** Replaces a file in one step (temp file, fsync, rename; retried on Windows), mode 0600. Throws STATE_WRITE_FAILED. */
export async function writeState(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, {
      encoding: 'utf8',
      mode: 0o600,
      tmpCreate: (target) => `${target}.${randomBytes(6).toString('hex')}.tmp`,
    });
  } catch (error) {
    throw new AppError(
      'STATE_WRITE_FAILED',
      `${file} could not be saved (${(error as Error).message}); nothing was changed.`,
      'Free disk space or fix the permissions of the state folder, then try again.',
      {
        cause: error,
      },
    );
  }
}
