import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { SshAuth, SshHop } from '../../contract/profile.ts';
import { SshLink } from '../../contract/profile.ts';
import type { SshNote } from './lines.ts';
import type { NamedFile, ResolvedSshHost } from './resolve.ts';
import type { SshSurroundings } from './surroundings.ts';

/** A link as the configuration describes it, and what of it could not be taken over. */
export interface ImportedLink {
  link: SshLink;
  notes: SshNote[];
}

/** ssh's usual keys that can be used without an agent, the strongest first. */
const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

async function isFile(file: string): Promise<boolean> {
  return await fs.stat(file).then(
    (info) => info.isFile(),
    () => false,
  );
}

const without = <T, R>(list: readonly T[], map: (each: T) => R | undefined): R[] =>
  list.flatMap((each) => map(each) ?? []);

/** The identity files on disk: private keys to sign with, and public ones to pick an agent's keys by. */
async function identitiesOf(host: ResolvedSshHost, around: SshSurroundings, notes: SshNote[]) {
  const usual = DEFAULT_KEYS.map((name) => path.join(around.userHome, '.ssh', name));
  const named: readonly (NamedFile | { path: string })[] =
    host.identityFiles ?? usual.map((file) => ({ path: file }));
  const keys: string[] = [];
  const publicKeys: string[] = [];
  for (const each of named) {
    const { path: file } = each;
    const isPublic = file.endsWith('.pub');
    const [there, beside] = await Promise.all([isFile(file), isFile(`${file}.pub`)]);
    if (there && !isPublic) keys.push(file);
    if (there && isPublic) publicKeys.push(file);
    else if (beside) publicKeys.push(`${file}.pub`);
    if (!there && !beside && 'file' in each)
      notes.push({
        file: each.file,
        line: each.line,
        text: `the key file ${file} does not exist and was left out`,
      });
  }
  return { keys, publicKeys };
}

function agentOf(
  host: ResolvedSshHost,
  publicKeys: readonly string[],
  around: SshSurroundings,
): SshAuth | undefined {
  const { identityAgent } = host;
  const system = around.env.SSH_AUTH_SOCK || around.platform === 'win32';
  if (identityAgent === 'none' || (identityAgent === undefined && !system)) return undefined;
  // IdentitiesOnly without any public key leaves the agent nothing to offer
  if (host.identitiesOnly && publicKeys.length === 0) return undefined;
  return {
    kind: 'agent',
    ...(identityAgent === undefined ? {} : { socket: identityAgent }),
    ...(host.identitiesOnly ? { only: [...publicKeys] } : {}),
  };
}

/** The ways to sign in, in ssh's order: the agent, key files, a password from the vault. */
async function authOf(host: ResolvedSshHost, around: SshSurroundings, notes: SshNote[]): Promise<SshAuth[]> {
  const { keys, publicKeys } = host.publicKeys
    ? await identitiesOf(host, around, notes)
    : { keys: [], publicKeys: [] };
  const agent = host.publicKeys ? agentOf(host, publicKeys, around) : undefined;
  const auth: SshAuth[] = [
    ...(agent ? [agent] : []),
    ...keys.map((file) => ({ kind: 'key' as const, file })),
    ...(host.passwords ? [{ kind: 'password' as const }] : []),
  ];
  if (auth.length > 0) return auth;
  // nothing is there yet: the file that ssh would look for is named, so that dialling says what is missing
  const wanted = host.identityFiles?.find((each) => !each.path.endsWith('.pub'))?.path;
  return [{ kind: 'key', file: wanted ?? path.join(around.userHome, '.ssh', 'id_ed25519') }];
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value === undefined || value < least ? undefined : Math.min(value, most);
}

