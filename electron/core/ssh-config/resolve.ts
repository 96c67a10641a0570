import { AppError } from '../../contract/errors.ts';
import type { Evaluated, Given, Setting } from './evaluate.ts';
import { evaluateSshConfig, portOf } from './evaluate.ts';
import { unknownHost } from './hosts.ts';
import type { JumpSpec } from './jump-spec.ts';
import { readJump } from './jump-spec.ts';
import type { Place, SshNote } from './lines.ts';
import { invalidLine } from './lines.ts';
import type { SshConfig } from './load.ts';
import { loadSshConfig } from './load.ts';
import type { SshSurroundings } from './surroundings.ts';
import { sshSurroundings } from './surroundings.ts';
import type { Tokens } from './tokens.ts';
import { expandPath, localTokens } from './tokens.ts';
import { readFlag, readInteger, readSeconds } from './values.ts';

/** A path with the line that names it. */
export interface NamedFile extends Place {
  readonly path: string;
}

/** What ssh would do for one alias, as far as it is taken over here. */
export interface ResolvedSshHost {
  readonly alias: string;
  readonly hostName: string;
  readonly user: string;
  readonly port: number;
  /** As the configuration names them, in its order; undefined where it names none and ssh would try its usual ones. */
  readonly identityFiles: readonly NamedFile[] | undefined;
  readonly identitiesOnly: boolean;
  /** A socket's path, `none`, or undefined for the system's own (SSH_AUTH_SOCK). */
  readonly identityAgent: string | undefined;
  readonly certificateFiles: readonly NamedFile[];
  /** The first one dialled first; each resolved by its own alias. */
  readonly jumps: readonly ResolvedSshHost[];
  readonly hostKeyAlias: string | undefined;
  /** Undefined where none is named and ssh would read its usual ones. */
  readonly userKnownHostsFiles: readonly NamedFile[] | undefined;
  /** Seconds; 0 is off. */
  readonly serverAliveInterval: number | undefined;
  readonly serverAliveCountMax: number | undefined;
  /** Seconds. */
  readonly connectTimeout: number | undefined;
  /** Ways to sign in that the configuration leaves open. */
  readonly publicKeys: boolean;
  readonly passwords: boolean;
  readonly notes: readonly SshNote[];
  /** Whether the configuration names this host, rather than saying things of all. */
  readonly named: boolean;
}

/** More than anybody needs; an ssh that jumps in a circle would never end. */
const MAX_JUMPS = 8;

function tokensOf(found: Evaluated, user: string, port: number, around: SshSurroundings): Tokens {
  const { alias, hostName, settings } = found;
  const key = settings.get('hostkeyalias')?.values[0]?.toLowerCase() ?? alias;
  return { ...localTokens(around), h: hostName, n: alias, p: String(port), r: user, k: key };
}

/** Whether a method is let through by PreferredAuthentications; without it all are. */
function preferred(found: Evaluated, methods: readonly string[]): boolean {
  const list = found.settings.get('preferredauthentications')?.values[0]?.split(',');
  return list === undefined || methods.some((method) => list.includes(method));
}

function flag(found: Evaluated, keyword: string, otherwise: boolean): boolean {
  const text = found.settings.get(keyword)?.values[0] ?? '';
  return readFlag(text) ?? otherwise;
}

/** Reads the settings of one host, with the place of each at hand for messages. */
class Reader {
  readonly notes: SshNote[] = [];
  readonly #tokens: Tokens;
  readonly #around: SshSurroundings;

  constructor(tokens: Tokens, around: SshSurroundings) {
    this.#tokens = tokens;
    this.#around = around;
  }

