import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { ChainLink, HostKeyFacts } from '../../electron/contract/link.ts';
import type { LinkConfig, SshHop } from '../../electron/contract/profile.ts';

/** The name that a host's key is stored under, as known_hosts has it. */
function knownName({ host, port, hostKeyAlias }: Pick<SshHop, 'host' | 'port' | 'hostKeyAlias'>): string {
  return (hostKeyAlias ?? (port === 22 ? host : `[${host}]:${port}`)).toLowerCase();
}

/** `bastion`, with its port where that is not 22. */
export function hopName({ host, port }: Pick<SshHop, 'host' | 'port'>): string {
  if (port === 22) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** How core begins the sentence about what broke at a jump host or right behind it. */
const AT_HOP = /^(?:the )?jump host (\S+?):? /i;

/** The jump host (by index) whose key it is; -1 for the droplet's own. */
export function jumpOfKey(link: LinkConfig | undefined, key: HostKeyFacts): number {
  if (link?.kind !== 'ssh' || knownName(link) === key.host.toLowerCase()) return -1;
  return link.jump.findIndex((hop) => knownName(hop) === key.host.toLowerCase());
}

/** The jump host (by index) at which a link broke; -1 where it is the droplet itself, or where nobody can tell. */
export function brokenJump(
  link: LinkConfig | undefined,
  found: { error: ErrorShape | null; hostKey: ChainLink['hostKey'] | undefined },
): number {
  if (link?.kind !== 'ssh' || link.jump.length === 0) return -1;
  if (found.hostKey) return jumpOfKey(link, found.hostKey);
  const named = AT_HOP.exec(found.error?.message ?? '')?.[1];
  return link.jump.findIndex((hop) => named === hopName(hop));
}
