import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import { backUp, pruneBackups, sha256, sweepTemps, tempName } from './backup.ts';
import { withLock } from './lock.ts';
import { removeWithRetry, renameWithRetry } from './rename.ts';
import { resolveConfig, unsafe, type Resolved } from './resolve.ts';
import { checkWritable, isSame, OWNER, readSnapshot, type Snapshot } from './snapshot.ts';

/** How often a write is begun again because somebody else wrote in between. */
const ATTEMPTS = 5;

export interface WriterOptions {
  platform: NodeJS.Platform;
  clock: Clock;
  lock?: { staleMs?: number; waitMs?: number } | undefined;
  /** Called between the steps of a write, for tests that interfere there. */
  onStep?: ((step: WriteStep, file: string) => void | Promise<void>) | undefined;
  rename?: typeof fs.rename | undefined;
  unlink?: typeof fs.unlink | undefined;
}

type WriteStep = 'locked' | 'read' | 'backed-up' | 'written' | 'recorded' | 'renamed' | 'checked';

/** What a write is about to do or has done. Hashes are SHA-256, hex; null stands for no file. */
export interface Commit {
  real: string;
  before: string | null;
  after: string | null;
  backup: string | null;
  /** Folders made for it, outermost first. */
  dirs: string[];
}

export interface WriteRequest {
  path: string;
  /** Folders of which the file's real place has to be inside one. */
  roots: readonly string[];
  /** Hash of the bytes that were shown; other bytes at the start end in CLIENT_CONFIG_CHANGED. */
  expected: string | null;
  /** The new bytes, or null for no file. Called again with what is there when somebody wrote in between. */
  produce(current: Buffer | undefined): Buffer | null;
  /** False where the bytes to be replaced can be had again, as when undoing. */
  backup: boolean;
  /** Called with what is about to happen, so that it can be undone even if the process dies at once. */
  committing(commit: Commit): Promise<void>;
}

/**
 * Replaces a configuration file so that at every moment, even through a crash, it is the old or the new one whole:
 * lock, read, back up, temporary file beside it, flush, compare again, rename, flush the folder, read back. Resolves
 * to what was done, or undefined where nothing had to change. On any AppError the file is as it was.
 */
export async function writeConfig(
  request: WriteRequest,
  options: WriterOptions,
): Promise<Commit | undefined> {
  const resolved = await resolveConfig(request.path, request.roots);
  const made = await makeFolders(resolved);
  let done: Commit | undefined;
  try {
    done = await withLock(resolved.real, { clock: options.clock, ...options.lock }, async () => {
      await options.onStep?.('locked', resolved.real);
      await sweepTemps(resolved.real);
      return attempts(request, { ...resolved, missing: made }, options);
    });
    return done;
  } catch (error) {
    throw error instanceof AppError ? error : notSaved(request.path, error);
  } finally {
    if (done === undefined) await removeFolders(made);
  }
}

/** Removes folders that were made for a file, innermost first, as far as they are empty. */
export async function removeFolders(dirs: readonly string[]): Promise<void> {
  for (const dir of dirs.toReversed()) {
    try {
      await fs.rmdir(dir);
    } catch {
      return;
    }
  }
}

async function attempts(
  request: WriteRequest,
  resolved: Resolved,
  options: WriterOptions,
): Promise<Commit | undefined> {
  let done: Commit | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const current = await readSnapshot(resolved);
    await options.onStep?.('read', resolved.real);
    if (attempt === 1 && (current?.sha ?? null) !== request.expected) throw changed(request.path);
    const next = request.produce(current?.bytes);
    if (next === null ? current === undefined : current?.bytes.equals(next)) return done;
    await checkWritable(resolved, current);
    const commit = await prepare(request, resolved, current, next, options);
    if (await carryOut({ request, resolved, current, next, commit, options })) {
      await pruneBackups(resolved.real, commit.backup);
      return commit;
    }
    // Ours may already stand there under somebody's edit; then the next round finds nothing left to do.
    done = commit;
  }
  throw new AppError(
    'CLIENT_CONFIG_CHANGED',
    `Another program keeps writing ${request.path}; the change was not made.`,
    'Quit the client whose file that is, then try again.',
  );
}

