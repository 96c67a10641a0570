import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { Home } from '../files.ts';
import { renameWithRetry } from './rename.ts';

/** Where the stub stands for clients: a per-user path that no update of the app moves. */
export function stubPath(from: string, home: Home): string {
  if (/\.[cm]?js$/.test(from)) return path.join(home.bin, 'catalyst-bridge.mjs');
  return path.join(home.bin, /\.exe$/i.test(from) ? 'catalyst-bridge.exe' : 'catalyst-bridge');
}

/**
 * Copies the built stub (a script, or a single executable) to its stable place and returns that path. Writes only
 * when the content differs, in one step, so that a client starting it meanwhile gets the old or the new one whole.
 * Throws NOT_AVAILABLE_YET where the stub was not built, STATE_WRITE_FAILED where the copy cannot be made.
 */
export async function installStub(options: {
  from: string;
  home: Home;
  platform?: NodeJS.Platform;
}): Promise<string> {
  const { from, home, platform = process.platform } = options;
  const content = await readStub(from);
  const to = stubPath(from, home);
  const mode = to.endsWith('.mjs') ? 0o600 : 0o700;
  try {
    await fs.mkdir(home.bin, { recursive: true, mode: 0o700 });
    await fs.chmod(home.bin, 0o700);
    if (await isSame(to, content, mode, platform)) return to;
    await replace(to, content, mode, platform);
    return to;
  } catch (error) {
    throw new AppError(
      'STATE_WRITE_FAILED',
      `The bridge program could not be copied to ${to} (${(error as Error).message}); nothing was changed.`,
      'Free disk space or fix the permissions of that folder, then try again.',
      { cause: error },
    );
  }
}

/** The built stub's bytes. Throws NOT_AVAILABLE_YET where it is missing. */
export async function readStub(from: string): Promise<Buffer> {
  try {
    return await fs.readFile(from);
  } catch (error) {
    throw new AppError(
      'NOT_AVAILABLE_YET',
      `The bridge program is not built: ${from} cannot be read.`,
      'Run npm run build, or install the app again, then try again.',
      { cause: error },
    );
  }
}

async function isSame(file: string, content: Buffer, mode: number, platform: NodeJS.Platform) {
  try {
    const stat = await fs.lstat(file);
    if (!stat.isFile() || !content.equals(await fs.readFile(file))) return false;
    return platform === 'win32' || (stat.mode & 0o777) === mode;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function replace(to: string, content: Buffer, mode: number, platform: NodeJS.Platform): Promise<void> {
  const temp = `${to}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await fs.writeFile(temp, content, { flag: 'wx', mode, flush: true });
    await fs.chmod(temp, mode);
    await renameWithRetry(temp, to, { platform });
  } finally {
    await fs.rm(temp, { force: true });
  }
}