  /** Paths of a setting; `none` is left out, and so is what cannot be expanded, with a note. */
  paths(keyword: string, { file, line, values }: Setting): NamedFile[] {
    return values.flatMap((value) => {
      if (value.toLowerCase() === 'none') return [];
      const expanded = expandPath(value, this.#tokens, this.#around);
      if (!('problem' in expanded)) return [{ file, line, path: expanded.text }];
      this.notes.push({ file, line, text: `${keyword} ${value} was left out: ${expanded.problem}` });
      return [];
    });
  }

  /** IdentityAgent: `none`, the variable's name, `$VARIABLE`, or a path. */
  agent(setting: Setting | undefined): string | undefined {
    const text = setting?.values[0];
    if (!setting || text === undefined || text === 'SSH_AUTH_SOCK') return undefined;
    if (text === 'none') return text;
    const variable = /^\$(?!\{)(.*)$/.exec(text)?.[1];
    if (variable !== undefined) return this.#around.env[variable] || 'none';
    const [found] = this.paths('IdentityAgent', setting);
    // ssh's way to read a line takes one backslash of \\.\pipe\… away
    return found ? found.path.replace(/^\\(?=\.\\pipe\\)/, '\\\\') : 'none';
  }
}

function seconds(found: Evaluated, keyword: string): number | undefined {
  return readSeconds(found.settings.get(keyword)?.values[0] ?? '');
}

function withoutJumps(config: SshConfig, found: Evaluated): Omit<ResolvedSshHost, 'jumps'> {
  const { around } = config;
  const { settings, identityFiles, certificateFiles } = found;
  const user = settings.get('user')?.values[0] ?? around.userName;
  const port = portOf(found);
  const reader = new Reader(tokensOf(found, user, port, around), around);
  const knownHosts = settings.get('userknownhostsfile');
  const batch = flag(found, 'batchmode', false);
  const typed =
    flag(found, 'passwordauthentication', true) || flag(found, 'kbdinteractiveauthentication', true);
  return {
    alias: found.alias,
    hostName: found.hostName,
    user,
    port,
    identityFiles:
      identityFiles.length > 0
        ? identityFiles.flatMap((each) => reader.paths('IdentityFile', each))
        : undefined,
    identitiesOnly: flag(found, 'identitiesonly', false),
    identityAgent: reader.agent(settings.get('identityagent')),
    certificateFiles: certificateFiles.flatMap((each) => reader.paths('CertificateFile', each)),
    hostKeyAlias: settings.get('hostkeyalias')?.values[0]?.toLowerCase(),
    userKnownHostsFiles: knownHosts && reader.paths('UserKnownHostsFile', knownHosts),
    serverAliveInterval: seconds(found, 'serveraliveinterval'),
    serverAliveCountMax: readInteger(settings.get('serveralivecountmax')?.values[0] ?? ''),
    connectTimeout: seconds(found, 'connecttimeout'),
    publicKeys: flag(found, 'pubkeyauthentication', true) && preferred(found, ['publickey']),
    passwords: typed && !batch && preferred(found, ['password', 'keyboard-interactive']),
    notes: [...found.notes, ...reader.notes],
    named: found.named,
  };
}

const nameOf = ({ user, hostName, port }: Omit<ResolvedSshHost, 'jumps'>) => `${user}@${hostName}:${port}`;

function checkLoop(way: readonly string[], place: Place): void {
  const last = way.at(-1) ?? '';
  if (way.indexOf(last) === way.length - 1 && way.length <= MAX_JUMPS + 1) return;
  const what = `the jump hosts go in a circle or are more than ${MAX_JUMPS}: ${way.join(' → ')}`;
  if (place.line > 0) throw invalidLine(place, what);
  throw new AppError(
    'SSH_CONFIG_INVALID',
    `${what[0]?.toUpperCase()}${what.slice(1)}.`,
    'Name other jump hosts.',
  );
}

/** How ssh runs itself for a jump host: its alias with the user and port of the spec, and the hops before it as -J. */
function resolveWith(
  config: SshConfig,
  spec: JumpSpec,
  jump: string | undefined,
  way: readonly string[],
): ResolvedSshHost {
  const given: Given = { user: spec.user, port: spec.port, jump };
  const found = evaluateSshConfig(config, spec.alias, given);
  const host = withoutJumps(config, found);
  const setting = found.settings.get('proxyjump');
  const here = [...way, nameOf(host)];
  checkLoop(here, setting ?? { file: '', line: 0 });
  const text = setting?.values[0] ?? 'none';
  const specs = readJump(text) ?? [];
  const last = specs.at(-1);
  if (!last) return { ...host, jumps: [] };
  const before = text.replace(/#.*$/s, '').trim().split(',').slice(0, -1).join(',');
  const hop = resolveWith(config, last, before || undefined, here);
  return { ...host, jumps: [...hop.jumps, { ...hop, jumps: [] }] };
}

/**
 * What ssh would do for `ssh alias`, with every jump host resolved by its own alias as OpenSSH does. Pure.
 * Throws SSH_CONFIG_INVALID for a line that ssh would refuse and for jump hosts in a circle.
 */
export function resolveInConfig(config: SshConfig, alias: string, given: Given = {}): ResolvedSshHost {
  const { user, port, jump } = given;
  const spec = { alias, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
  return resolveWith(config, spec, jump, []);
}

/**
 * Throws SSH_CONFIG_UNKNOWN_HOST for an alias, or a jump host's, that no line names and that is no whole host name
 * either: more likely a slip than a machine. `whole` are those that pass all the same.
 */
export function checkKnown(
  config: SshConfig,
  resolved: ResolvedSshHost,
  whole: readonly string[] = [],
): void {
  for (const { named, hostName, alias } of [resolved, ...resolved.jumps]) {
    const isName = named || /[.:]/.test(hostName) || hostName === 'localhost' || whole.includes(alias);
    if (!isName) throw unknownHost(config, alias);
  }
}

/** `resolveInConfig` and `checkKnown` with the configuration as it is on disk now. */
export async function resolveSshHost(
  alias: string,
  options: Given & { around?: Partial<SshSurroundings> } = {},
): Promise<ResolvedSshHost> {
  const { around, ...given } = options;
  const config = await loadSshConfig(sshSurroundings(around));
  const resolved = resolveInConfig(config, alias, given);
  checkKnown(config, resolved);
  return resolved;
}
