import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '../../../electron/contract/errors.ts';
import type { Given } from '../../../electron/core/ssh-config/evaluate.ts';
import { evaluateSshConfig } from '../../../electron/core/ssh-config/evaluate.ts';
import { loadSshConfig } from '../../../electron/core/ssh-config/load.ts';
import type { ResolvedSshHost } from '../../../electron/core/ssh-config/resolve.ts';
import { resolveInConfig } from '../../../electron/core/ssh-config/resolve.ts';
import { sshSurroundings } from '../../../electron/core/ssh-config/surroundings.ts';

const run = promisify(execFile);

export const sshMissing = 'needs the Debian package openssh-client';
export const sshAvailable = await run('ssh', ['-V']).then(
  () => true,
  () => false,
);

/** What both programs see of the environment. */
export const ENV = { PATH: process.env.PATH ?? '', KEYS: '/keys of mine', EMPTYISH: 'x' };

/** A folder for one test's files; `@` in a text stands for it. */
export interface Scene {
  dir: string;
  write(files: Record<string, string>): Promise<void>;
  remove(): Promise<void>;
}

export async function createScene(): Promise<Scene> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-ssh-config-'));
  return {
    dir,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        const file = path.join(dir, name);
        await fs.mkdir(path.dirname(file), { recursive: true });
        await fs.writeFile(file, text.replaceAll('@', dir).replaceAll('§', '@'), { mode: 0o644 });
      }
    },
    remove: () => fs.rm(dir, { recursive: true, force: true }),
  };
}

/** What is compared, as text. */
export interface Facts {
  hostName: string;
  user: string;
  port: string;
  identityFiles: string;
  identitiesOnly: string;
  identityAgent: string;
  certificateFiles: string;
  hostKeyAlias: string;
  knownHosts: string;
  alive: string;
  connectTimeout: string;
  signIn: string;
  /** user, host and port of every jump host, the first one dialled first. */
  jumps: string;
}

/** Both gave facts, or both refused the configuration. */
export type Outcome = { facts: Facts } | { refused: true };

type Values = Map<string, string[]>;

async function sshG(file: string, alias: string, given: Given): Promise<Values | undefined> {
  const args = ['-G', '-F', file];
  if (given.user !== undefined) args.push('-l', given.user);
  if (given.port !== undefined) args.push('-p', String(given.port));
  if (given.jump !== undefined) args.push('-J', given.jump);
  const ran = await run('ssh', [...args, '--', alias], { env: ENV, timeout: 20_000 }).catch(() => undefined);
  if (!ran) return undefined;
  const values: Values = new Map();
  for (const line of ran.stdout.split('\n')) {
    const [key] = line.split(' ', 1);
    if (key !== '') values.set(key, [...(values.get(key) ?? []), line.slice(key.length + 1)]);
  }
  return values;
}

/**
 * The hops as ssh makes them: it runs itself for the last one, with those before it as -J. Without an end where they go
 * in a circle, which ssh notices only for a host that jumps through itself.
 */
