import type { ClientId } from '../../contract/bridge.ts';
import type { Launch } from './entry.ts';
import { flavour, type Location } from './location.ts';
import { resolveConfig } from './resolve.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import type { Written } from './written.ts';

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
  /** The keys that are set or taken out, and those of them that stand there before; none when undoing. */
  keys?: string[];
  present?: string[];
  /** Whether the bytes to be replaced can be had from nowhere else. */
  backup?: boolean;
}

/** What planning needs to know of the machine. */
export interface PlanContext {
  launch: Launch;
  userHome: string;
  hostPath(file: string): string;
  isRunning(client: ClientId, folder: string): Promise<boolean>;
  /** What we wrote once and did not take out again. */
  written: readonly Written[];
  /** Names of a profile's tools as clients see them; undefined while none are known. */
  toolNames(profile: string): Promise<readonly string[] | undefined>;
  /** Claude Code's own program, absolute; null where there is none. */
  claudeCode(): Promise<string | null>;
}

/** What we wrote to one file. */
export function writtenAt(location: Pick<Location, 'client' | 'path'>, context: PlanContext): Written[] {
  return context.written.filter((each) => each.client === location.client && each.path === location.path);
}

/** The change that `produce` makes to a location's file. */
export function changeOf(
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

/** A location's file as it is now; undefined where there is none. Throws CLIENT_CONFIG_UNSAFE. */
export async function readConfig(location: Location, context: PlanContext) {
  const resolved = await resolveConfig(context.hostPath(location.path), rootsOf(location, context));
  return { resolved, snapshot: await readSnapshot(resolved) };
}

/** The home folder; and a folder outside it only where the environment names that for configuration. */
export function rootsOf(location: Location, context: PlanContext): string[] {
  const at = flavour(context.launch.platform);
  const home = context.hostPath(context.userHome);
  const outside = at.relative(context.userHome, location.base);
  const inside = !outside.startsWith('..') && !at.isAbsolute(outside);
  return inside ? [home] : [home, context.hostPath(location.base)];
}
