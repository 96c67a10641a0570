import fs from 'node:fs';
import path from 'node:path';
import { parseSshTarget } from '../contract/profile.ts';
import type { LinkConfig, SshAuth, SshHop } from '../contract/profile.ts';
import { usage } from './output.ts';

export type OptionToken = { name: string; value: string | undefined };

/** The options that make up a profile's links. */
export const LINK_OPTIONS = [
  'ssh',
  'identity',
  'agent',
  'jump',
  'https',
  'api-key-header',
  'ca',
  'pin',
  'direct',
  'kube',
];

const DEFAULT_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'];

/** As `ssh` does without `-i`: the agent where there is one, the usual key files, then a password from the vault. */
function defaultAuth(userHome: string, env: NodeJS.ProcessEnv): SshAuth[] {
  const keys = DEFAULT_KEYS.map((name) => path.join(userHome, '.ssh', name)).filter((file) =>
    fs.existsSync(file),
  );
  const agent = env.SSH_AUTH_SOCK ? [{ kind: 'agent' as const }] : [];
  return [...agent, ...keys.map((file) => ({ kind: 'key' as const, file })), { kind: 'password' }];
}

const isPort = (port: number) => port >= 1 && port <= 65_535;

/** A URL with one of the protocols, or a usage error naming the option. */
export function urlOption(option: string, value: string, protocols: readonly string[]): string {
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
  const example = `${protocols[0] ?? ''}//host:port/path`;
  throw usage(`--${option} takes a whole URL such as ${example}, not "${value}".`);
}

function jumpHost(value: string): SshHop {
  const hop = parseSshTarget(value);
  if (!hop) throw usage(`--jump takes user@host or user@host:port, several with commas, not "${value}".`);
  return hop;
}

function sshLink(value: string): LinkConfig {
  const match = /^([^@\s]+)@(\[[^\]]+\]|[^:\s]+)(?::(\d+))?$/.exec(value);
  const port = Number(match?.[3] ?? 22);
  if (!match?.[1] || !match[2] || !isPort(port))
    throw usage(`--ssh takes user@host or user@host:port, not "${value}".`);
  return {
    kind: 'ssh',
    user: match[1],
    host: match[2].replace(/^\[|\]$/g, ''),
    port,
    auth: [],
    jump: [],
  };
}

function kubernetesLink(value: string): LinkConfig {
  const match = /^([^/]+)\/([^/]+)\/([^/:]+):(\d+)$/.exec(value);
  if (!match || !isPort(Number(match[4])))
    throw usage(`--kube takes CONTEXT/NAMESPACE/SERVICE:PORT, not "${value}".`);
  const [, context = '', namespace = '', service = '', port] = match;
  return { kind: 'kubernetes', context, namespace, service, port: Number(port) };
}

function need<K extends LinkConfig['kind']>(
  link: LinkConfig | undefined,
  kind: K,
  option: string,
): Extract<LinkConfig, { kind: K }> {
  if (link?.kind === kind) return link as Extract<LinkConfig, { kind: K }>;
  throw usage(`--${option} belongs after --${kind}.`);
}

function refine(link: LinkConfig | undefined, name: string, value: string, userHome: string): void {
  if (name === 'identity')
    need(link, 'ssh', name).auth.push({
      kind: 'key',
      file: path.resolve(value.replace(/^~(?=\/)/, userHome)),
    });
  else if (name === 'agent') need(link, 'ssh', name).auth.push({ kind: 'agent' });
  else if (name === 'jump') need(link, 'ssh', name).jump.push(...value.split(',').map(jumpHost));
  else if (name === 'api-key-header') need(link, 'https', name).apiKeyHeader = value;
  else if (name === 'ca')
    need(link, 'https', name).caFile = path.resolve(value.replace(/^~(?=\/)/, userHome));
  else if (name === 'pin') need(link, 'https', name).pinSha256 = value;
}

/** The fallback chain from the order of the options: each of --ssh, --https, --direct, --kube opens a link, the others refine the last one. */
export function linksFromOptions(
  tokens: readonly OptionToken[],
  userHome: string,
  env: NodeJS.ProcessEnv,
): LinkConfig[] {
  const links: LinkConfig[] = [];
  for (const { name, value = '' } of tokens) {
    if (name === 'ssh') links.push(sshLink(value));
    else if (name === 'https') links.push({ kind: 'https', url: urlOption(name, value, ['https:']) });
    else if (name === 'direct')
      links.push({ kind: 'direct', url: urlOption(name, value, ['http:', 'https:']) });
    else if (name === 'kube') links.push(kubernetesLink(value));
    else refine(links.at(-1), name, value, userHome);
  }
  for (const link of links)
    if (link.kind === 'ssh' && link.auth.length === 0) link.auth = defaultAuth(userHome, env);
  if (links.length === 0)
    throw usage('A profile needs at least one link: --ssh, --https, --direct or --kube.');
  return links;
}
