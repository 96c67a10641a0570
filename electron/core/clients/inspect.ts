import fs from 'node:fs/promises';
import { ClientId } from '../../contract/bridge.ts';
import type { ClientEntryState } from '../../contract/bridge.ts';
import type { ErrorShape } from '../../contract/errors.ts';
import { asAppError } from '../../contract/errors.ts';
import { decodeConfig, isObject, parseConfig } from './document.ts';
import type { ClientsOptions } from './clients.ts';
import { ownEntries } from './entry.ts';
import { locate } from './locate.ts';
import { flavour, type LocateHost, type Location } from './location.ts';
import { locateHost, planContext } from './machine.ts';
import { readConfig, writtenAt, type PlanContext } from './plan-context.ts';
import { isInstalled } from './stub-install.ts';

/** An entry of ours as it stands in a file, with what the client would start by it. */
export interface WrittenEntry {
  key: string;
  profile: string;
  state: ClientEntryState;
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** One configuration file as it is now; what is wrong with it is in `problem`. */
export interface InspectedFile {
  client: ClientId;
  label: string;
  /** As the client spells it. */
  path: string;
  found: boolean;
  exists: boolean;
  problem: ErrorShape | null;
  /** It begins with a byte order mark, which makes Claude drop all servers. */
  bom: boolean;
  entries: WrittenEntry[];
  others: string[];
  /** Whether `isLocalDevMcpEnabled` is set to false in it, at the top or among its preferences. */
  localServersOff: boolean;
  /** Folders where this client's logs may be, as this host spells them. */
  logDirs: string[];
  running: boolean;
  /** When we wrote the entry of each profile that has to stand here; milliseconds since the epoch. */
  written: Record<string, number>;
}

export interface Inspection {
  files: InspectedFile[];
  /** The installed program that entries start. `current`: the very one of this version. */
  stub: { path: string; exists: boolean; current: boolean };
}

/** Reads every configuration file of every client, and looks at the installed bridge program. Writes nothing, never rejects for what is in a file. */
export async function inspect(options: ClientsOptions): Promise<Inspection> {
  const host = locateHost(options);
  const context = await planContext(options);
  const locations = await Promise.all(ClientId.options.map((client) => locate(client, host)));
  const files = await Promise.all(locations.flat().map((location) => fileAt(location, host, context)));
  const installed = context.launch.stub;
  const exists = await fs.access(installed).then(
    () => true,
    () => false,
  );
  const current =
    exists && (await isInstalled(options.stubFile, installed, host.platform).catch(() => false));
  return { files, stub: { path: installed, exists, current } };
}

async function fileAt(location: Location, host: LocateHost, context: PlanContext): Promise<InspectedFile> {
  const { client, label, path, found } = location;
  const folder = context.hostPath(flavour(host.platform).dirname(path));
  const file: InspectedFile = {
    client,
    label,
    path,
    found,
    exists: false,
    problem: null,
    bom: false,
    entries: [],
    others: [],
    localServersOff: false,
    logDirs: client === 'claude-desktop' ? logDirs(path, host).map((dir) => context.hostPath(dir)) : [],
    running: await context.isRunning(client, folder),
    written: Object.fromEntries(writtenAt(location, context).map(({ profile, at }) => [profile, at])),
  };
  try {
    if (location.problem !== null) throw location.problem;
    const { snapshot } = await readConfig(location, context);
    if (snapshot === undefined) return file;
    file.exists = true;
    const { text, bom } = decodeConfig(snapshot.bytes, path);
    file.bom = bom;
    const { value, servers } = parseConfig(text, location);
    file.localServersOff = [value, value['preferences']].some(
      (place) => isObject(place) && place['isLocalDevMcpEnabled'] === false,
    );
    const own = ownEntries(servers, context.launch, location.typed, writtenAt(location, context));
    file.others = Object.keys(servers).filter((key) => !own.some((entry) => entry.key === key));
    file.entries = own.map((entry) => ({ ...entry, ...startOf(servers[entry.key]) }));
  } catch (error) {
    file.problem = asAppError(error).shape();
  }
  return file;
}

function startOf(entry: unknown): Pick<WrittenEntry, 'command' | 'args' | 'env'> {
  const { command, args, env } = isObject(entry) ? entry : {};
  const words = Array.isArray(args) ? args.map(String) : [];
  const settings = isObject(env) ? Object.entries(env).map(([name, value]) => [name, String(value)]) : [];
  return {
    command: typeof command === 'string' ? command : '',
    args: words,
    env: Object.fromEntries(settings) as Record<string, string>,
  };
}

/** Beside the configuration; in the package's other spelling and in the classic place too, since builds differ. */
function logDirs(config: string, host: LocateHost): string[] {
  const at = flavour(host.platform);
  const folder = at.dirname(config);
  if (host.platform === 'darwin') return [at.join(host.home, 'Library', 'Logs', at.basename(folder))];
  if (host.platform !== 'win32') return [at.join(folder, 'logs')];
  const roaming = host.env['APPDATA'] || at.join(host.home, 'AppData', 'Roaming');
  return [...new Set([at.join(folder, 'logs'), at.join(folder, 'Logs'), at.join(roaming, 'Claude', 'logs')])];
}
