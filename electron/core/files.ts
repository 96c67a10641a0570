import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
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
  history: string;
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
    history: at('history.db'),
    logs: at('logs'),
    bin: at('bin'),
    keys: at('keys'),
    run: at('run'),
  };
}

/**
 * Refuses a folder that others use: making `/tmp` or a home folder private, because somebody named it by mistake,
 * would lock them out of it. One that is private already, empty, or holds our state may be taken.
 */
async function refuseForeign(home: Home): Promise<void> {
  const names = new Set(await fs.readdir(home.dir).catch(() => []));
  // `bin`, `run` and `logs` are in many a folder
  const ours =
    ['catalogue', 'audit', 'keys'].every((name) => names.has(name)) ||
    ['profiles.json', 'secrets.json'].some((name) => names.has(name));
  if (process.platform === 'win32' || names.size === 0 || ours) return;
  const { mode } = await fs.stat(home.dir);
  if ((mode & 0o077) === 0) return;
  throw new AppError(
    'STATE_WRITE_FAILED',
    `The folder ${home.dir} holds other things and is open to other users; it was left as it is.`,
    'Name a folder of its own in CATALYST_COMPANION_HOME, one that need not exist yet.',
  );
}

/** mkdir -p, mode 0700. Node's own never ends where a folder that is there refuses a name as missing, as /proc does. */
async function makeDir(dir: string): Promise<void> {
  const once = async () => {
    try {
      await fs.mkdir(dir, { mode: 0o700 });
    } catch (error) {
      const there = (error as NodeJS.ErrnoException).code === 'EEXIST' && (await fs.stat(dir)).isDirectory();
      if (!there) throw error;
    }
  };
  try {
    await once();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path.dirname(dir) === dir) throw error;
    await makeDir(path.dirname(dir));
    await once();
  }
}

/** Makes the state folder and its subfolders with mode 0700. Throws STATE_WRITE_FAILED. */
export async function makeHome(home: Home): Promise<void> {
  await refuseForeign(home);
  try {
    for (const dir of [home.dir, home.catalogue, home.audit, home.logs, home.bin, home.keys, home.run]) {
      await makeDir(dir);
      await fs.chmod(dir, 0o700);
    }
  } catch (cause) {
    throw new AppError(
      'STATE_WRITE_FAILED',
      `The state folder ${home.dir} cannot be made or written (${(cause as NodeJS.ErrnoException).code}).`,
      'Fix its permissions or free disk space, or name another folder in CATALYST_COMPANION_HOME.',
      { cause },
    );
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

/** The system's short word for a write that failed, ENOSPC say; of an AppError that of its cause. */
export function whyNot(error: unknown): string {
  const from = error instanceof AppError && error.cause !== undefined ? error.cause : error;
  return (from as NodeJS.ErrnoException).code ?? (from as Error).message;
}

/** Replaces a file in one step (temp file, fsync, rename; retried on Windows), mode 0600. Throws STATE_WRITE_FAILED. */
export async function writeState(file: string, text: string): Promise<void> {
  try {
    // as a stream: of a text atomically (2.1) writes what a nearly full disk takes, and puts that in place without an error
    await writeFile(file, Readable.from([Buffer.from(text, 'utf8')]), {
      mode: 0o600,
      tmpCreate: (target) => `${target}.${randomBytes(6).toString('hex')}.tmp`,
    });
  } catch (error) {
    throw new AppError(
      'STATE_WRITE_FAILED',
      `${file} could not be saved (${whyNot(error)}); nothing was changed.`,
      'Free disk space or fix the permissions of the state folder, then try again.',
      {
        cause: error,
      },
    );
  }
}
