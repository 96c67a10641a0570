import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { DropletKey } from '../../contract/droplet.ts';
import { AppError } from '../../contract/errors.ts';
import { generateSshKey, publicPart } from '../ssh-key.ts';
import { appendCommand, authorizedLine } from './authorized-keys.ts';
import { generateEncryptedKey } from './encrypted-key.ts';

const MAX_BYTES = 64 << 10;

/** Tells on the droplet whose key it is: the profile and this computer. One word of plain letters. */
function commentFor(name: string): string {
  return `companion-${name}@${os.hostname().replaceAll(/[^A-Za-z0-9.-]+/g, '-') || 'computer'}`;
}

/** Written whole or not at all, and never over another: a link gives the name to the finished file. Throws EEXIST. */
async function writeNew(file: string, text: string): Promise<void> {
  const temp = `${file}.${process.pid}.tmp`;
  const handle = await fs.open(temp, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await handle.close();
    await fs.link(temp, file).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error;
      // a file system without links
      await fs.copyFile(temp, file, constants.COPYFILE_EXCL);
    });
  } finally {
    await handle.close().catch(() => undefined);
    await fs.rm(temp, { force: true });
  }
}

function viewOf(name: string, file: string, text: string, permits: readonly string[]): DropletKey {
  const part = publicPart(text);
  if (part === undefined) {
    throw new AppError(
      'LINK_KEY_FORMAT',
      `${file} is not a key that was made here.`,
      `Choose another name, or move the file away: mv "${file}" "${file}.old"`,
    );
  }
  const hash = createHash('sha256').update(part.blob).digest('base64').replace(/=+$/, '');
  const publicLine = `ssh-ed25519 ${part.blob.toString('base64')} ${commentFor(name)}`;
  const line = authorizedLine(publicLine, permits);
  return {
    name,
    file,
    fingerprint: `SHA256:${hash}`,
    encrypted: part.encrypted,
    permits: [...permits],
    line,
    tunnelOnlyLine: authorizedLine(publicLine, permits, true),
    command: appendCommand(line),
  };
}

/** The key of a name, or undefined where none was made. Throws LINK_KEY_FORMAT for a file of another kind. */
export async function readDropletKey(
  folder: string,
  name: string,
  permits: readonly string[],
): Promise<DropletKey | undefined> {
  const file = path.join(folder, name);
  try {
    const { size } = await fs.stat(file);
    const text = size > MAX_BYTES ? '' : await fs.readFile(file, 'utf8');
    return viewOf(name, file, text, permits);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof AppError) throw error;
    throw new AppError('LINK_KEY_UNREADABLE', `${file} cannot be read.`, `Check it: ls -l "${file}"`, {
      cause: error,
    });
  }
}

/**
 * Makes an ed25519 key at `folder/name` (0600; the folder 0700) in OpenSSH's format, with a passphrase where one is
 * given, and its public half beside it. Throws KEY_EXISTS rather than write over anything, STATE_WRITE_FAILED.
 */
export async function makeDropletKey(
  folder: string,
  name: string,
  permits: readonly string[],
  passphrase?: string,
): Promise<DropletKey> {
  const file = path.join(folder, name);
  const comment = commentFor(name);
  const text =
    passphrase === undefined
      ? generateSshKey(comment).privateKey
      : await generateEncryptedKey(comment, passphrase);
  try {
    await fs.mkdir(folder, { recursive: true, mode: 0o700 });
    await fs.chmod(folder, 0o700);
    await writeNew(file, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new AppError(
        'KEY_EXISTS',
        `A key ${file} is there already; it was left as it is.`,
        `Use it: catalyst-companion key show ${name}. For a new one move it away first: mv "${file}" "${file}.old"`,
        { cause: error },
      );
    }
    throw new AppError(
      'STATE_WRITE_FAILED',
      `The key ${file} could not be saved (${code ?? (error as Error).message}); nothing was changed.`,
      'Free disk space or fix the permissions of the state folder, then try again.',
      { cause: error },
    );
  }
  const view = viewOf(name, file, text, permits);
  // for ssh-keygen and ssh-add; the private key carries the same
  await writeNew(`${file}.pub`, `${view.line.slice(view.line.indexOf(' ssh-ed25519 ') + 1)}\n`).catch(
    () => undefined,
  );
  return view;
}
