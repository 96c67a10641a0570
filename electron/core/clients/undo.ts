import fs from 'node:fs/promises';
import path from 'node:path';
import type { ClientId, ClientPlan } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import type { Home } from '../files.ts';
import { sha256 } from './backup.ts';
import { changesOf, type Change, type ChangedFile } from './journal.ts';
import { publicPlan } from './plan.ts';
import type { FileChange } from './plan-context.ts';
import { resolveConfig } from './resolve.ts';
import { readSnapshot } from './snapshot.ts';
import { changed } from './writer.ts';

export interface Undo {
  plan: ClientPlan;
  changes: FileChange[];
  /** The change that is taken back, and older ids with it that never came about. */
  change: Change;
  forget: string[];
}

/**
 * Plans taking back the last change made for a client, byte for byte. Throws CLIENT_NOTHING_TO_UNDO where none is
 * known or its backup is gone, CLIENT_CONFIG_CHANGED where the file has moved on since; `despiteChanges` then plans to
 * restore it all the same, with all that was changed since in the diff.
 */
export async function planUndo(client: ClientId, home: Home, despiteChanges = false): Promise<Undo> {
  const forget: string[] = [];
  for (const change of (await changesOf(home, client)).toReversed()) {
    forget.push(change.id);
    const files = await Promise.all(change.files.map((record) => stateOfFile(record, despiteChanges)));
    // Recorded just before the process died: the change itself was never made.
    if (files.every((file) => file.state === 'before')) continue;
    const open = files.filter((file) => file.state !== 'before');
    const changes = await Promise.all(open.map(restoreOf));
    const plan = publicPlan(client, 'undo', change.profile, changes, []);
    plan.movedOn = open.some((file) => file.state === 'moved on');
    if (plan.movedOn) plan.warnings.push(MOVED_ON);
    return { plan, changes, change, forget };
  }
  throw new AppError(
    'CLIENT_NOTHING_TO_UNDO',
    'There is no change of ours to undo for that client.',
    'See what is there: catalyst-companion clients list',
  );
}

const MOVED_ON =
  'The file has changed since. Restoring takes those changes away too; what is there now is kept as a backup beside the file.';

interface FileState {
  record: ChangedFile;
  state: 'before' | 'after' | 'moved on';
  bytes: Buffer | undefined;
}

async function stateOfFile(record: ChangedFile, despiteChanges: boolean): Promise<FileState> {
  const resolved = await resolveConfig(record.path, [path.dirname(record.real)]);
  const snapshot = await readSnapshot(resolved);
  const sum = snapshot?.sha ?? null;
  const state = sum === record.before ? 'before' : sum === record.after ? 'after' : 'moved on';
  // a link that leads elsewhere now is another file: its bytes are none of ours
  if (resolved.real !== record.real) throw changed(record.path);
  if (state === 'moved on' && !despiteChanges) throw movedOn(record.path);
  return { record, state, bytes: snapshot?.bytes };
}

function movedOn(file: string): AppError {
  return new AppError(
    'CLIENT_CONFIG_CHANGED',
    `${file} has changed since our last change, so undoing would take that away too; nothing was changed.`,
    'Take our entry out instead (clients remove CLIENT PROFILE), or look at what would go and confirm it: clients undo CLIENT --force',
  );
}

async function restoreOf({ record, bytes, state }: FileState): Promise<FileChange> {
  const shown = bytes === undefined ? null : sha256(bytes);
  const after = record.before === null ? null : await readBackup(record);
  return {
    label: path.basename(record.path),
    path: record.path,
    hostPath: record.path,
    roots: [path.dirname(record.real)],
    before: bytes,
    after,
    backup: state === 'moved on',
    produce(current) {
      const sum = current === undefined ? null : sha256(current);
      if (sum !== shown) throw changed(record.path);
      return after;
    },
  };
}

async function readBackup(record: ChangedFile): Promise<Buffer> {
  try {
    const bytes = await fs.readFile(record.backup ?? '');
    if (sha256(bytes) === record.before) return bytes;
  } catch {
    // Told below: gone and altered come to the same.
  }
  throw new AppError(
    'CLIENT_NOTHING_TO_UNDO',
    `The backup of ${record.path} is gone or was altered, so it cannot be restored byte for byte.`,
    'Take our entry out instead: catalyst-companion clients remove CLIENT PROFILE',
  );
}
