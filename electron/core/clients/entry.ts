import type path from 'node:path';
import type { ClientEntryState } from '../../contract/bridge.ts';
import { ProfileName } from '../../contract/profile.ts';
import { AppError } from '../../contract/errors.ts';
import { isObject } from './document.ts';
import { flavour } from './location.ts';
import { sameStart, type ServerEntry } from './json-edit.ts';
import type { Written } from './written.ts';

/** What an entry is made of on this machine. */
export interface Launch {
  platform: NodeJS.Platform;
  /** The installed stub: a script for `node`, or a program of its own where `node` is null. */
  stub: string;
  /** Absolute path of the Node that runs the app. */
  node: string | null;
  /** The state folder, where it is not the default one. */
  home: string | null;
}

/**
 * The entry for a profile: absolute paths only, since a client starts it with a bare PATH and in any
 * working folder; no secrets, no npx, no shell.
 */
export function makeEntry(profile: string, launch: Launch, typed: boolean): ServerEntry {
  return {
    ...(typed ? { type: 'stdio' as const } : {}),
    command: launch.node ?? launch.stub,
    args: launch.node === null ? [profile] : [launch.stub, profile],
    ...(launch.home === null ? {} : { env: { CATALYST_COMPANION_HOME: launch.home } }),
  };
}

/** The profile that an entry of ours starts; undefined for anybody else's entry. */
export function profileOf(value: unknown, launch: Launch): string | undefined {
  if (!isObject(value) || typeof value['command'] !== 'string') return undefined;
  const args = Array.isArray(value['args']) ? (value['args'] as unknown[]) : [];
  const words = [value['command'], ...args];
  const profile: unknown = words.at(-1);
  if (words.length > 3 || typeof profile !== 'string' || !ProfileName.safeParse(profile).success) {
    return undefined;
  }
  return words.slice(0, -1).some((word) => isStub(word, launch)) ? profile : undefined;
}

/**
 * How an entry that starts our stub compares with what we write today, and with what we wrote once if that is known.
 */
export function stateOf(
  value: unknown,
  entry: ServerEntry,
  written?: Pick<Written, 'command' | 'args' | 'env'>,
): 'ours' | 'moved' | 'changed' {
  if (isObject(value) && sameStart(value, entry)) return 'ours';
  return written !== undefined && isObject(value) && sameStart(value, written) ? 'moved' : 'changed';
}

/** One of our entries in a file. */
export interface OwnEntry {
  key: string;
  profile: string;
  state: ClientEntryState;
}

/** The entries of a file that are ours: those that start our stub, and those that stand where we wrote one. */
export function ownEntries(
  servers: Record<string, unknown>,
  launch: Launch,
  typed: boolean,
  written: readonly Written[],
): OwnEntry[] {
  return Object.entries(servers).flatMap(([key, value]): OwnEntry[] => {
    const record = written.find((each) => each.key === key);
    const profile = profileOf(value, launch);
    if (profile !== undefined) {
      return [{ key, profile, state: stateOf(value, makeEntry(profile, launch, typed), record) }];
    }
    if (record === undefined) return [];
    const moved = isObject(value) && sameStart(value, record);
    return [{ key, profile: record.profile, state: moved ? 'moved' : 'replaced' }];
  });
}

/**
 * The key under which a profile stands or shall stand: the one of our entry for it, else its name, with `-2` and so
 * on where somebody else holds that. At most 16 characters, for the 64 that hosts allow `mcp__<key>__<tool>`.
 */
export function keyFor(
  profile: string,
  servers: Record<string, unknown>,
  launch: Launch,
  written: readonly Written[] = [],
): string {
  const own = keysOf(profile, servers, launch, written);
  const [first] = own;
  if (first !== undefined) return own.includes(profile) ? profile : first;
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `-${number}`;
    const key = profile.slice(0, 16 - suffix.length) + suffix;
    if (!Object.hasOwn(servers, key)) return key;
  }
}

/** All keys whose entries start that profile through our stub, or stand where we wrote one for it. */
export function keysOf(
  profile: string,
  servers: Record<string, unknown>,
  launch: Launch,
  written: readonly Written[] = [],
): string[] {
  return ownEntries(servers, launch, false, written).flatMap((own) =>
    own.profile === profile ? [own.key] : [],
  );
}

/** A command line as one would type it, untruncated; quoted where needed so that its words can be told apart. */
export function commandLine(words: readonly string[], platform: NodeJS.Platform): string {
  const plain = platform === 'win32' ? /^[\w.,:\\/@+=~-]+$/ : /^[\w.,:/@+=~-]+$/;
  const quote = (word: string) => {
    if (plain.test(word)) return word;
    return platform === 'win32' ? `"${word.replaceAll('"', '\\"')}"` : `'${word.replaceAll("'", "'\\''")}'`;
  };
  return words.map(quote).join(' ');
}

/**
 * Refuses a command that would not be there at the client's next start: an AppImage's mount and macOS App
 * Translocation change with every run, a network share may be away, a Downloads folder gets tidied up.
 * Throws CLIENT_UNSTABLE_PATH.
 */
export function checkStable(entry: ServerEntry, launch: Launch): void {
  for (const file of [entry.command, launch.stub]) {
    const reason = unstable(file, launch.platform);
    if (reason === undefined) continue;
    throw new AppError(
      'CLIENT_UNSTABLE_PATH',
      `${file} ${reason}, so a client could not rely on it; nothing was written.`,
      'Install Catalyst Companion to a permanent place on this machine, start it from there, then try again.',
    );
  }
}

function unstable(file: string, platform: NodeJS.Platform): string | undefined {
  const slashes = platform === 'win32' ? file.replaceAll('\\', '/') : file;
  if (/^\/\/(?!\?\/[A-Za-z]:\/)/.test(slashes)) return 'is on a network share';
  if (!flavour(platform).isAbsolute(file)) return 'is not an absolute path';
  if (slashes.startsWith('/tmp/.mount_')) return 'is inside the mount of a running AppImage';
  if (/\/AppTranslocation\//i.test(slashes)) return 'is a temporary copy that macOS made (App Translocation)';
  if (/\/Downloads\//i.test(slashes)) return 'is in a Downloads folder';
  return undefined;
}

function isStub(word: unknown, launch: Launch): boolean {
  if (typeof word !== 'string') return false;
  const at: path.PlatformPath = flavour(launch.platform);
  const folded = (file: string) => {
    const normal = at.normalize(file);
    return launch.platform === 'win32' || launch.platform === 'darwin' ? normal.toLowerCase() : normal;
  };
  return folded(word) === folded(launch.stub);
}
