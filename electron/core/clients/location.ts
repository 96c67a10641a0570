import path from 'node:path';
import type { ClientId } from '../../contract/bridge.ts';
import type { AppError } from '../../contract/errors.ts';

/** What the search may ask of a machine; injected, so that a Windows tree can be searched on any host. */
export interface LocateHost {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder, absolute, in the platform's own spelling. */
  home: string;
  fs: {
    /** Whether anything has that name, a dangling link included. */
    exists(path: string): Promise<boolean>;
    isDir(path: string): Promise<boolean>;
    /** Names inside a folder; empty where it cannot be read. */
    list(path: string): Promise<readonly string[]>;
  };
}

/** One file in which a client keeps its servers. */
export interface Location {
  client: ClientId;
  label: string;
  path: string;
  /** The folder that the system names for such files; the file has to be in it, or in the home folder. */
  base: string;
  /** Whether the client, or a trace of it, is on this machine. */
  found: boolean;
  /** Where the servers stand in the file. */
  rootKey: 'mcpServers' | 'servers';
  /** `json`: the client reads strict JSON, comments break it. `jsonc`: comments and trailing commas are allowed. */
  dialect: 'json' | 'jsonc';
  /** Whether an entry carries `"type": "stdio"`. */
  typed: boolean;
  problem: AppError | null;
}

/** Windows and POSIX spell paths differently; the flavour follows the platform asked about, not the host. */
export function flavour(platform: NodeJS.Platform): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}

/** The folder of per-user configuration: %APPDATA%, ~/Library/Application Support, $XDG_CONFIG_HOME. */
export function configBase(host: LocateHost): string {
  const at = flavour(host.platform);
  if (host.platform === 'win32') return host.env['APPDATA'] || at.join(host.home, 'AppData', 'Roaming');
  if (host.platform === 'darwin') return at.join(host.home, 'Library', 'Application Support');
  const xdg = host.env['XDG_CONFIG_HOME'];
  // The XDG specification has relative values ignored.
  return xdg && at.isAbsolute(xdg) ? xdg : at.join(host.home, '.config');
}

/** A location of strict JSON with `mcpServers`, nothing wrong with it. */
export function location(
  client: ClientId,
  label: string,
  file: string,
  base: string,
  found: boolean,
): Location {
  return {
    client,
    label,
    path: file,
    base,
    found,
    rootKey: 'mcpServers',
    dialect: 'json',
    typed: false,
    problem: null,
  };
}
