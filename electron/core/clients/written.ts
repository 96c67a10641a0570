import path from 'node:path';
import { z } from 'zod';
import { ClientId } from '../../contract/bridge.ts';
import { WipeCause } from '../../contract/clients.ts';
import { readState, writeState, type Home } from '../files.ts';

/** An entry that we wrote and that nobody took out through us: what has to stand in a client's file. */
export const Written = z.strictObject({
  client: ClientId,
  /** The file as the client knows it. */
  path: z.string(),
  key: z.string(),
  profile: z.string(),
  at: z.number(),
  /** What was written; compared word for word with what stands there. */
  command: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()).optional(),
  /** Whether the client ran when it was written, and so may write its own memory of the file over it. */
  whileRunning: z.boolean(),
  /** Proven through a start of the client. */
  held: z.boolean(),
  /** Written back by itself since it last held. */
  attempts: z.number().int(),
  /** The cause for which that was done, and after which it is not done again. */
  cause: WipeCause.nullable(),
});
export type Written = z.infer<typeof Written>;

const WrittenFile = z.strictObject({ version: z.literal(1), entries: z.array(Written) });

const fileOf = (home: Home) => path.join(home.dir, 'client-entries.json');

/** All entries of ours. Throws STATE_FILE_BROKEN. */
export async function writtenEntries(home: Home): Promise<Written[]> {
  return (await readState(fileOf(home), WrittenFile))?.entries ?? [];
}

/** Whether two stand for the same entry of the same file. */
export const isSamePlace = (a: Written, b: Pick<Written, 'client' | 'path' | 'key'>) =>
  a.client === b.client && a.path === b.path && a.key === b.key;

/** Adds or replaces entries, and drops others. To be called under the journal's lock. */
export async function noteWritten(
  home: Home,
  add: readonly Written[],
  drop: readonly Pick<Written, 'client' | 'path' | 'key'>[] = [],
): Promise<void> {
  if (add.length === 0 && drop.length === 0) return;
  const kept = (await writtenEntries(home)).filter(
    (each) => ![...add, ...drop].some((other) => isSamePlace(each, other)),
  );
  await writeState(fileOf(home), `${JSON.stringify({ version: 1, entries: [...kept, ...add] }, null, 2)}\n`);
}
