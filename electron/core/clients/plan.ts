import type { ClientId, ClientPlan } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import { sha256 } from './backup.ts';
import { unifiedDiff } from '../../contract/diff.ts';
import { decodeConfig } from './document.ts';
import { checkStable, commandLine, makeEntry } from './entry.ts';
import { hasKey, installed, keyIn, keyWarnings, ownKeysIn, removed } from './entry-edit.ts';
import { flavour, type Location } from './location.ts';
import { maskJson } from './mask.ts';
import { changeOf, readConfig, type FileChange, type PlanContext } from './plan-context.ts';
import type { Planned } from './planned.ts';
import { programRuns } from './program-runs.ts';
import { checkWritable, type Snapshot } from './snapshot.ts';
import { toolWarnings } from './tool-names.ts';

export type Action = ClientPlan['action'];

/** Plans the entry of a profile in every file of a client. Throws what stands in the way; writes nothing. */
export async function planInstall(
  client: ClientId,
  profile: string,
  locations: readonly Location[],
  context: PlanContext,
): Promise<Planned> {
  refuseProblems(locations);
  const program = client === 'claude-code' ? await context.claudeCode() : null;
  const found = program !== null || locations.some((location) => location.found);
  if (!found && client !== 'claude-desktop') throw notFound(client, locations);
  const plain = makeEntry(profile, context.launch, false);
  checkStable(plain, context.launch);
  const warnings = found
    ? []
    : ['Claude Desktop was not found on this computer; the entry will be there when it is installed.'];
  const changes: FileChange[] = [];
  for (const location of locations) {
    const { resolved, snapshot } = await readConfig(location, context);
    warnings.push(...fileWarnings(location, snapshot));
    const key = keyIn(snapshot?.bytes, profile, location, context);
    const change = changeOf(location, context, snapshot, (bytes) =>
      installed(bytes, profile, location, context),
    );
    if (!isUnchanged(change)) await checkWritable(resolved, snapshot);
    changes.push({ ...change, keys: [key], present: hasKey(key, snapshot?.bytes, location) ? [key] : [] });
    warnings.push(...keyWarnings(snapshot?.bytes, key, profile, location, context));
  }
  warnings.push(...(await runningWarning(client, locations, context)));
  const keys = [...new Set(changes.flatMap((change) => change.keys ?? []))];
  warnings.push(...toolWarnings(profile, keys, await context.toolNames(profile)));
  const plan = publicPlan(client, 'install', profile, changes, warnings);
  plan.commandLine = commandLine([plain.command, ...plain.args], context.launch.platform);
  return withProgram({ plan, changes, program }, profile, locations, context);
}

/** Plans taking out a profile's entry. Throws CLIENT_NOTHING_TO_REMOVE where there is none. */
export async function planRemove(
  client: ClientId,
  profile: string,
  locations: readonly Location[],
  context: PlanContext,
): Promise<Planned> {
  refuseProblems(locations);
  const changes: FileChange[] = [];
  const warnings: string[] = [];
  for (const location of locations) {
    const { resolved, snapshot } = await readConfig(location, context);
    if (snapshot === undefined) continue;
    const change = changeOf(location, context, snapshot, (bytes) =>
      removed(bytes, profile, location, context),
    );
    if (isUnchanged(change)) continue;
    await checkWritable(resolved, snapshot);
    warnings.push(...fileWarnings(location, snapshot));
    const keys = ownKeysIn(snapshot.bytes, profile, location, context);
    changes.push({ ...change, keys, present: keys });
  }
  if (changes.length === 0) {
    throw new AppError(
      'CLIENT_NOTHING_TO_REMOVE',
      `There is no entry of ours for ${profile} in ${locations.map((location) => location.path).join(' or ')}.`,
      'See what is there: catalyst-companion clients list',
    );
  }
  warnings.push(...(await runningWarning(client, locations, context)));
  const plan = publicPlan(client, 'remove', profile, changes, warnings);
  const program = client === 'claude-code' ? await context.claudeCode() : null;
  return withProgram({ plan, changes, program }, profile, locations, context);
}

/** The plan, through Claude Code's own program where that is there and there is something to do. */
function withProgram(
  planned: Planned,
  profile: string,
  locations: readonly Location[],
  context: PlanContext,
): Planned {
  const [location] = locations;
  const [change] = planned.changes;
  const { program } = planned;
  if (program === null || location === undefined || change === undefined) return planned;
  const { action } = planned.plan;
  const entry = makeEntry(profile, context.launch, location.typed);
  const runs = action === 'undo' ? [] : programRuns(change, action, entry);
  planned.plan.runs = runs.map((args) => commandLine([program, ...args], context.launch.platform));
  return { ...planned, location };
}

/** The plan as it is shown. Its token stands for the bytes read, the bytes to be written and where. */
export function publicPlan(
  client: ClientId,
  action: Action,
  profile: string,
  changes: readonly FileChange[],
  warnings: string[],
): ClientPlan {
  const sums = changes.map((change) => [
    change.hostPath,
    change.before === undefined ? null : sha256(change.before),
    change.after === null ? null : sha256(change.after),
  ]);
  return {
    client,
    action,
    token: sha256(Buffer.from(JSON.stringify([client, action, profile, sums]))),
    files: changes.map((change) => ({
      label: change.label,
      path: change.path,
      exists: change.before !== undefined,
      diff: maskJson(
        unifiedDiff(change.before?.toString('utf8'), change.after?.toString('utf8'), change.path),
      ),
    })),
    commandLine: null,
    runs: [],
    movedOn: false,
    warnings,
  };
}

/** A warning where the client runs, since Claude Desktop writes its file from memory over any edit. */
async function runningWarning(
  client: ClientId,
  locations: readonly Location[],
  context: PlanContext,
): Promise<string[]> {
  const at = flavour(context.launch.platform);
  const folders = locations.map((location) => context.hostPath(at.dirname(location.path)));
  const running = await Promise.all(folders.map((folder) => context.isRunning(client, folder)));
  if (!running.includes(true)) return [];
  const place = context.launch.platform === 'darwin' ? 'menu bar' : 'tray';
  return [
    `Claude Desktop is running: quit it from the ${place} first (closing its window is not enough). It reads this file only at start, and may write over the change while it runs.`,
  ];
}

function isUnchanged({ before, after }: FileChange): boolean {
  return before !== undefined && after?.equals(before) === true;
}

function refuseProblems(locations: readonly Location[]): void {
  const problem = locations.find((location) => location.problem !== null)?.problem;
  if (problem) throw problem;
}

function notFound(client: ClientId, locations: readonly Location[]): AppError {
  const label = locations[0]?.label ?? client;
  return new AppError(
    'CLIENT_NOT_FOUND',
    `${label} was not found on this computer; nothing was written.`,
    'Install it and start it once, then try again.',
  );
}

function fileWarnings(location: Location, snapshot: Snapshot | undefined): string[] {
  if (snapshot === undefined) return [];
  const warnings: string[] = [];
  if (decodeConfig(snapshot.bytes, location.path).bom) {
    warnings.push(
      `${location.path} starts with a byte order mark, which makes Claude discard its servers; it is taken out.`,
    );
  }
  if (snapshot.stat.nlink > 1n) {
    warnings.push(`${location.path} has a second name (a hard link); that one will keep the old content.`);
  }
  return warnings;
}
