import { createHash, randomBytes } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../contract/errors.ts';
import type { Home } from '../files.ts';
import { renameWithRetry } from './rename.ts';

/** A running program's file on Windows stays busy for as long as it runs: then it is moved aside instead. */
const BUSY_MS = 1500;
const ASIDE = '.old-';

export interface StubInstall {
  from: string;
  home: Home;
  platform?: NodeJS.Platform;
  /** For trying what Windows does on another system. */
  rename?: typeof fs.rename;
}

/** Where the stub stands for clients: a per-user path that no update of the app moves. */
export function stubPath(from: string, home: Home): string {
  if (/\.[cm]?js$/.test(from)) return path.join(home.bin, 'catalyst-bridge.mjs');
  return path.join(home.bin, /\.exe$/i.test(from) ? 'catalyst-bridge.exe' : 'catalyst-bridge');
}

/**
 * Copies the built stub (a script, or a single executable of more than 100 MB) to its stable place and returns that
 * path. Writes only when the content differs, in one step, so that a client starting it meanwhile gets the old or the
 * new one whole, and one that runs it goes on. Throws NOT_AVAILABLE_YET where the stub was not built,
 * STATE_WRITE_FAILED where the copy cannot be made.
 */
export async function installStub(install: StubInstall): Promise<string> {
  const { from, home, platform = process.platform } = install;
  await checkStub(from);
  const to = stubPath(from, home);
  const mode = to.endsWith('.mjs') ? 0o600 : 0o700;
  try {
    await fs.mkdir(home.bin, { recursive: true, mode: 0o700 });
    await fs.chmod(home.bin, 0o700);
    await sweep(to);
    if (!(await isSame(from, to, mode, platform))) await replace(install, to, mode, platform);
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

/** Throws NOT_AVAILABLE_YET where the built stub is missing. */
export async function checkStub(from: string): Promise<void> {
  try {
    await fs.access(from, constants.R_OK);
  } catch (error) {
    throw new AppError(
      'NOT_AVAILABLE_YET',
      `The bridge program is not built: ${from} cannot be read.`,
      'Run npm run build, or install the app again, then try again.',
      { cause: error },
    );
  }
}

/** Whether the installed program is the very one that `from` is. Throws where one cannot be read. */
export async function isInstalled(from: string, to: string, platform: NodeJS.Platform): Promise<boolean> {
  return isSame(from, to, to.endsWith('.mjs') ? 0o600 : 0o700, platform);
}

async function isSame(from: string, to: string, mode: number, platform: NodeJS.Platform): Promise<boolean> {
  try {
    const [source, target] = await Promise.all([fs.stat(from), fs.lstat(to)]);
    if (!target.isFile() || target.size !== source.size) return false;
    if (platform !== 'win32' && (target.mode & 0o777) !== mode) return false;
    const [one, other] = await Promise.all([from, to].map(hashOf));
    return one === other;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

async function replace(
  install: StubInstall,
  to: string,
  mode: number,
  platform: NodeJS.Platform,
): Promise<void> {
  const { from, rename = fs.rename } = install;
  const temp = `${to}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await fs.copyFile(from, temp, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await fs.chmod(temp, mode);
    const handle = await fs.open(temp, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveInto(temp, to, platform, rename);
  } finally {
    await fs.rm(temp, { force: true });
  }
}

async function moveInto(
  temp: string,
  to: string,
  platform: NodeJS.Platform,
  rename: typeof fs.rename,
): Promise<void> {
  try {
    await renameWithRetry(temp, to, { platform, rename, forMs: BUSY_MS });
  } catch (busy) {
    if (platform !== 'win32') throw busy;
    // a running program cannot be replaced, but moved: it goes on from where it then stands
    const aside = `${to}${ASIDE}${randomBytes(6).toString('hex')}`;
    await rename(to, aside);
    try {
      await renameWithRetry(temp, to, { platform, rename });
    } catch (error) {
      await rename(aside, to);
      throw error;
    }
    await fs.rm(aside, { force: true }).catch(() => {});
  }
}

/** Programs that were moved aside while they ran, and half copies of an install that was cut off. */
async function sweep(to: string): Promise<void> {
  const folder = path.dirname(to);
  const own = path.basename(to);
  const isLeft = (name: string) => name.startsWith(`${own}${ASIDE}`) || isOldTemp(name, own);
  for (const name of (await fs.readdir(folder)).filter(isLeft))
    await fs.rm(path.join(folder, name), { force: true }).catch(() => {});
}

const isOldTemp = (name: string, own: string) => name.startsWith(`${own}.`) && name.endsWith('.tmp');
