import { AppError } from '../../contract/errors.ts';
import { evaluateSshConfig, portOf } from './evaluate.ts';
import type { ConfigFile, SshConfig } from './load.ts';
import { loadSshConfig } from './load.ts';
import type { SshSurroundings } from './surroundings.ts';
import { sshSurroundings } from './surroundings.ts';

/** An alias that a picker can offer. */
export interface SshHostEntry {
  alias: string;
  hostName: string;
  user: string;
  port: number;
}

/** A picker with more is no picker. */
const MAX_HOSTS = 500;

/** The plain names on Host lines, without patterns and negations, in the files' order. */
function aliasesIn(
  files: readonly ConfigFile[],
  found = new Set<string>(),
  seen = new Set<ConfigFile>(),
): Set<string> {
  for (const file of files) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const line of file.lines) {
      if (line.keyword === 'host')
        for (const name of line.args)
          if (/^[^-!*?\s][^*?\s]*$/.test(name) && found.size < MAX_HOSTS) found.add(name);
      aliasesIn(line.included, found, seen);
    }
  }
  return found;
}

/** Changes of one character that turn one text into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, char] of a.split('').entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (char === b[j] ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** SSH_CONFIG_UNKNOWN_HOST, naming what may have been meant. */
export function unknownHost(config: SshConfig, alias: string): AppError {
  const aliases = [...aliasesIn(config.files)];
  const wanted = alias.toLowerCase();
  const near = aliases
    .map((name) => ({ name, far: distance(wanted, name.toLowerCase()) }))
    .filter(
      ({ name, far }) =>
        far <= Math.max(1, Math.floor(wanted.length / 3)) || name.toLowerCase().includes(wanted),
    )
    .toSorted((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
  const known =
    near.length > 0
      ? `Did you mean ${near.join(' or ')}?`
      : aliases.length > 0
        ? `It knows ${aliases.slice(0, 8).join(', ')}.`
        : '';
  return new AppError(
    'SSH_CONFIG_UNKNOWN_HOST',
    `${config.around.userFile} has no host "${alias}".`,
    `${known} Otherwise give the whole address: --ssh user@host`.trim(),
  );
}

/** The aliases of a configuration, each with what it leads to; those that no line leads to are left out. */
export function hostsIn(config: SshConfig): SshHostEntry[] {
  return [...aliasesIn(config.files)].flatMap((alias) => {
    const found = evaluateSshConfig(config, alias);
    const user = found.settings.get('user')?.values[0] ?? config.around.userName;
    return found.named ? [{ alias, hostName: found.hostName, user, port: portOf(found) }] : [];
  });
}

/** The aliases of the configuration as it is on disk now. Throws SSH_CONFIG_INVALID. */
export async function listSshHosts(around?: Partial<SshSurroundings>): Promise<SshHostEntry[]> {
  return hostsIn(await loadSshConfig(sshSurroundings(around)));
}