async function prepare(
  request: WriteRequest,
  resolved: Resolved,
  current: Snapshot | undefined,
  next: Buffer | null,
  options: WriterOptions,
): Promise<Commit> {
  let backup: string | null = null;
  if (request.backup && current !== undefined) {
    backup = await backUp(resolved.real, current.bytes, options.clock.now());
    await options.onStep?.('backed-up', resolved.real);
  }
  return {
    real: resolved.real,
    before: current?.sha ?? null,
    after: next === null ? null : sha256(next),
    backup,
    dirs: resolved.missing,
  };
}

interface Step {
  request: WriteRequest;
  resolved: Resolved;
  current: Snapshot | undefined;
  next: Buffer | null;
  commit: Commit;
  options: WriterOptions;
}

/** False where somebody wrote in between: nothing of theirs was touched, and the write has to begin again. */
async function carryOut(step: Step): Promise<boolean> {
  const { request, resolved, current, next, commit, options } = step;
  const { real } = resolved;
  const temp = tempName(real);
  try {
    if (next !== null) await writeTemp(temp, next, current, resolved);
    await options.onStep?.('written', real);
    await request.committing(commit);
    await options.onStep?.('recorded', real);
    if (!isSame(current, await readSnapshot(resolved))) return false;
    if (next === null) await removeWithRetry(real, options);
    else await renameWithRetry(temp, real, options);
    await options.onStep?.('renamed', real);
  } finally {
    await fs.rm(temp, { force: true });
  }
  await flushFolder(path.dirname(real), options.platform);
  const found = await readSnapshot(resolved);
  await options.onStep?.('checked', real);
  return (found?.sha ?? null) === commit.after;
}

async function writeTemp(
  temp: string,
  bytes: Buffer,
  original: Snapshot | undefined,
  resolved: Resolved,
): Promise<void> {
  const mode = original === undefined ? 0o600 : Number(original.stat.mode & 0o777n);
  const file = await fs.open(temp, 'wx', mode);
  try {
    await file.writeFile(bytes);
    // The umask took bits away that the original has.
    await file.chmod(mode);
    if (original !== undefined) await keepOwner(file, original, resolved);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function keepOwner(file: fs.FileHandle, original: Snapshot, resolved: Resolved): Promise<void> {
  const mine = await file.stat({ bigint: true });
  if (mine.uid === original.stat.uid && mine.gid === original.stat.gid) return;
  try {
    await file.chown(Number(original.stat.uid), Number(original.stat.gid));
  } catch (error) {
    if (mine.uid !== original.stat.uid) throw unsafe(resolved.path, 'belongs to another user', OWNER, error);
  }
}

async function makeFolders({ missing, path: file }: Resolved): Promise<string[]> {
  const made: string[] = [];
  for (const dir of missing) {
    try {
      await fs.mkdir(dir, { mode: 0o700 });
      made.push(dir);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      await removeFolders(made);
      throw notSaved(file, error);
    }
  }
  return made;
}

/** Makes the rename itself last through a power cut; Windows has no such call for folders. */
async function flushFolder(dir: string, platform: NodeJS.Platform): Promise<void> {
  if (platform === 'win32') return;
  try {
    const handle = await fs.open(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some file systems refuse to flush a folder; the rename has been done all the same.
  }
}

export function changed(file: string): AppError {
  return new AppError(
    'CLIENT_CONFIG_CHANGED',
    `${file} has changed since the preview; nothing was written.`,
    'Look at a fresh preview, then try again.',
  );
}

function notSaved(file: string, cause: unknown): AppError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new AppError(
    'STATE_WRITE_FAILED',
    `${file} could not be saved (${code ?? message}); it was left as it is.`,
    'Fix the permissions of its folder, free disk space, or close the program that holds it, then try again.',
    { cause },
  );
}
