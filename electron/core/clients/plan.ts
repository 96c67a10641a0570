import type { ClientId, ClientPlan, ClientTarget } from '../../contract/bridge.ts';
import { AppError, asAppError } from '../../contract/errors.ts';
import { sha256 } from './backup.ts';
import { unifiedDiff } from './diff.ts';
import { decodeConfig, isObject, parseConfig } from './document.ts';
import {
  checkStable,
  commandLine,
  keyFor,
  keysOf,
  makeEntry,
  profileOf,
  stateOf,
  type Launch,
} from './entry.ts';
import { removeServer, setServer } from './json-edit.ts';
import { flavour, type Location } from './location.ts';
import { resolveConfig } from './resolve.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

/** A change to one file, and how to make it again on other bytes. */
export interface FileChange {
  label: string;
  /** Path as the client knows it, and the same as this host's file system spells it. */
  path: string;
  hostPath: string;
  roots: string[];
  before: Buffer | undefined;
  after: Buffer | null;
  produce(current: Buffer | undefined): Buffer | null;
}

/** What planning needs to know of the machine. */
export interface PlanContext {
  launch: Launch;
  userHome: string;
  hostPath(file: string): string;
  isRunning(client: ClientId, folder: string): Promise<boolean>;
}

export type Action = ClientPlan['action'];

/** What stands at a location; whatever is wrong with the file is in `problem`, never thrown. */
export async function targetAt(location: Location, context: PlanContext): Promise<ClientTarget> {
  const { client, label, path: file, found } = location;
  const target: ClientTarget = { client, label, path: file, found, entries: [], others: [], problem: null };
  try {
    if (location.problem !== null) throw location.problem;
    const { snapshot } = await read(location, context);
    if (snapshot === undefined) return target;
    const { servers } = parseConfig(decodeConfig(snapshot.bytes, file).text, location);
    for (const [key, value] of Object.entries(servers)) {
      const profile = profileOf(value, context.launch);
      if (profile === undefined) target.others.push(key);
      else {
        const state = stateOf(value, makeEntry(profile, context.launch, location.typed));
        target.entries.push({ key, profile, state });
      }
    }
  } catch (error) {
    target.problem = asAppError(error).shape();
  }
  return target;
}

/** Plans the entry of a profile in every file of a client. Throws what stands in the way; writes nothing. */
export async function planInstall(
  client: ClientId,
  profile: string,
  locations: readonly Location[],
  context: PlanContext,
): Promise<{ plan: ClientPlan; changes: FileChange[] }> {
  refuseProblems(locations);
  const found = locations.some((location) => location.found);
  if (!found && client !== 'claude-desktop') throw notFound(client, locations);
  const plain = makeEntry(profile, context.launch, false);
  checkStable(plain, context.launch);
  const warnings = found
    ? []
    : ['Claude Desktop was not found on this computer; the entry will be there when it is installed.'];
  const changes: FileChange[] = [];
  for (const location of locations) {
    const { snapshot } = await read(location, context);
    warnings.push(...fileWarnings(location, snapshot));
    const change = changeOf(location, context, snapshot, (bytes) =>
      installed(bytes, profile, location, context),
    );
    changes.push(change);
    if (change.after === null) continue;
    const { servers } = parseConfig(decodeConfig(change.after, location.path).text, location);
    const key = keyFor(profile, servers, context.launch);
    if (key !== profile) {
      warnings.push(
        `The name ${profile} is taken by another entry in ${location.path}; ours is named ${key}.`,
      );
    }
  }
  warnings.push(...(await runningWarning(client, locations, context)));
  const plan = publicPlan(client, 'install', profile, changes, warnings);
  return { plan: { ...plan, commandLine: commandLine(plain, context.launch.platform) }, changes };
}

/** Plans taking out a profile's entry. Throws CLIENT_NOTHING_TO_REMOVE where there is none. */
export async function planRemove(
  client: ClientId,
  profile: string,
  locations: readonly Location[],
  context: PlanContext,
): Promise<{ plan: ClientPlan; changes: FileChange[] }> {
  refuseProblems(locations);
  const changes: FileChange[] = [];
  const warnings: string[] = [];
  for (const location of locations) {
    const { snapshot } = await read(location, context);
    if (snapshot === undefined) continue;
    const change = changeOf(location, context, snapshot, (bytes) =>
      removed(bytes, profile, location, context),
    );
    if (change.before !== undefined && change.after?.equals(change.before)) continue;
    warnings.push(...fileWarnings(location, snapshot));
    changes.push(change);
  }
  if (changes.length === 0) {
    throw new AppError(
      'CLIENT_NOTHING_TO_REMOVE',
      `There is no entry of ours for ${profile} in ${locations.map((location) => location.path).join(' or ')}.`,
      'See what is there: catalyst-companion clients list',
    );
  }
  warnings.push(...(await runningWarning(client, locations, context)));
  return { plan: publicPlan(client, 'remove', profile, changes, warnings), changes };
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
      diff: unifiedDiff(change.before?.toString('utf8'), change.after?.toString('utf8'), change.path),
    })),
    commandLine: null,
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

function installed(
  bytes: Buffer | undefined,
  profile: string,
  location: Location,
  { launch }: PlanContext,
): Buffer {
  const { text, bom } = decodeConfig(bytes ?? Buffer.alloc(0), location.path);
  const { servers } = parseConfig(text, location);
  const entry = makeEntry(profile, launch, location.typed);
  const key = keyFor(profile, servers, launch);
  const present = servers[key];
  if (isObject(present) && stateOf(present, entry) === 'ours') {
    return bytes === undefined || bom ? Buffer.from(text) : bytes;
  }
  return Buffer.from(setServer(text, location, key, entry));
}

function removed(
  bytes: Buffer | undefined,
  profile: string,
  location: Location,
  { launch }: PlanContext,
): Buffer | null {
  if (bytes === undefined) return null;
  const { text } = decodeConfig(bytes, location.path);
  const keys = keysOf(profile, parseConfig(text, location).servers, launch);
  if (keys.length === 0) return bytes;
  return Buffer.from(keys.reduce((edited, key) => removeServer(edited, location, key), text));
}

function changeOf(
  location: Location,
  context: PlanContext,
  snapshot: Snapshot | undefined,
  produce: FileChange['produce'],
): FileChange {
  return {
    label: location.label,
    path: location.path,
    hostPath: context.hostPath(location.path),
    roots: rootsOf(location, context),
    before: snapshot?.bytes,
    after: produce(snapshot?.bytes),
    produce,
  };
}

async function read(location: Location, context: PlanContext) {
  const resolved = await resolveConfig(context.hostPath(location.path), rootsOf(location, context));
  return { resolved, snapshot: await readSnapshot(resolved) };
}

/** The home folder; and a folder outside it only where the environment names that for configuration. */
function rootsOf(location: Location, context: PlanContext): string[] {
  const at = flavour(context.launch.platform);
  const home = context.hostPath(context.userHome);
  const outside = at.relative(context.userHome, location.base);
  const inside = !outside.startsWith('..') && !at.isAbsolute(outside);
  return inside ? [home] : [home, context.hostPath(location.base)];
}

function refuseProblems(locations: readonly Location[]): void {
  const problem = locations.find((location) => location.problem !== null)?.problem;
  if (problem) throw problem;
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

function notFound(client: ClientId, locations: readonly Location[]): AppError {
  const label = locations[0]?.label ?? client;
  return new AppError(
    'CLIENT_NOT_FOUND',
    `${label} was not found on this computer; nothing was written.`,
    'Install it and start it once, then try again.',
  );
}
