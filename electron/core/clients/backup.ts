import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

const KEEP = 10;

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A name beside the file for something half written; sweepTemps clears what a killed writer left. */
export function tempName(file: string): string {
  return `${file}.catalyst-tmp-${randomBytes(6).toString('hex')}`;
}

/**
 * Saves the bytes beside their file as `<file>.catalyst-backup-YYYYMMDDTHHMMSSZ-<sha8>`, mode 0600, flushed to disk;
 * it gets that name only once it is whole. An existing backup is never overwritten; one with the same bytes is taken
 * as it is. `now` in ms since the epoch. To be called while holding the file's lock.
 */
export async function backUp(file: string, bytes: Uint8Array, now: number): Promise<string> {
  const stamp = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  const sum = sha256(bytes);
  for (let digits = 8; ; digits += 8) {
    const backup = `${file}.catalyst-backup-${stamp}-${sum.slice(0, digits)}`;
    const there = await readIfThere(backup);
    if (there === undefined) {
      const temp = tempName(file);
      try {
        await fs.writeFile(temp, bytes, { flag: 'wx', mode: 0o600, flush: true });
        await fs.rename(temp, backup);
      } finally {
        await fs.rm(temp, { force: true });
      }
      return backup;
    }
    if (there.equals(bytes)) return backup;
  }
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await fs.readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Removes all but the newest ten backups of a file, `made` among them: by its name it may be the oldest, where the clock was
 * set back. Failing to is no reason to fail.
 */
export async function pruneBackups(file: string, made: string | null): Promise<void> {
  const dir = path.dirname(file);
  const own = made === null ? [] : [path.basename(made)];
  const all = await namesStarting(dir, `${path.basename(file)}.catalyst-backup-`);
  const others = all.filter((name) => !own.includes(name)).sort();
  for (const name of others.slice(0, own.length - KEEP)) await fs.rm(path.join(dir, name), { force: true });
}

/** Removes temporary files that a killed writer left. Only to be called while holding the file's lock. */
export async function sweepTemps(file: string): Promise<void> {
  const dir = path.dirname(file);
  const temps = await namesStarting(dir, `${path.basename(file)}.catalyst-tmp-`);
  for (const name of temps) await fs.rm(path.join(dir, name), { force: true });
}

async function namesStarting(dir: string, prefix: string): Promise<string[]> {
  try {
    return (await fs.readdir(dir)).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}
