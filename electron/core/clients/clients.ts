import { ClientId, type ClientPlan, type ClientTarget } from '../../contract/bridge.ts';
import { AppError } from '../../contract/errors.ts';
import { ProfileName } from '../../contract/profile.ts';
import { makeHome, type Home } from '../files.ts';
import type { Clock, Log } from '../ports.ts';
import { carryOut, undo } from './apply.ts';
import type { RunProgram } from './claude-code.ts';
import { inspect, type Inspection } from './inspect.ts';
import { changesOf, journalFile } from './journal.ts';
import { locate } from './locate.ts';
import type { LocateHost } from './location.ts';
import { withLock } from './lock.ts';
import { locateHost, planContext } from './machine.ts';
import { planInstall, planRemove, type Action } from './plan.ts';
import type { PlanContext } from './plan-context.ts';
import type { Planned } from './planned.ts';
import { createRunningProbe, type RunningProbe } from './running.ts';
import { adopt, remember, standingsAt } from './standing.ts';
import { checkStub, installStub } from './stub-install.ts';
import { targetAt } from './targets.ts';
import { planUndo } from './undo.ts';
import { changed, type WriterOptions } from './writer.ts';
import { isSamePlace, noteWritten, writtenEntries, type Written } from './written.ts';

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
  /** Names of a profile's tools as clients see them, for their limits; undefined while none are known. Default: none asked. */
  toolNames?: (profile: string) => Promise<readonly string[] | undefined>;
  /** Finds Claude Code's program; default: in PATH and the usual places. */
  findClaudeCode?: () => Promise<string | null>;
  runProgram?: RunProgram;
  lock?: WriterOptions['lock'];
  onStep?: WriterOptions['onStep'];
  rename?: WriterOptions['rename'];
  unlink?: WriterOptions['unlink'];
}

/** How an entry of ours stands now. `missing`: it is not in the file, or there is no file. */
export interface Standing {
  written: Written;
  label: string;
  state: 'ours' | 'moved' | 'changed' | 'replaced' | 'missing' | 'unreadable';
  /** What is left where it is missing: no file, a file without any place for servers, or one with it. */
  left: 'no file' | 'no servers' | 'servers';
  /** The file as this host's file system spells it. */
  hostPath: string;
}

export interface Clients {
  /** Every file of every client, with our entries and whose else stand there. Problems are in the targets. */
  list(): Promise<ClientTarget[]>;
  /**
   * What an action would change, and its token. Throws CLIENT_* for what stands in the way; writes nothing.
   * `despiteChanges`: an undo that also takes away what others changed since.
   */
  preview(client: ClientId, profile: string, action: Action, despiteChanges?: boolean): Promise<ClientPlan>;
  /** Carries out what the preview with that token showed; CLIENT_CONFIG_CHANGED when it would no longer be that. */
  apply(
    client: ClientId,
    profile: string,
    action: Action,
    token: string,
    despiteChanges?: boolean,
  ): Promise<ClientPlan>;
  /** What stands in every file, command lines included, for the doctor. Writes nothing. */
  inspect(): Promise<Inspection>;
  /** How every entry that we wrote stands now; entries of ours that were not known yet are taken in. */
  standings(): Promise<Standing[]>;
  /** Replaces what is kept of an entry, if it still is; `forget`: it is not missed any more. */
  keep(written: Written): Promise<void>;
  forget(written: Written): Promise<void>;
  isRunning(client: ClientId, folder: string): Promise<boolean>;
}

/** Reads and writes the configurations of Claude Desktop and of the other clients. Holds nothing that needs closing. */
export function createClients(options: ClientsOptions): Clients {
  const host = locateHost(options);
  const lock = { clock: options.clock, ...options.lock };
  const locked = <T>(work: () => Promise<T>) => withLock(journalFile(options.home), lock, work);
  const everywhere = async () =>
    (await Promise.all(ClientId.options.map((client) => locate(client, host)))).flat();
  return {
    async list() {
      const context = await planContext(options);
      const targets = await Promise.all((await everywhere()).map((location) => targetAt(location, context)));
      return Promise.all(targets.map((target) => withLastChange(target, options.home)));
    },
    async preview(client, profile, action, despiteChanges) {
      const context = await planContext(options);
      return (await planFor(client, profile, action, { despiteChanges, options, host, context })).plan;
    },
    async apply(client, profile, action, token, despiteChanges) {
      await makeHome(options.home);
      return locked(async () => {
        const context = await planContext(options);
        const planned = await planFor(client, profile, action, { despiteChanges, options, host, context });
        if (planned.plan.token !== token) throw changed(planned.plan.files[0]?.path ?? client);
        if (action === 'install')
          await installStub({ from: options.stubFile, home: options.home, platform: options.platform });
        if (action === 'undo') await undo(planned, options);
        else await carryOut(planned, client, profile, action, options, context);
        await remember(await locate(client, host), profile, action, options);
        return planned.plan;
      });
    },
    inspect: () => inspect(options),
    async standings() {
      const locations = await everywhere();
      await makeHome(options.home);
      // under the lock, so that what another of ours just takes out is never taken for lost
      return locked(async () => {
        await adopt(locations, options);
        const context = await planContext(options);
        return (await Promise.all(locations.map((location) => standingsAt(location, context)))).flat();
      });
    },
    keep: (written) =>
      locked(async () => {
        const there = (await writtenEntries(options.home)).some((each) => isSamePlace(each, written));
        if (there) await noteWritten(options.home, [written]);
      }),
    forget: (written) => locked(() => noteWritten(options.home, [], [written])),
    isRunning: options.isRunning ?? createRunningProbe(options),
  };
}

async function withLastChange(target: ClientTarget, home: Home): Promise<ClientTarget> {
  const last = (await changesOf(home, target.client)).at(-1);
  if (last === undefined) return target;
  return { ...target, lastChange: { action: last.action, profile: last.profile, at: last.at } };
}

interface Planning {
  despiteChanges: boolean | undefined;
  options: ClientsOptions;
  host: LocateHost;
  context: PlanContext;
}

async function planFor(
  client: ClientId,
  profile: string,
  action: Action,
  { despiteChanges, options, host, context }: Planning,
): Promise<Planned> {
  if (action === 'undo') return { ...(await planUndo(client, options.home, despiteChanges)), program: null };
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
}

/** The Code tab of Claude Desktop reads Claude Code's file as well. */
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
