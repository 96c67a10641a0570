import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import type { Signer } from './entry.ts';
import type { Head } from './files.ts';
import { HeldError } from './lock.ts';
import type { Anchor, AuditVault } from './vault.ts';

export const PACE = {
  maxBytes: 4 << 20,
  /** Entries that nobody waits for reach the disk, and the vault's anchor follows a call, this much later. */
  flushMs: 250,
  /** The anchor in the vault is not further behind than this many entries. */
  anchorEvery: 16,
  /** Written just before a call is sent: the anchor must not hold that back. */
  urgent: ['intent', 'consent'],
};

export interface AuditLogOptions {
  dir: string;
  clock: Clock;
  /** A new file is begun beyond this many bytes, and with each new day (UTC). */
  maxBytes?: number;
  /** Masks secrets in free text; arguments that it would change are withheld. */
  redact?: { text(value: string): string };
  /** Key to sign with, and a place for the anchor; without it entries are chained but not signed. */
  vault?: AuditVault;
  /** Why nothing can be written now, with every entry that could not; null: it can again. */
  onFault?: (fault: AppError | null) => void;
}

/** The trail's end as the writer knows it. */
export interface TrailTip extends Head {
  /** Bytes of the file up to there. */
  size: number;
  signer: Signer | undefined;
  /** What the vault holds; undefined while it is closed. */
  anchor: Anchor | 'broken' | undefined;
  /** Why new entries are not signed; empty where they are. */
  unsigned: string;
}

export interface OpenFile {
  handle: FileHandle;
  name: string;
  size: number;
}

export const cannotWrite = (cause: unknown): AppError =>
  new AppError(
    'AUDIT_WRITE_FAILED',
    `The audit trail cannot be written (${(cause as Error).message}).`,
    cause instanceof HeldError
      ? 'Use that app, or end it. Where this folder is a copy made while the app ran, delete writer.lock in its audit folder.'
      : 'Free disk space or fix the permissions of the audit folder.',
    { cause },
  );

/** Goes on at the end of a file that is there. */
export async function openFile(dir: string, name: string): Promise<OpenFile> {
  const handle = await fs.open(path.join(dir, name), 'a', 0o600);
  return { handle, name, size: (await handle.stat()).size };
}

/** Makes a file that is not there yet, its name on the disk too. */
export async function createFile(dir: string, name: string): Promise<OpenFile> {
  const handle = await fs.open(path.join(dir, name), 'ax', 0o600);
  await syncDir(dir);
  return { handle, name, size: 0 };
}

/** What a new file needs to be found again after a power cut; Windows does it by itself. */
async function syncDir(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
