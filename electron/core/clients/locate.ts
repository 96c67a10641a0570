import type { ClientId } from '../../contract/bridge.ts';
import { claudePosix, claudeWindows } from './locate-claude.ts';
import { configBase, flavour, location, type LocateHost, type Location } from './location.ts';

/**
 * All files of a client that an entry has to stand in, existing or to be made. Several Microsoft Store packages of
 * Claude give one location each, all with problem CLIENT_CONFIG_AMBIGUOUS: then nothing is written.
 */
export async function locate(client: ClientId, host: LocateHost): Promise<Location[]> {
  switch (client) {
    case 'claude-desktop':
      return host.platform === 'win32' ? claudeWindows(host) : claudePosix(host);
    case 'claude-code':
      return [await claudeCode(host)];
    case 'cursor':
      return [await cursor(host)];
    case 'vscode':
      return vscode(host);
  }
}

async function claudeCode(host: LocateHost): Promise<Location> {
  const at = flavour(host.platform);
  const moved = host.env['CLAUDE_CONFIG_DIR'];
  const base = moved && at.isAbsolute(moved) ? moved : host.home;
  const file = at.join(base, '.claude.json');
  const traces = base === host.home ? at.join(base, '.claude') : base;
  const found = (await host.fs.exists(file)) || (await host.fs.isDir(traces));
  return { ...location('claude-code', 'Claude Code (user)', file, base, found), typed: true };
}

async function cursor(host: LocateHost): Promise<Location> {
  const at = flavour(host.platform);
  const dir = at.join(host.home, '.cursor');
  return location('cursor', 'Cursor', at.join(dir, 'mcp.json'), host.home, await host.fs.isDir(dir));
}

const CODES = [
  ['Code', 'VS Code (user)'],
  ['Code - Insiders', 'VS Code Insiders (user)'],
] as const;

/** Stable and Insiders stand beside each other with a file each; where neither is there, the place of the stable one. */
async function vscode(host: LocateHost): Promise<Location[]> {
  const at = flavour(host.platform);
  const base = configBase(host);
  const all = CODES.map(async ([folder, label]): Promise<Location> => {
    const user = at.join(base, folder, 'User');
    const found = await host.fs.isDir(user);
    return {
      ...location('vscode', label, at.join(user, 'mcp.json'), base, found),
      rootKey: 'servers',
      dialect: 'jsonc',
      typed: true,
    };
  });
  const places = await Promise.all(all);
  const found = places.filter((place) => place.found);
  return found.length > 0 ? found : places.slice(0, 1);
}