async function hopsOf(file: string, values: Values, depth = 0): Promise<string[] | undefined> {
  const text = values.get('proxyjump')?.[0];
  if (text === undefined) return [];
  if (depth > 8) return undefined;
  const parts = text.split(',');
  const [, user, bracketed, plain = bracketed ?? '', port] =
    /^(?:(.*)@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(parts.pop() ?? '') ?? [];
  const given = {
    user,
    port: port === undefined ? undefined : Number(port),
    jump: parts.join(',') || undefined,
  };
  const hop = await sshG(file, plain, given);
  const before = hop && (await hopsOf(file, hop, depth + 1));
  return (
    hop &&
    before && [...before, `${hop.get('user')?.[0]} ${hop.get('hostname')?.[0]} ${hop.get('port')?.[0]}`]
  );
}

/** What the real ssh makes of `ssh alias`. */
export async function realOutcome(file: string, alias: string, given: Given = {}): Promise<Outcome> {
  const values = await sshG(file, alias, given);
  const jumps = values && (await hopsOf(file, values));
  if (!values || !jumps) return { refused: true };
  const one = (key: string) => values.get(key)?.[0] ?? '';
  return {
    facts: {
      hostName: one('hostname'),
      user: one('user'),
      port: one('port'),
      identityFiles: (values.get('identityfile') ?? []).join(' | '),
      identitiesOnly: one('identitiesonly'),
      identityAgent: one('identityagent').replace(/^SSH_AUTH_SOCK$/, ''),
      certificateFiles: (values.get('certificatefile') ?? []).join(' | '),
      hostKeyAlias: one('hostkeyalias'),
      knownHosts: one('userknownhostsfile').replace(/^none$/, ''),
      alive: `${one('serveraliveinterval')} × ${one('serveralivecountmax')}`,
      connectTimeout: one('connecttimeout'),
      signIn: `keys ${one('pubkeyauthentication') !== 'false'} passwords ${one('passwordauthentication')}`,
      jumps: jumps.join(', '),
    },
  };
}

const DEFAULT_IDENTITIES = [
  'id_rsa',
  'id_ecdsa',
  'id_ecdsa_sk',
  'id_ed25519',
  'id_ed25519_sk',
  'id_xmss',
  'id_dsa',
];

/** What is ours to say in ssh's words; ssh -G does not expand the names of key files. */
function ourFacts(
  resolved: ResolvedSshHost,
  raw: { identityFiles: string[]; certificateFiles: string[] },
): Facts {
  const home = os.userInfo().homedir;
  const usual = (name: string) => `${home}/.ssh/${name}`;
  return {
    hostName: resolved.hostName,
    user: resolved.user,
    port: String(resolved.port),
    identityFiles: (resolved.identityFiles
      ? raw.identityFiles
      : DEFAULT_IDENTITIES.map((name) => `~/.ssh/${name}`)
    ).join(' | '),
    identitiesOnly: resolved.identitiesOnly ? 'yes' : 'no',
    identityAgent: resolved.identityAgent ?? '',
    certificateFiles: raw.certificateFiles.join(' | '),
    hostKeyAlias: resolved.hostKeyAlias ?? '',
    knownHosts:
      resolved.userKnownHostsFiles?.map((each) => each.path).join(' ') ??
      `${usual('known_hosts')} ${usual('known_hosts2')}`,
    alive: `${resolved.serverAliveInterval ?? 0} × ${resolved.serverAliveCountMax ?? 3}`,
    connectTimeout: String(resolved.connectTimeout ?? 'none'),
    signIn: `keys ${resolved.publicKeys} passwords ${resolved.passwords ? 'yes' : 'no'}`,
    jumps: resolved.jumps.map((hop) => `${hop.user} ${hop.hostName} ${hop.port}`).join(', '),
  };
}

const NOT_EXPANDED = /was left out: .*(?:is no token|has no value)/;

const values = (settings: readonly { values: readonly string[] }[]) =>
  settings.map((each) => each.values[0] ?? '');

/** What this product makes of it. An alias that no line names is resolved as ssh does. */
export async function ourOutcome(file: string, alias: string, given: Given = {}): Promise<Outcome> {
  // ssh goes by the password file, not by HOME
  const userHome = os.userInfo().homedir;
  const around = sshSurroundings({ userFile: file, systemFile: undefined, userHome, env: ENV });
  try {
    const config = await loadSshConfig(around);
    const found = evaluateSshConfig(config, alias, given);
    const raw = {
      identityFiles: values(found.identityFiles),
      certificateFiles: values(found.certificateFiles),
    };
    const resolved = resolveInConfig(config, alias, given);
    // ssh gives up where a token or variable is none; here that one setting is left out, and said
    if (resolved.notes.some((note) => NOT_EXPANDED.test(note.text))) return { refused: true };
    return { facts: ourFacts(resolved, raw) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'SSH_CONFIG_INVALID') return { refused: true };
    throw error;
  }
}
