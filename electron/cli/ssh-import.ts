import type { Profile, SshAuth, SshLink } from '../contract/profile.ts';
import { ExposedPort, ProfileName } from '../contract/profile.ts';
import { parseSshTarget } from '../contract/ssh-target.ts';
import { AppError } from '../contract/errors.ts';
import type { SshConfigReader } from '../core/ssh-config/import-link.ts';
import { readTarget } from '../core/ssh-config/jump-spec.ts';
import type { SshNote } from '../core/ssh-config/lines.ts';
import type { ImportedLink } from '../core/ssh-config/to-link.ts';
import { usage } from './output.ts';

/** An SSH link as the options describe it: what they do not say comes from ~/.ssh/config. */
export interface SshRequest {
  kind: 'ssh';
  alias: string;
  user: string | undefined;
  port: number | undefined;
  /** Ways to sign in that were given; they take the place of the configuration's. */
  auth: SshAuth[];
  /** As given, one hop each. */
  jump: string[];
  /** Ports of this computer to open; none unless asked for. */
  expose: ExposedPort[];
}

/** `alias`, `alias:port` or `user@host[:port]`. Throws USAGE. */
export function sshRequest(value: string): SshRequest {
  const target = readTarget(value);
  const whole = !value.includes('@') || parseSshTarget(value) !== undefined;
  if (!target || !whole || value.startsWith('ssh://'))
    throw usage(`--ssh takes user@host, user@host:port or a host of ~/.ssh/config, not "${value}".`);
  return {
    kind: 'ssh',
    alias: target.alias,
    user: target.user,
    port: target.port,
    auth: [],
    jump: [],
    expose: [],
  };
}

/** One hop of --jump. Throws USAGE. */
export function checkJump(value: string): string {
  if (readTarget(value)) return value;
  throw usage(
    `--jump takes user@host, user@host:port or a host of ~/.ssh/config, several with commas, not "${value}".`,
  );
}

/** `LOCAL:PORT` or `LOCAL:HOST:PORT`, as ssh's -L has it. Throws USAGE. */
export function exposedPort(value: string): ExposedPort {
  const [, local, host = '127.0.0.1', port] = /^(\d+):(?:([^:\s]+|\[[^\]]+\]):)?(\d+)$/.exec(value) ?? [];
  const parsed = ExposedPort.safeParse({
    localPort: Number(local),
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
  });
  if (parsed.success) return parsed.data;
  throw usage(`--expose takes LOCALPORT:PORT or LOCALPORT:HOST:PORT, not "${value}".`);
}

/** Hosts that were written out with a user, so that they need not be in the configuration. */
function wholeHosts({ alias, user, jump }: SshRequest): string[] {
  const hops = jump.flatMap((each) => readTarget(each) ?? []);
  return [{ alias, user }, ...hops].flatMap((each) => (each.user === undefined ? [] : [each.alias]));
}

/**
 * The link that was asked for, completed from ~/.ssh/config as `ssh` would: what was said wins. Where that file cannot
 * be used, a link whose hosts were all given with a user does without it, and a note says so.
 * Throws SSH_CONFIG_INVALID and SSH_CONFIG_UNKNOWN_HOST.
 */
export async function requestedLink(request: SshRequest, reader: SshConfigReader): Promise<ImportedLink> {
  const { alias, user, port, jump, auth } = request;
  const given = { user, port, ...(jump.length > 0 ? { jump: jump.join(',') } : {}) };
  const whole = wholeHosts(request);
  let found: ImportedLink;
  try {
    found = await reader.link(alias, given, whole);
  } catch (error) {
    const complete = whole.length === jump.length + 1;
    if (!complete || !(error instanceof AppError) || error.code !== 'SSH_CONFIG_INVALID') throw error;
    const { link, notes } = await reader.plainLink(alias, given);
    found = {
      link,
      notes: [{ file: '', line: 0, text: `Nothing was taken over. ${error.message}` }, ...notes],
    };
  }
  const link = {
    ...found.link,
    ...(auth.length > 0 ? { auth } : {}),
    ...(request.expose.length > 0 ? { expose: request.expose } : {}),
  };
  return { ...found, link };
}

/** A profile's name from an alias: in lower case, with - for what a name cannot hold. Throws USAGE where that is none. */
export function nameFromAlias(alias: string): string {
  const { alias: host } = readTarget(alias) ?? { alias };
  const name = host
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (ProfileName.safeParse(name).success) return name;
  throw usage(
    `No profile's name can be made of "${alias}".`,
    'Give one of 1 to 16 of a-z, 0-9 and -: --name NAME',
  );
}

/** A note as one line, with the place that it is about. */
export function noteText({ file, line, text }: SshNote): string {
  return file === '' ? text : `${file}:${line}  ${text}`;
}

function authText(way: SshAuth): string {
  if (way.kind === 'key') return `the key ${way.file}`;
  if (way.kind === 'password') return 'a stored password';
  const which = way.socket === undefined ? 'the SSH agent' : `the SSH agent at ${way.socket}`;
  return way.only === undefined ? which : `${which} (only ${way.only.join(', ')})`;
}

/** What was understood of the configuration, one fact a line. */
export function understood(link: SshLink): string[] {
  const via = link.jump.map((hop) => `${hop.user}@${hop.host}:${hop.port}`);
  const { keepaliveSeconds, keepaliveCount, connectTimeoutSeconds } = link;
  return [
    `host       ${link.user}@${link.host}:${link.port}`,
    ...(via.length > 0 ? [`by way of  ${via.join(' → ')}`] : []),
    `signs in   with ${link.auth.map(authText).join(', then ')}`,
    ...(link.hostKeyAlias === undefined ? [] : [`host key   stored as ${link.hostKeyAlias}`]),
    ...(link.knownHosts === undefined
      ? []
      : [`known      hosts in ${link.knownHosts.join(', ') || 'no file'}`]),
    ...(keepaliveSeconds === undefined ? [] : [`keepalive  every ${keepaliveSeconds} s`]),
    ...(keepaliveCount === undefined ? [] : [`lost       after ${keepaliveCount} unanswered keepalives`]),
    ...(connectTimeoutSeconds === undefined ? [] : [`gives up   after ${connectTimeoutSeconds} s`]),
  ];
}

/** What was added, for people: the link's facts, then what was not taken over. */
export function importText(profile: Profile, link: SshLink, notes: readonly SshNote[]): string {
  const left = notes.length > 0 ? ['Not taken over:', ...notes.map((note) => `  ${noteText(note)}`)] : [];
  return [
    `Added ${profile.name} (${profile.preset}, ${profile.environment.toUpperCase()}).`,
    ...understood(link).map((line) => `  ${line}`),
    ...left,
    `Then: catalyst-companion connect ${profile.name}`,
  ].join('\n');
}
