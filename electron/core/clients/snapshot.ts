import fs from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { sha256 } from './backup.ts';
import { unsafe, type Resolved } from './resolve.ts';

/** A file as it was read: its bytes and what tells whether it is still the same one. */
export interface Snapshot {
  bytes: Buffer;
  sha: string;
  stat: BigIntStats;
}

/** What helps where a file belongs to somebody else. */
export const OWNER = 'See whose it is and what its permissions are; it has to be yours, then try again.';
const PROTECTED =
  'If nobody protected it on purpose, allow writing to it (its properties, or chmod u+w), then try again.';

/** Undefined where there is no file. Throws CLIENT_CONFIG_UNSAFE for what cannot be read as a regular file. */
export async function readSnapshot(resolved: Resolved): Promise<Snapshot | undefined> {
  try {
    // Asked before opening: opening a pipe would wait for its other end.
    if (!(await fs.lstat(resolved.real)).isFile()) throw unsafe(resolved.path, 'is not a regular file');
    const file = await fs.open(resolved.real, 'r');
    try {
      const stat = await file.stat({ bigint: true });
      const bytes = await file.readFile();
      return { bytes, sha: sha256(bytes), stat };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EACCES' || code === 'EPERM')
      throw unsafe(resolved.path, 'may not be read by you', OWNER, error);
    throw error;
  }
}

/**
 * The bytes count as well as the stat: two writes of the same length within one tick of the file system's clock have
 * the same stat.
 */
export function isSame(before: Snapshot | undefined, now: Snapshot | undefined): boolean {
  if (before === undefined || now === undefined) return before === now;
  return (
    before.sha === now.sha &&
    before.stat.ino === now.stat.ino &&
    before.stat.mtimeNs === now.stat.mtimeNs &&
    before.stat.mode === now.stat.mode
  );
}

/** A rename would get round a file's write protection, which a user may have set on purpose. CLIENT_CONFIG_UNSAFE. */
export async function checkWritable(resolved: Resolved, current: Snapshot | undefined): Promise<void> {
  if (current === undefined) return;
  let allowed = (current.stat.mode & 0o222n) !== 0n;
  if (allowed) {
    try {
      await fs.access(resolved.real, fs.constants.W_OK);
    } catch {
      allowed = false;
    }
  }
  if (!allowed) throw unsafe(resolved.path, 'is write-protected', PROTECTED);
}
