import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import { AppError } from '../../contract/errors.ts';
import { KEY_BYTES } from './envelope.ts';

const POSIX = process.platform !== 'win32';

const unreadable = (message: string, next: string, cause?: unknown): AppError =>
  new AppError('SECRET_UNREADABLE', message, next, cause === undefined ? undefined : { cause });

/** Reads the key; undefined where there is none. Throws SECRET_UNREADABLE for a file that is not private and whole. */
export async function readKey(file: string): Promise<Buffer | undefined> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(file, constants.O_RDONLY | (POSIX ? constants.O_NOFOLLOW : 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(
      `The key file ${file} cannot be read.`,
      `Check that it is a file of yours: ls -l "${file}"`,
      error,
    );
  }
  try {
    const stat = await handle.stat();
    if (POSIX && (stat.mode & 0o077) !== 0)
      throw unreadable(
        `The key file ${file} can be read by other users of this machine.`,
        `Make it private: chmod 600 "${file}"; if others had access, set your secrets again.`,
      );
    if (POSIX && stat.uid !== process.getuid?.())
      throw unreadable(
        `The key file ${file} belongs to another user.`,
        `Move it away and set your secrets again: mv "${file}" "${file}.old"`,
      );
    const key = await handle.readFile();
    if (stat.isFile() && key.length === KEY_BYTES) return key;
    throw unreadable(
      `The key file ${file} is damaged: it must hold ${KEY_BYTES} bytes.`,
      `Restore it from a backup, or move it away and set your secrets again: mv "${file}" "${file}.old"`,
    );
  } finally {
    await handle.close();
  }
}

/** Makes a key where there is none; another process that made one first wins. Throws STATE_WRITE_FAILED. */
export async function makeKey(file: string): Promise<Buffer> {
  // written whole beside, then linked: whoever sees the name sees all 32 bytes, and an existing key is never replaced
  const beside = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await fs.writeFile(beside, randomBytes(KEY_BYTES), { flag: 'wx', mode: 0o600, flush: true });
    await fs.link(beside, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } catch (error) {
    throw new AppError(
      'STATE_WRITE_FAILED',
      `The key file ${file} could not be made (${(error as Error).message}).`,
      'Free disk space or fix the permissions of the state folder, then try again.',
      { cause: error },
    );
  } finally {
    await fs.rm(beside, { force: true });
  }
  const key = await readKey(file);
  if (key === undefined) throw unreadable(`The key file ${file} vanished.`, 'Try again.');
  return key;
}
