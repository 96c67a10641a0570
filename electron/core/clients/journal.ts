import path from 'node:path';
import { z } from 'zod';
import { ClientId } from '../../contract/bridge.ts';
import { readState, writeState, type Home } from '../files.ts';

/** Changes kept per client; as many as backups are. */
const KEEP = 10;

const Sha = z.string().nullable();

export const ChangedFile = z.strictObject({
  /** The path as the client knows it. */
  path: z.string(),
  /** Where it really is, links followed. */
  real: z.string(),
  /** SHA-256 of the bytes before and after; null: there was, or is, no file. */
  before: Sha,
  after: Sha,
  backup: z.string().nullable(),
  /** Folders that were made for it. */
  dirs: z.array(z.string()),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

const Change = z.strictObject({
  id: z.string(),
  at: z.number(),
  client: ClientId,
  profile: z.string(),
  action: z.enum(['install', 'remove']),
  files: z.array(ChangedFile),
});
export type Change = z.infer<typeof Change>;

const Journal = z.strictObject({ version: z.literal(1), changes: z.array(Change) });

export function journalFile(home: Home): string {
  return path.join(home.dir, 'clients.json');
}

/** What was changed for a client, oldest first. Throws STATE_FILE_BROKEN. */
export async function changesOf(home: Home, client: ClientId): Promise<Change[]> {
  return (await load(home)).filter((change) => change.client === client);
}

/** Adds a change, or replaces the one of the same id. To be called under the journal's lock. */
export async function recordChange(home: Home, change: Change): Promise<void> {
  const others = (await load(home)).filter((each) => each.id !== change.id);
  const same = others.filter((each) => each.client === change.client).slice(-(KEEP - 1));
  await save(home, [...others.filter((each) => each.client !== change.client), ...same, change]);
}

/** Forgets changes that were undone or never came about. */
export async function forgetChanges(home: Home, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await save(
    home,
    (await load(home)).filter((each) => !ids.includes(each.id)),
  );
}

async function load(home: Home): Promise<Change[]> {
  return (await readState(journalFile(home), Journal))?.changes ?? [];
}

async function save(home: Home, changes: Change[]): Promise<void> {
  await writeState(journalFile(home), `${JSON.stringify({ version: 1, changes }, null, 2)}\n`);
}
