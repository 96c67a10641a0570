import path from 'node:path';
import { readLine } from './entry.ts';
import { listFiles, readLines } from './files.ts';

/** A start-like call that the trail shows as begun and neither answered nor settled. */
export interface UnfinishedCall {
  id: string;
  profile: string;
  tool: string;
  client: string;
  hash: string | null;
  /** When it was recorded, ms since the epoch. */
  at: number;
  endedAt: number;
  detail: string;
}

/** How many files back are looked at: a day each, or 4 MiB. */
const FILES = 14;
const INTERRUPTED = 'The app ended before an answer came.';

/**
 * Calls that an earlier run allowed and whose outcome is not known: no outcome was written (the app was killed),
 * or it was `unknown` and no status read settled it.
 */
export async function unfinishedCalls(dir: string): Promise<UnfinishedCall[]> {
  const open = new Map<string, UnfinishedCall>();
  for (const name of (await listFiles(dir)).slice(-FILES)) {
    for (const line of (await readLines(path.join(dir, name))).lines) {
      const entry = readLine(line);
      if (typeof entry === 'string' || entry.id === undefined) continue;
      const { id, kind, profile, tool, actor, outcome, argsHash } = entry;
      if (kind === 'intent' && entry.decision === 'allow' && profile !== undefined && tool !== undefined) {
        const at = Date.parse(entry.ts);
        open.set(id, {
          id,
          profile,
          tool,
          client: actor,
          hash: argsHash ?? null,
          at,
          endedAt: at,
          detail: INTERRUPTED,
        });
      } else if (kind === 'settled') open.delete(id);
      else if (kind === 'outcome' && outcome !== 'unknown') open.delete(id);
      else if (kind === 'outcome') {
        const call = open.get(id);
        if (call) open.set(id, { ...call, endedAt: Date.parse(entry.ts), detail: entry.detail ?? '' });
      }
    }
  }
  return [...open.values()];
}
