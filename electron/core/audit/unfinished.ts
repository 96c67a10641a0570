import path from 'node:path';
import type { AuditEntry } from '../../contract/audit.ts';
import type { OpenCall } from '../guard/unresolved.ts';
import { readLine } from './entry.ts';
import { listFiles, readLines } from './files.ts';

/** A start-like call that the trail shows as begun and neither answered nor settled; `at` is when it was recorded. */
export interface UnfinishedCall extends OpenCall {
  /** When it ended at the latest, ms since the epoch: only what is read after it can say what became of it. */
  endedAt: number;
}

/** How many files back are looked at: a day each, or 4 MiB. */
const FILES = 14;
const INTERRUPTED = 'The app ended before an answer came.';

function take(open: Map<string, UnfinishedCall>, entry: AuditEntry, now: number): void {
  const { id, kind, profile, tool, outcome } = entry;
  if (id === undefined) return;
  const at = Date.parse(entry.ts);
  if (kind === 'intent' && entry.decision === 'allow' && profile !== undefined && tool !== undefined) {
    const { actor: client, argsHash: hash = null } = entry;
    // when it was cut off is not written: it may have been on its way until this start
    open.set(id, { id, profile, tool, client, hash, at, endedAt: Math.max(at, now), detail: INTERRUPTED });
  } else if (kind === 'settled') open.delete(id);
  else if (kind === 'outcome' && outcome !== 'unknown') open.delete(id);
  else if (kind === 'outcome') {
    const call = open.get(id);
    if (call) open.set(id, { ...call, endedAt: at, detail: entry.detail ?? '' });
  }
}

/**
 * Calls that an earlier run allowed and whose outcome is not known: no outcome was written (the app was killed),
 * or it was `unknown` and no status read settled it. `unreadable` is told of files that give nothing: the app, and
 * with it the stop, starts all the same. `now` is this start, ms since the epoch. Never rejects.
 */
export async function unfinishedCalls(
  dir: string,
  now: number,
  unreadable: (file: string) => void = () => undefined,
): Promise<UnfinishedCall[]> {
  const open = new Map<string, UnfinishedCall>();
  const files = await listFiles(dir).catch(() => {
    unreadable(dir);
    return [];
  });
  for (const name of files.slice(-FILES)) {
    const { lines } = await readLines(path.join(dir, name)).catch(() => {
      unreadable(name);
      return { lines: [] };
    });
    for (const line of lines) {
      const entry = readLine(line);
      if (typeof entry !== 'string') take(open, entry, now);
    }
  }
  return [...open.values()];
}