/** Files of known_hosts; `/dev/null` and its like hold none. */
function knownHostsOf(host: ResolvedSshHost): string[] | undefined {
  return host.userKnownHostsFiles
    ?.map((each) => each.path)
    .filter((file) => !/^(?:\/dev\/null|nul)$/i.test(file));
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** One note a text and place: the lines for all hosts are met again with every jump host. */
function distinct(notes: readonly SshNote[]): SshNote[] {
  const seen = new Map(
    notes.map(({ file, line, text }) => [`${file}\n${line}\n${text}`, { file, line, text }]),
  );
  return [...seen.values()];
}

function certificateNotes(host: ResolvedSshHost): SshNote[] {
  return host.certificateFiles.map(({ file, line, path: name }) => ({
    file,
    line,
    text: `CertificateFile ${name} is not supported here: a certificate works through an SSH agent`,
  }));
}

function hopOf(hop: ResolvedSshHost, auth: SshAuth[], linkAuth: readonly SshAuth[]): SshHop {
  return {
    host: hop.hostName,
    port: hop.port,
    user: hop.user,
    ...(same(auth, linkAuth) ? {} : { auth }),
    ...(hop.hostKeyAlias === undefined ? {} : { hostKeyAlias: hop.hostKeyAlias }),
  };
}

/** The configuration's own limits of the link; what is switched off there keeps our usual value, since a silent link is worse. */
function timesOf(host: ResolvedSshHost): Partial<SshLink> {
  const keepaliveSeconds = within(host.serverAliveInterval, 1, 600);
  const keepaliveCount = within(host.serverAliveCountMax, 1, 20);
  const connectTimeoutSeconds = within(host.connectTimeout, 1, 120);
  return {
    ...(keepaliveSeconds === undefined ? {} : { keepaliveSeconds }),
    ...(keepaliveCount === undefined ? {} : { keepaliveCount }),
    ...(connectTimeoutSeconds === undefined ? {} : { connectTimeoutSeconds }),
  };
}

/** The parts of a link that the configuration decides, as the contract wants them. Throws SSH_CONFIG_INVALID. */
function checked(alias: string, link: SshLink): SshLink {
  const parsed = SshLink.safeParse(link);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError(
    'SSH_CONFIG_INVALID',
    `What the SSH configuration says of "${alias}" cannot be used (${issue?.path.join('.')}: ${issue?.message}).`,
    'Correct it there, or give the values by hand: --ssh user@host:port',
  );
}

/**
 * A profile's SSH link from what the configuration says. Key files are looked for on disk: ssh passes over those that
 * are missing. We are never looser than `ssh` with StrictHostKeyChecking ask. Throws SSH_CONFIG_INVALID where a user's
 * or host's name cannot be used.
 */
export async function toSshLink(resolved: ResolvedSshHost, around: SshSurroundings): Promise<ImportedLink> {
  const notes: SshNote[] = [];
  const auth = await authOf(resolved, around, notes);
  const jump: SshHop[] = [];
  for (const hop of resolved.jumps) jump.push(hopOf(hop, await authOf(hop, around, notes), auth));
  const knownHosts = knownHostsOf(resolved);
  const link = checked(resolved.alias, {
    kind: 'ssh',
    host: resolved.hostName,
    port: resolved.port,
    user: resolved.user,
    auth,
    jump,
    ...(resolved.hostKeyAlias === undefined ? {} : { hostKeyAlias: resolved.hostKeyAlias }),
    ...(knownHosts === undefined ? {} : { knownHosts }),
    ...timesOf(resolved),
  });
  const hosts = [resolved, ...resolved.jumps];
  const others = without(resolved.jumps, (hop) => {
    const [first] = hop.userKnownHostsFiles ?? [];
    if (!first || same(knownHostsOf(hop), knownHosts)) return undefined;
    return {
      ...first,
      text: `UserKnownHostsFile of ${hop.alias} was left out: a link has one list of files`,
    };
  });
  return {
    link,
    notes: distinct([
      ...hosts.flatMap((host) => [...host.notes, ...certificateNotes(host)]),
      ...others,
      ...notes,
    ]),
  };
}
