import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';

/** Where a configuration file really is. */
export interface Resolved {
  /** The path given, for messages. */
  path: string;
  /** Links followed: what is read, locked, backed up and replaced. */
  real: string;
  /** Folders that have to be made first, outermost first. */
  missing: string[];
}

/**
 * Follows links, so that writing keeps them: a link is written through to its target; a dangling link, a target outside `roots`
 * (home folder, or the folder that the system names for configuration) and anything that is not a regular file are refused with CLIENT_CONFIG_UNSAFE.
 */
export async function resolveConfig(file: string, roots: readonly string[]): Promise<Resolved> {
  const resolved = await follow(file);
  const allowed = await Promise.all(roots.map(realOrSame));
  if (!allowed.some((root) => isInside(root, resolved.real))) {
    const next = 'Put the file itself in that place, or link to one inside your home folder, then try again.';
    throw unsafe(file, `is a link that leads outside your home folder, to ${resolved.real}`, next);
  }
  return resolved;
}

export function unsafe(
  file: string,
  what: string,
  next = 'Put a plain file that you own in that place, then try again.',
  cause?: unknown,
): AppError {
  return new AppError('CLIENT_CONFIG_UNSAFE', `${file} ${what}; nothing was changed.`, next, { cause });
}

/** Nothing there can be told, so nothing there can be advised but to look. */
function unreachable(file: string, error: unknown): AppError {
  const { code } = error as NodeJS.ErrnoException;
  const next =
    code === 'ENOTDIR'
      ? 'One of the folders in that path is a file: move it away, then try again.'
      : 'Look at the permissions of the folders in that path; you have to be able to open each, then try again.';
  return unsafe(file, `cannot be reached (${code})`, next, error);
}

const NOWHERE = 'Delete that link, or put back what it leads to, then try again.';

async function follow(file: string): Promise<Resolved> {
  try {
    const stat = await fs.lstat(file);
    if (!stat.isSymbolicLink()) {
      if (!stat.isFile()) throw unsafe(file, 'is not a regular file');
      const parent = await fs.realpath(path.dirname(file));
      return { path: file, real: path.join(parent, path.basename(file)), missing: [] };
    }
    const real = await fs.realpath(file);
    if (!(await fs.stat(real)).isFile())
      throw unsafe(file, 'is a link to something that is not a regular file');
    return { path: file, real, missing: [] };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !(await isLink(file))) return followMissing(file);
    if (code === 'ENOENT' || code === 'ELOOP') throw unsafe(file, 'is a link to nowhere', NOWHERE, error);
    throw unreachable(file, error);
  }
}

/** No such file: the nearest folder that is there decides where it would be. */
async function followMissing(file: string): Promise<Resolved> {
  const missing: string[] = [];
  let dir = path.dirname(file);
  for (;;) {
    try {
      const real = await fs.realpath(dir);
      if (!(await fs.stat(real)).isDirectory()) throw unsafe(dir, 'is not a folder');
      const folders = missing.map((_, index) => path.join(real, ...missing.slice(0, index + 1)));
      return { path: file, real: path.join(real, ...missing, path.basename(file)), missing: folders };
    } catch (error) {
      if (error instanceof AppError) throw error;
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' || dir === path.dirname(dir)) throw unreachable(dir, error);
      if (await isLink(dir)) throw unsafe(dir, 'is a link to nowhere', NOWHERE, error);
      missing.unshift(path.basename(dir));
      dir = path.dirname(dir);
    }
  }
}

async function isLink(file: string): Promise<boolean> {
  try {
    return (await fs.lstat(file)).isSymbolicLink();
  } catch {
    return false;
  }
}

async function realOrSame(dir: string): Promise<string> {
  try {
    return await fs.realpath(dir);
  } catch {
    return path.resolve(dir);
  }
}

function isInside(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return (
    relative !== '' &&
    relative !== '..' &&
    !relative.startsWith(`..${path.sep}`) &&
    !path.isAbsolute(relative)
  );
}
