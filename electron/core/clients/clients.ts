import { randomUUID } from 'node:crypto';
import fs from 'node:fs/promises';
import { ClientId, type ClientPlan, type ClientTarget } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import { ProfileName } from '../../contract/profile.ts';
import { makeHome, type Home } from '../files.ts';
import type { Clock, Log } from '../ports.ts';
import { sha256 } from './backup.ts';
import { forgetChanges, journalFile, recordChange, type Change } from './journal.ts';
import { locate } from './locate.ts';
import { flavour, type LocateHost } from './location.ts';
import { withLock } from './lock.ts';
import { planInstall, planRemove, targetAt, type Action, type FileChange, type PlanContext } from './plan.ts';
import { createRunningProbe, type RunningProbe } from './running.ts';
import { checkStub, installStub, stubPath } from './stub-install.ts';
import { planUndo } from './undo.ts';
import { changed, removeFolders, writeConfig, type Commit, type WriterOptions } from './writer.ts';

export interface ClientsOptions {
  home: Home;
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  userHome: string;
  /** The built stub: a script, or a single executable (then `nodePath` is null). */
  stubFile: string;
  /** Absolute path of the Node that runs the app. */
  nodePath: string | null;
  /** Whether `home` is where a stub looks by itself; if not, entries carry CATALYST_COMPANION_HOME. */
  defaultHome: boolean;
  clock: Clock;
  log: Log;
  /** Default: looks at the processes of this machine. */
  isRunning?: RunningProbe;
  /** How this host's file system spells a path of `platform`; for trying Windows trees on another system. */
  hostPath?: (path: string) => string;
  lock?: WriterOptions['lock'];
  onStep?: WriterOptions['onStep'];
  rename?: WriterOptions['rename'];
}

export interface Clients {
  /** Every file of every client, with our entries and whose else stand there. Problems are in the targets. */
  list(): Promise<ClientTarget[]>;
  /** What an action would change, and its token. Throws CLIENT_* for what stands in the way; writes nothing. */
  preview(client: ClientId, profile: string, action: Action): Promise<ClientPlan>;
  /** Carries out what the preview with that token showed; CLIENT_CONFIG_CHANGED when it would no longer be that. */
  apply(client: ClientId, profile: string, action: Action, token: string): Promise<ClientPlan>;
}

interface Planned {
  plan: ClientPlan;
  changes: FileChange[];
  /** Present when undoing. */
  change?: Change;
  forget?: string[];
}

/** Reads and writes the configurations of Claude Desktop and of the other clients. Holds nothing that needs closing. */
export function createClients(options: ClientsOptions): Clients {
  const host = locateHost(options);
  const context = planContext(options);
  const plan = async (client: ClientId, profile: string, action: Action): Promise<Planned> => {
    if (action === 'undo') return planUndo(client, options.home);
    const name = ProfileName.safeParse(profile);
    if (!name.success) {
      throw new AppError(
        'PROFILE_INVALID',
        `${profile} is not a profile's name.`,
        'Use 1 to 16 of a-z, 0-9 and -.',
      );
    }
    const locations = await locate(client, host);
    if (action === 'remove') return planRemove(client, profile, locations, context);
    await checkStub(options.stubFile);
    const planned = await planInstall(client, profile, locations, context);
    planned.plan.warnings.push(...(await twinWarning(client, profile, host, context)));
    return planned;
  };
  return {
    async list() {
      const locations = await Promise.all(ClientId.options.map((client) => locate(client, host)));
      return Promise.all(locations.flat().map((location) => targetAt(location, context)));
    },
    async preview(client, profile, action) {
      return (await plan(client, profile, action)).plan;
    },
    async apply(client, profile, action, token) {
      await makeHome(options.home);
      const lock = { clock: options.clock, ...options.lock };
      return withLock(journalFile(options.home), lock, async () => {
        const planned = await plan(client, profile, action);
        if (planned.plan.token !== token) throw changed(planned.plan.files[0]?.path ?? client);
        if (action === 'install')
          await installStub({ from: options.stubFile, home: options.home, platform: options.platform });
        if (action === 'undo') await undo(planned, options);
        else await carryOut(planned, client, profile, action, options);
        return planned.plan;
      });
    },
  };
}

/** The Code tab of Claude Desktop reads Claude Code's file as well (facts/mcp.md 1.2). */
async function twinWarning(client: ClientId, profile: string, host: LocateHost, context: PlanContext) {
  if (client !== 'claude-desktop' && client !== 'claude-code') return [];
  const twins = await locate(client === 'claude-code' ? 'claude-desktop' : 'claude-code', host);
  const targets = await Promise.all(twins.map((location) => targetAt(location, context)));
  const twin = targets.find((target) => target.entries.some((entry) => entry.profile === profile));
  if (twin === undefined) return [];
  return [
    `${profile} stands in ${twin.path} too; the Code tab of Claude Desktop reads both and will show it twice.`,
  ];
}

async function carryOut(
  { changes }: Planned,
  client: ClientId,
  profile: string,
  action: 'install' | 'remove',
  options: ClientsOptions,
): Promise<void> {
  const change: Change = { id: randomUUID(), at: options.clock.now(), client, profile, action, files: [] };
  const done: { file: FileChange; commit: Commit }[] = [];
  try {
    for (const file of changes) {
      const written = change.files;
      const commit = await write(file, true, options, async (about) => {
        change.files = [...written, { ...about, path: file.hostPath }];
        await recordChange(options.home, change);
      });
      if (commit !== undefined) done.push({ file, commit });
      options.log.info('client configuration', {
        client,
        action,
        path: file.path,
        changed: commit !== undefined,
      });
    }
  } catch (error) {
    // Two files of one client are one change for the user: both or none.
    let clean = true;
    for (const { file, commit } of done.toReversed())
      clean = (await takeBack(file, commit, options)) && clean;
    if (clean) await forgetChanges(options.home, [change.id]);
    throw error;
  }
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

async function undo({ changes, change, forget = [] }: Planned, options: ClientsOptions): Promise<void> {
  for (const file of changes) await write(file, false, options, async () => {});
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

function planContext(options: ClientsOptions): PlanContext {
  return {
    launch: {
      platform: options.platform,
      stub: stubPath(options.stubFile, options.home),
      node: options.nodePath,
      home: options.defaultHome ? null : options.home.dir,
    },
    userHome: options.userHome,
    hostPath: options.hostPath ?? ((file) => file),
    isRunning: options.isRunning ?? createRunningProbe(options),
  };
}

function locateHost(options: ClientsOptions): LocateHost {
  const { platform, env, userHome, hostPath = (file: string) => file } = options;
  const quietly = async <T>(ask: Promise<T>, otherwise: T) => ask.catch(() => otherwise);
  return {
    platform,
    env,
    home: flavour(platform).normalize(userHome),
    fs: {
      exists: (file) =>
        quietly(
          fs.lstat(hostPath(file)).then(() => true),
          false,
        ),
      isDir: (file) =>
        quietly(
          fs.stat(hostPath(file)).then((stat) => stat.isDirectory()),
          false,
        ),
      list: (file) => quietly(fs.readdir(hostPath(file)), []),
    },
  };
}
