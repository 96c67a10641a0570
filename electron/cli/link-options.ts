import path from 'node:path';
import type { KubernetesLink, LinkConfig } from '../contract/profile.ts';
import type { SshConfigReader } from '../core/ssh-config/import-link.ts';
import type { SshNote } from '../core/ssh-config/lines.ts';
import { usage } from './output.ts';
import type { SshRequest } from './ssh-import.ts';
import { checkJump, exposedPort, requestedLink, sshRequest } from './ssh-import.ts';

export type OptionToken = { name: string; value: string | undefined };

/** The options that make up a profile's links. */
export const LINK_OPTIONS = [
  'ssh',
  'identity',
  'agent',
  'jump',
  'expose',
  'https',
  'api-key-header',
  'ca',
  'pin',
  'direct',
  'kube',
];

const isPort = (port: number) => port >= 1 && port <= 65_535;

/** A URL with one of the protocols, or a usage error naming the option. */
export function urlOption(option: string, value: string, protocols: readonly string[]): string {
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
  const example = `${protocols[0] ?? ''}//host:port/path`;
  throw usage(`--${option} takes a whole URL such as ${example}, not "${value}".`);
}

function kubernetesLink(value: string): KubernetesLink {
  const match = /^([^/]+)\/([^/]+)\/([^/:]+):(\d+)$/.exec(value);
  if (!match || !isPort(Number(match[4])))
    throw usage(`--kube takes CONTEXT/NAMESPACE/SERVICE:PORT, not "${value}".`);
  const [, context = '', namespace = '', service = '', port] = match;
  return { kind: 'kubernetes', context, namespace, service, port: Number(port) };
}

/** A link as far as the options said it; an SSH link is looked up in ~/.ssh/config when all of them are known. */
type Draft = SshRequest | Exclude<LinkConfig, { kind: 'ssh' }>;

/** A fallback chain, and what of ~/.ssh/config could not be taken over. */
export interface ChosenLinks {
  links: LinkConfig[];
  notes: SshNote[];
}

function need<K extends Draft['kind']>(
  link: Draft | undefined,
  kind: K,
  option: string,
): Extract<Draft, { kind: K }> {
  if (link?.kind === kind) return link as Extract<Draft, { kind: K }>;
  throw usage(`--${option} belongs after --${kind}.`);
}

function refine(link: Draft | undefined, name: string, value: string, userHome: string): void {
  if (name === 'identity')
    need(link, 'ssh', name).auth.push({
      kind: 'key',
      file: path.resolve(value.replace(/^~(?=\/)/, userHome)),
    });
  else if (name === 'agent') need(link, 'ssh', name).auth.push({ kind: 'agent' });
  else if (name === 'jump') need(link, 'ssh', name).jump.push(...value.split(',').map(checkJump));
  else if (name === 'expose') need(link, 'ssh', name).expose.push(exposedPort(value));
  else if (name === 'api-key-header') need(link, 'https', name).apiKeyHeader = value;
  else if (name === 'ca')
    need(link, 'https', name).caFile = path.resolve(value.replace(/^~(?=\/)/, userHome));
  else if (name === 'pin') need(link, 'https', name).pinSha256 = value;
}

/**
 * The fallback chain from the order of the options: each of --ssh, --https, --direct, --kube opens a link, the others
 * refine the last one. Throws USAGE, SSH_CONFIG_INVALID and SSH_CONFIG_UNKNOWN_HOST.
 */
export async function linksFromOptions(
  tokens: readonly OptionToken[],
  userHome: string,
  reader: SshConfigReader,
): Promise<ChosenLinks> {
  const drafts: Draft[] = [];
  for (const { name, value = '' } of tokens) {
    if (name === 'ssh') drafts.push(sshRequest(value));
    else if (name === 'https') drafts.push({ kind: 'https', url: urlOption(name, value, ['https:']) });
    else if (name === 'direct')
      drafts.push({ kind: 'direct', url: urlOption(name, value, ['http:', 'https:']) });
    else if (name === 'kube') drafts.push(kubernetesLink(value));
    else refine(drafts.at(-1), name, value, userHome);
  }
  if (drafts.length === 0)
    throw usage('A profile needs at least one link: --ssh, --https, --direct or --kube.');
  const chosen: ChosenLinks = { links: [], notes: [] };
  for (const draft of drafts) {
    if (draft.kind !== 'ssh') chosen.links.push(draft);
    else {
      const { link, notes } = await requestedLink(draft, reader);
      chosen.links.push(link);
      chosen.notes.push(...notes);
    }
  }
  return chosen;
}
