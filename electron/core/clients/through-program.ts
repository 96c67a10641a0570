import fs from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../contract/errors.ts';
import { backUp, pruneBackups, sha256 } from './backup.ts';
import type { RunProgram } from './claude-code.ts';
import { decodeConfig, isObject, parseConfig, type Rules } from './document.ts';
import { sameStart, type ServerEntry } from './json-edit.ts';
import { withLock } from './lock.ts';
import type { FileChange } from './plan-context.ts';
import { resolveConfig, type Resolved } from './resolve.ts';
import { readSnapshot } from './snapshot.ts';
import { changed, type Commit, type WriterOptions } from './writer.ts';

/** A change of a client's file that its own program makes. */
export interface ThroughProgram {
  program: string;
  /** The argument lists to run, in order. */
  runs: readonly (readonly string[])[];
  run: RunProgram;
  env: Record<string, string>;
  cwd: string;
  rules: Rules;
  /** What has to stand under each key afterwards; undefined: nothing. */
  wanted: Readonly<Record<string, ServerEntry | undefined>>;
}

/** How a change through a program ended; `failed` says why, and `after` of the commit is what the file is then. */
export interface ProgramOutcome {
  commit: Commit;
  failed?: string;
}

/**
 * Has a client's own program change its file: lock, compare, back up, run without a shell, read again. What counts is
 * what then stands in the file: our key as wanted, and every other entry as before. Where that is not so, the caller
 * decides; what the program did to other entries is in `failed` and the backup has them.
 */
export async function changeThroughProgram(
  change: FileChange,
  through: ThroughProgram,
  options: WriterOptions,
  committing: (commit: Commit) => Promise<void>,
): Promise<ProgramOutcome> {
  const resolved = await resolveConfig(change.hostPath, change.roots);
  // the lock stands beside the file
  await fs.mkdir(path.dirname(resolved.real), { recursive: true, mode: 0o700 });
  return withLock(resolved.real, { clock: options.clock, ...options.lock }, async () => {
    const before = await readSnapshot(resolved);
    const shown = change.before === undefined ? null : sha256(change.before);
    if ((before?.sha ?? null) !== shown) throw changed(change.path);
    const backup =
      before === undefined ? null : await backUp(resolved.real, before.bytes, options.clock.now());
    const commit: Commit = {
      real: resolved.real,
      before: shown,
      after: change.after === null ? null : sha256(change.after),
      backup,
      dirs: resolved.missing,
    };
    // what the program will really write is known only afterwards; until then a crash is found by this one
    await committing(commit);
    const failed = (await runAll(through)) ?? (await mistakeIn(resolved, before?.bytes, through));
    const sha = (await readSnapshot(resolved))?.sha ?? null;
    const done = { ...commit, after: sha };
    if (failed !== undefined) return { commit: done, failed };
    await pruneBackups(resolved.real, backup);
    await committing(done);
    return { commit: done };
  });
}

async function runAll({ program, runs, run, env, cwd }: ThroughProgram): Promise<string | undefined> {
  for (const args of runs) {
    const { code, output } = await run(program, args, { env, cwd });
    if (code !== 0) {
      const [line = ''] = output.split('\n');
      return `${args.slice(0, 2).join(' ')} ${code === null ? 'did not end' : `ended with ${code}`}${line === '' ? '' : `: ${line}`}`;
    }
  }
  return undefined;
}

/** What is not as it has to be in the file that the program left. */
async function mistakeIn(
  resolved: Resolved,
  before: Buffer | undefined,
  { rules, wanted }: ThroughProgram,
): Promise<string | undefined> {
  const serversOf = (bytes: Buffer | undefined) =>
    parseConfig(decodeConfig(bytes ?? Buffer.alloc(0), rules.path).text, rules).servers;
  let now: Record<string, unknown>;
  try {
    now = serversOf((await readSnapshot(resolved))?.bytes);
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  for (const [key, entry] of Object.entries(wanted)) {
    const there = now[key];
    if (entry === undefined ? there !== undefined : !(isObject(there) && sameStart(there, entry))) {
      return `it reported success, but ${key} is not as it was asked for`;
    }
  }
  const others = (servers: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(servers).filter(([key]) => !Object.hasOwn(wanted, key)));
  return isDeepStrictEqual(others(serversOf(before)), others(now))
    ? undefined
    : 'other entries changed with it';
}
