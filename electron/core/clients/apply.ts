import { randomUUID } from 'node:crypto';
import type { ClientId } from '../../contract/bridge.ts';
import { sha256 } from './backup.ts';
import { programEnv, runProgram } from './claude-code.ts';
import type { ClientsOptions } from './clients.ts';
import { forgetChanges, recordChange, type Change } from './journal.ts';
import { makeEntry } from './entry.ts';
import type { FileChange, PlanContext } from './plan-context.ts';
import type { Planned } from './planned.ts';
import { programRuns } from './program-runs.ts';
import { changeThroughProgram, type ThroughProgram } from './through-program.ts';
import { changed, removeFolders, writeConfig, type Commit } from './writer.ts';

/** Writes what was planned. Two files of one client are one change for the user: both or none. */
export async function carryOut(
  planned: Planned,
  client: ClientId,
  profile: string,
  action: 'install' | 'remove',
  options: ClientsOptions,
  context: PlanContext,
): Promise<void> {
  const change: Change = { id: randomUUID(), at: options.clock.now(), client, profile, action, files: [] };
  const done = new Map<FileChange, Commit>();
  try {
    for (const file of planned.changes) {
      const written = change.files;
      const committing = async (about: Commit) => {
        change.files = [...written, { ...about, path: file.hostPath }];
        await recordChange(options.home, change);
      };
      const through = throughOf(planned, file, profile, action, options, context);
      const commit =
        through === undefined
          ? await write(file, true, options, committing)
          : await throughProgram(planned, file, through, options, committing, (commit) =>
              done.set(file, commit),
            );
      if (commit !== undefined) done.set(file, commit);
      options.log.info('client configuration', {
        client,
        action,
        path: file.path,
        changed: commit !== undefined,
      });
    }
  } catch (error) {
    let clean = true;
    for (const [file, commit] of [...done].toReversed())
      clean = (await takeBack(file, commit, options)) && clean;
    if (clean) await forgetChanges(options.home, [change.id]);
    throw error;
  }
}

/** How the client's own program makes this change; undefined where the file is to be edited. */
function throughOf(
  { program, location }: Planned,
  file: FileChange,
  profile: string,
  action: 'install' | 'remove',
  options: ClientsOptions,
  context: PlanContext,
): ThroughProgram | undefined {
  if (program === null || location === undefined) return undefined;
  const entry = makeEntry(profile, context.launch, location.typed);
  const runs = programRuns(file, action, entry);
  if (runs.length === 0) return undefined;
  const wanted = action === 'remove' ? undefined : entry;
  return {
    program,
    runs,
    run: options.runProgram ?? runProgram,
    env: programEnv(options),
    cwd: context.hostPath(options.userHome),
    rules: location,
    wanted: Object.fromEntries((file.keys ?? []).map((key) => [key, wanted])),
  };
}

/** Where the program does not do it, the file is edited after all: from what it is then, our key alone. */
async function throughProgram(
  planned: Planned,
  file: FileChange,
  through: ThroughProgram,
  options: ClientsOptions,
  committing: (commit: Commit) => Promise<void>,
  failing: (commit: Commit) => void,
): Promise<Commit | undefined> {
  const { commit, failed } = await changeThroughProgram(file, through, options, committing);
  if (failed === undefined) return commit;
  // what it did to the file is taken back if the edit fails as well
  failing(commit);
  options.log.warn('client program', { program: through.program, failed });
  planned.plan.warnings.push(`${through.program}: ${failed}. The file was edited instead.`);
  const shown = file.before;
  const restore: FileChange = {
    ...file,
    // what the program did to the file is not what was shown and agreed to; what others do meanwhile stays
    produce: (current) =>
      file.produce((current && sha256(current)) === (commit.after ?? undefined) ? shown : current),
  };
  // undo goes back to what was there before the program ran
  const { before, backup } = commit;
  return write(restore, true, options, (about) => committing({ ...about, before, backup }), commit.after);
}

async function takeBack(file: FileChange, commit: Commit, options: ClientsOptions): Promise<boolean> {
  const restore: FileChange = {
    ...file,
    before: undefined,
    produce(current) {
      if ((current && sha256(current)) !== commit.after) throw changed(file.path);
      return file.before ?? null;
    },
  };
  try {
    await write(restore, false, options, async () => {}, commit.after);
    await removeFolders(commit.dirs);
    return true;
  } catch (error) {
    options.log.warn('client configuration could not be taken back', {
      path: file.path,
      reason: String(error),
    });
    return false;
  }
}

/** Restores what a change replaced; what somebody else wrote since is backed up first. */
export async function undo(
  { changes, change, forget = [] }: Planned,
  options: ClientsOptions,
): Promise<void> {
  for (const file of changes) await write(file, file.backup ?? false, options, async () => {});
  for (const file of change?.files ?? []) if (file.before === null) await removeFolders(file.dirs);
  await forgetChanges(options.home, forget);
  options.log.info('client configuration', { action: 'undo', files: changes.map((file) => file.path) });
}

function write(
  file: FileChange,
  backup: boolean,
  options: ClientsOptions,
  committing: (commit: Commit) => Promise<void>,
  expected: string | null = file.before === undefined ? null : sha256(file.before),
): Promise<Commit | undefined> {
  return writeConfig(
    {
      path: file.hostPath,
      roots: file.roots,
      expected,
      backup,
      produce: (current) => file.produce(current),
      committing,
    },
    options,
  );
}
