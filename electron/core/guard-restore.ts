import path from 'node:path';
import { readLine } from './audit/entry.ts';
import { listFiles, readLines } from './audit/files.ts';
import { unfinishedCalls } from './audit/unfinished.ts';
import type { GuardGate } from './guard/gate.ts';

const HOUR_MS = 3_600_000;
/** A day each, or 4 MiB: the last hour is in the newest ones. */
const FILES = 3;

/** Starts that earlier runs let through in the last hour, so that a restart is no way around a limit. Never rejects. */
async function recentStarts(dir: string, now: number): Promise<{ profile: string; at: number }[]> {
  const files = await listFiles(dir).catch(() => []);
  const starts: { profile: string; at: number }[] = [];
  for (const name of files.slice(-FILES)) {
    const { lines } = await readLines(path.join(dir, name)).catch(() => ({ lines: [] }));
    for (const line of lines) {
      const entry = readLine(line);
      if (typeof entry === 'string' || entry.profile === undefined) continue;
      const at = Date.parse(entry.ts);
      // restarting a container starts no trade
      if (entry.tool === 'restart_container') continue;
      if (entry.kind === 'intent' && entry.decision === 'allow' && at > now - HOUR_MS)
        starts.push({ profile: entry.profile, at });
    }
  }
  return starts;
}

/** Gives the guard what an earlier run left behind: calls without an outcome, and its starts of the last hour. */
export async function restoreGuard(
  gate: GuardGate,
  dir: string,
  now: number,
  unreadable: (file: string) => void,
): Promise<void> {
  gate.restore(await unfinishedCalls(dir, now, unreadable), await recentStarts(dir, now));
}
