import { AppError } from '../../contract/errors.ts';
import { configBase, flavour, location, type LocateHost, type Location } from './location.ts';

const CLAUDE_FILE = 'claude_desktop_config.json';

/** `Claude_<publisher hash>`; `Claude-Data` and others are not the app's package. */
const PACKAGE = /^Claude_[A-Za-z0-9]+$/;

/** Claude Desktop on macOS and Linux: the one file, and that of the 3P deployment where its folder is there. */
export async function claudePosix(host: LocateHost): Promise<Location[]> {
  const at = flavour(host.platform);
  const base = configBase(host);
  const dir = at.join(base, 'Claude');
  const file = at.join(dir, CLAUDE_FILE);
  const locations = [claude('Claude Desktop', file, base, await host.fs.isDir(dir))];
  const thirdParty = at.join(base, 'Claude-3p');
  if (await host.fs.isDir(thirdParty)) {
    locations.push(claude('Claude Desktop (3P)', at.join(thirdParty, CLAUDE_FILE), base, true));
  }
  return locations;
}

/**
 * Claude Desktop on Windows. A packaged Claude reads its own copy under LocalCache where that exists and falls
 * through to %APPDATA%\Claude where it does not, so a copy is never made beside an existing classic file: it would
 * hide all the settings in there.
 */
export async function claudeWindows(host: LocateHost): Promise<Location[]> {
  const at = flavour(host.platform);
  const local = host.env['LOCALAPPDATA'] || at.join(host.home, 'AppData', 'Local');
  const roaming = configBase(host);
  const packages = await claudePackages(host, at.join(local, 'Packages'));
  if (packages.length > 1) return packages.map((dir) => ambiguous(packages, at.join(dir, STORE_FILE), local));

  const classicDir = at.join(roaming, 'Claude');
  const classic = at.join(classicDir, CLAUDE_FILE);
  const classicFile = await host.fs.exists(classic);
  const squirrel = await host.fs.isDir(at.join(local, 'AnthropicClaude'));
  const [store] = packages;
  const found: Location[] = [];
  if (store !== undefined) {
    const packaged = at.join(store, STORE_FILE);
    if (!classicFile || (await host.fs.exists(packaged))) {
      found.push(claude('Claude Desktop (Microsoft Store)', packaged, local, true));
    }
  }
  if (found.length === 0 || classicFile || squirrel) {
    const here = classicFile || squirrel || (await host.fs.isDir(classicDir));
    const label = store === undefined || squirrel ? 'Claude Desktop' : 'Claude Desktop (shared folder)';
    found.push(claude(label, classic, roaming, here));
  }
  const thirdParty = await thirdPartyWindows(host, local, store);
  return thirdParty === undefined ? found : [...found, thirdParty];
}

const STORE_FILE = `LocalCache\\Roaming\\Claude\\${CLAUDE_FILE}`;

async function claudePackages(host: LocateHost, folder: string): Promise<string[]> {
  const at = flavour(host.platform);
  const names = (await host.fs.list(folder)).filter((name) => PACKAGE.test(name)).sort();
  const dirs: string[] = [];
  for (const name of names) if (await host.fs.isDir(at.join(folder, name))) dirs.push(at.join(folder, name));
  return dirs;
}

function ambiguous(packages: readonly string[], file: string, base: string): Location {
  const problem = new AppError(
    'CLIENT_CONFIG_AMBIGUOUS',
    `Windows holds ${packages.length} Claude packages and it cannot be told which one is in use: ${packages.join(', ')}. Nothing was written.`,
    'Uninstall the Claude that you no longer use (Settings > Apps), or delete its leftover package folder, then try again.',
  );
  return { ...claude('Claude Desktop (Microsoft Store)', file, base, true), problem };
}

async function thirdPartyWindows(
  host: LocateHost,
  local: string,
  store: string | undefined,
): Promise<Location | undefined> {
  const at = flavour(host.platform);
  const plain = at.join(local, 'Claude-3p');
  const twin = store === undefined ? undefined : at.join(store, 'LocalCache', 'Local', 'Claude-3p');
  const label = 'Claude Desktop (3P)';
  if (twin !== undefined && (await host.fs.exists(at.join(twin, CLAUDE_FILE)))) {
    return claude(label, at.join(twin, CLAUDE_FILE), local, true);
  }
  if (await host.fs.isDir(plain)) return claude(label, at.join(plain, CLAUDE_FILE), local, true);
  if (twin !== undefined && (await host.fs.isDir(twin))) {
    return claude(label, at.join(twin, CLAUDE_FILE), local, true);
  }
  return undefined;
}

function claude(label: string, file: string, base: string, found: boolean): Location {
  return location('claude-desktop', label, file, base, found);
}
