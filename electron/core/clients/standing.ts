import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { ClientsOptions, Standing } from './clients.ts';
import { decodeConfig, parseConfig } from './document.ts';
import { makeEntry, ownEntries } from './entry.ts';
import type { Location } from './location.ts';
import { planContext } from './machine.ts';
import { readConfig, writtenAt, type PlanContext } from './plan-context.ts';
import type { Action } from './plan.ts';
import { serversAt } from './targets.ts';
import { noteWritten, type Written } from './written.ts';

/**
 * Keeps what an action of ours has left in a client's files: a fresh record for what was installed, none for what was
 * taken out. To be called under the journal's lock.
 */
export async function remember(
  locations: readonly Location[],
  profile: string,
  action: Action,
  options: ClientsOptions,
): Promise<void> {
  const context = await planContext(options);
  for (const location of locations) {
    const before = writtenAt(location, context);
    const own = await ownAt(location, context);
    const gone = before.filter((each) => !own.some((entry) => entry.key === each.key));
    // what vanished without us is not what was just taken out: it stays missed
    const drop =
      action === 'undo' ? gone : gone.filter((each) => action === 'remove' && each.profile === profile);
    const fresh = own.filter(
      (entry) => entry.state === 'ours' && entry.profile === profile && action === 'install',
    );
    const running = fresh.length > 0 && (await isRunningAt(location, context));
    const add = fresh.map((entry) =>
      recordOf(location, entry, context, { at: options.clock.now(), running }),
    );
    await noteWritten(options.home, add, drop);
    if (action === 'undo') await adopt([location], options);
  }
}

/** Takes in entries of ours that no record knows: written by an earlier version, or brought back by an undo. */
export async function adopt(locations: readonly Location[], options: ClientsOptions): Promise<void> {
  const context = await planContext(options);
  for (const location of locations) {
    const known = writtenAt(location, context);
    const own = await ownAt(location, context);
    const add = own.filter(
      (entry) => entry.state === 'ours' && !known.some((each) => each.key === entry.key),
    );
    const records = add.map((entry) =>
      recordOf(location, entry, context, { at: options.clock.now(), running: false }),
    );
    await noteWritten(
      options.home,
      records.map((each) => ({ ...each, held: true })),
    );
  }
}

/** How the entries that we wrote to one file stand. */
export async function standingsAt(location: Location, context: PlanContext): Promise<Standing[]> {
  const written = writtenAt(location, context);
  if (written.length === 0) return [];
  const about = { label: location.label, hostPath: context.hostPath(location.path) };
  try {
    if (location.problem !== null) throw location.problem;
    const { snapshot } = await readConfig(location, context);
    const text = snapshot && decodeConfig(snapshot.bytes, location.path).text;
    const { value, servers } = parseConfig(text ?? '', location);
    const own = ownEntries(servers, context.launch, location.typed, written);
    const left =
      text === undefined ? 'no file' : Object.hasOwn(value, location.rootKey) ? 'servers' : 'no servers';
    return written.map((each) => ({
      ...about,
      written: each,
      state: own.find((entry) => entry.key === each.key)?.state ?? 'missing',
      left,
    }));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return written.map((each) => ({ ...about, written: each, state: 'unreadable', left: 'servers' }));
  }
}

async function ownAt(location: Location, context: PlanContext) {
  try {
    if (location.problem !== null) return [];
    const servers = await serversAt(location, context);
    return ownEntries(servers, context.launch, location.typed, writtenAt(location, context));
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}

async function isRunningAt(location: Location, context: PlanContext): Promise<boolean> {
  return context.isRunning(location.client, path.dirname(context.hostPath(location.path)));
}

function recordOf(
  location: Location,
  entry: { key: string; profile: string },
  context: PlanContext,
  when: { at: number; running: boolean },
): Written {
  const { command, args, env } = makeEntry(entry.profile, context.launch, location.typed);
  return {
    client: location.client,
    path: location.path,
    key: entry.key,
    profile: entry.profile,
    at: when.at,
    command,
    args,
    ...(env === undefined ? {} : { env }),
    whileRunning: when.running,
    // only Claude Desktop writes its file from memory; the others read it as it changes
    held: location.client !== 'claude-desktop',
    attempts: 0,
    cause: null,
  };
}
