import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import { expandGlob } from './include-glob.ts';
import type { Directive, Place, SshNote } from './lines.ts';
import { directives, invalidLine } from './lines.ts';
import type { SshSurroundings } from './surroundings.ts';
import { expandPath, localTokens } from './tokens.ts';

/** OpenSSH's own bound. */
const MAX_DEPTH = 16;
const MAX_BYTES = 1 << 20;
/** Files in one reading; a folder of one file per host is far below it. */
const MAX_FILES = 512;

/** A directive with the files that it includes, in their order. */
export interface LoadedLine extends Directive {
  readonly included: readonly ConfigFile[];
}

export interface ConfigFile {
  readonly path: string;
  readonly lines: readonly LoadedLine[];
}

/** The configuration as read: the user's file, then the system's; those that there are. */
export interface SshConfig {
  readonly files: readonly ConfigFile[];
  /** What was left out while reading. */
  readonly notes: readonly SshNote[];
  readonly around: SshSurroundings;
}

const NEXT = 'Repair that file and try again.';

function unreadable(file: string, why: string, next = NEXT, cause?: unknown): AppError {
  return new AppError('SSH_CONFIG_INVALID', `${file} cannot be used: ${why}.`, next, { cause });
}

/** Where others may write, they could name a host of theirs: ssh refuses such a file too. A group of one's own may write, as Debian has it. */
function checkOwner(file: string, info: { uid: number; gid: number; mode: number }, around: SshSurroundings) {
  if (around.uid === undefined) return;
  if (info.uid !== 0 && info.uid !== around.uid)
    throw unreadable(file, 'it belongs to another user', `Make it yours: chown "$USER" "${file}"`);
  const byGroup = (info.mode & 0o020) !== 0 && info.gid !== around.gid;
  if ((info.mode & 0o002) !== 0 || byGroup)
    throw unreadable(file, 'others may write to it', `Close it: chmod go-w "${file}"`);
}

/**
 * A configuration file's text: `missing`, or `odd` for what is no regular file. Opened without waiting, since a named
 * pipe would never answer. Throws SSH_CONFIG_INVALID.
 */
async function readText(
  file: string,
  around: SshSurroundings,
): Promise<{ text: string } | 'missing' | 'odd'> {
  try {
    const handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const info = await handle.stat();
      if (!info.isFile()) return 'odd';
      checkOwner(file, info, around);
      // read with a bound: a file may grow, and those of /proc have no size
      const buffer = Buffer.alloc(Math.min(MAX_BYTES, Math.max(info.size, 4_096)) + 1);
      let size = 0;
      for (let more = 1; more > 0 && size < buffer.length; size += more)
        more = (await handle.read(buffer, size, buffer.length - size)).bytesRead;
      if (size > MAX_BYTES) throw unreadable(file, 'it is larger than 1 MiB');
      const text = buffer.toString('utf8', 0, size);
      if (text.includes('\0')) throw unreadable(file, 'it is not a text');
      return { text };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    if (code === 'EISDIR') return 'odd';
    throw unreadable(file, `it cannot be read (${code ?? (error as Error).message})`, NEXT, error);
  }
}

/** One reading of the configuration. */
class Reading {
  readonly notes: SshNote[] = [];
  readonly #around: SshSurroundings;
  readonly #known = new Map<string, ConfigFile>();

  constructor(around: SshSurroundings) {
    this.#around = around;
  }

  #note(place: Place, text: string): void {
    this.notes.push({ file: place.file, line: place.line, text });
  }

  /** An Include's argument as an absolute pattern: relative to ~/.ssh, or for the system's files to their folder. */
  #pattern(argument: string, line: Directive, base: string): string | undefined {
    const expanded = expandPath(argument, localTokens(this.#around), this.#around);
    if ('problem' in expanded) {
      this.#note(line, `Include ${argument} was left out: ${expanded.problem}`);
      return undefined;
    }
    return path.isAbsolute(expanded.text) ? expanded.text : path.join(base, expanded.text);
  }

  async #included(line: Directive, base: string, within: readonly string[]): Promise<ConfigFile[]> {
    const files: ConfigFile[] = [];
    for (const argument of line.args) {
      if (argument === '') throw invalidLine(line, 'Include has an empty argument');
      const pattern = this.#pattern(argument, line, base);
      const names = pattern === undefined ? [] : await expandGlob(pattern);
      for (const name of names) {
        const file = await this.#file(name, base, within, line);
        if (file === 'odd') this.#note(line, `${name} was left out: it is not a regular file`);
        else if (file !== 'missing') files.push(file);
      }
    }
    return files;
  }

  async #file(
    name: string,
    base: string,
    within: readonly string[],
    by: Place,
  ): Promise<ConfigFile | 'missing' | 'odd'> {
    const real = await fs.realpath(name).catch(() => name);
    if (within.includes(real)) throw invalidLine(by, `${name} includes itself`);
    if (within.length > MAX_DEPTH) throw invalidLine(by, `files are included more than ${MAX_DEPTH} deep`);
    const known = this.#known.get(name);
    if (known) return known;
    if (this.#known.size >= MAX_FILES) throw invalidLine(by, `more than ${MAX_FILES} files are included`);
    const read = await readText(name, this.#around);
    if (typeof read === 'string') return read;
    const lines: LoadedLine[] = [];
    for (const line of directives(name, read.text)) {
      const included = line.keyword === 'include' ? await this.#included(line, base, [...within, real]) : [];
      lines.push({ ...line, included });
    }
    const file = { path: name, lines };
    this.#known.set(name, file);
    return file;
  }

  /** A file that ssh reads by itself; one that is missing is as good as empty. */
  async top(name: string, base: string): Promise<ConfigFile[]> {
    const file = await this.#file(name, base, [], { file: name, line: 0 });
    if (file === 'odd') throw unreadable(name, 'it is not a regular file');
    return file === 'missing' ? [] : [file];
  }
}

/**
 * Reads ~/.ssh/config, then the system's ssh_config, with all they include. Nothing is executed and no name looked up.
 * A missing file counts as empty. Throws SSH_CONFIG_INVALID for what is unreadable, open to other users, includes
 * itself, or is not written as OpenSSH wants it.
 */
export async function loadSshConfig(around: SshSurroundings): Promise<SshConfig> {
  const reading = new Reading(around);
  const { userFile, systemFile } = around;
  const files = await reading.top(userFile, path.join(around.userHome, '.ssh'));
  if (systemFile !== undefined) files.push(...(await reading.top(systemFile, path.dirname(systemFile))));
  return { files, notes: reading.notes, around };
}
