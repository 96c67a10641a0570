import type { Chain, ChainLink, HostKeyFacts, LinkState } from '../../../electron/contract/link.ts';
import { jumpNames } from '../../../electron/contract/present.ts';
import type { LinkConfig, Profile } from '../../../electron/contract/profile.ts';
import { brokenJump, jumpOfKey } from '../../parts/jump-hosts.ts';
import { linkLabel } from '../../parts/path-hops.ts';

/** One link as the list shows it: how it is set up, and how it does. */
export interface ChainRow {
  config: LinkConfig;
  entry: ChainLink;
  /** The jump hosts on the way, the broken one marked. */
  hops: readonly { name: string; broken: boolean }[];
}

/** What is known of a link that core has not published yet: nothing but whether it is the one in the state. */
function unpublished(config: LinkConfig, index: number, link: LinkState): ChainLink {
  const mine = 'via' in link && link.via.index === index;
  return {
    via: { index, kind: config.kind, label: linkLabel(config) },
    state: !mine ? 'idle' : link.state === 'connecting' ? 'trying' : 'in-use',
    since: 'since' in link && mine ? link.since : 0,
    reason: null,
    error: null,
    hostKey: null,
    rttMs: link.state === 'live' && mine ? link.rttMs : null,
    certificate: null,
    exposed: [],
  };
}

/** Every link of a profile in the user's order, with what core says of it. */
export function chainRows(profile: Profile, chain: Chain, link: LinkState): ChainRow[] {
  return profile.links.map((config, index) => {
    const entry = chain.find(({ via }) => via.index === index) ?? unpublished(config, index, link);
    const bad = entry.state === 'failed' || entry.state === 'refused';
    const broken = bad ? brokenJump(config, entry) : -1;
    return { config, entry, hops: jumpNames(config).map((name, i) => ({ name, broken: i === broken })) };
  });
}

/** A host key that waits for a person, and whose it is. */
export interface KeyToJudge {
  key: HostKeyFacts;
  changed: boolean;
  /** Whether it is a jump host's. */
  jump: boolean;
}

/** The host keys that wait for a person, whether or not another link is in use meanwhile. */
export function keysToJudge(profile: Pick<Profile, 'links'>, chain: Chain, link: LinkState): KeyToJudge[] {
  const jump = (index: number, key: HostKeyFacts) => jumpOfKey(profile.links[index], key) !== -1;
  const found = chain.flatMap(({ via, hostKey, reason }) =>
    hostKey === null
      ? []
      : [{ key: hostKey, changed: reason === 'host-key-changed', jump: jump(via.index, hostKey) }],
  );
  if (found.length > 0 || link.state !== 'blocked' || link.hostKey === undefined) return found;
  const key = link.hostKey;
  return [{ key, changed: link.reason === 'host-key-changed', jump: jump(0, key) }];
}

/** How a link signs in, and which port it opens here while it is used; no secrets are in it. */
export function setupWords(config: LinkConfig): string[] {
  switch (config.kind) {
    case 'ssh':
      return config.auth.map((auth) =>
        auth.kind === 'key' ? `key ${auth.file}` : auth.kind === 'agent' ? 'SSH agent' : 'password',
      );
    case 'https':
      return [
        config.apiKeyHeader === undefined ? 'no API key' : `API key in ${config.apiKeyHeader}`,
        ...(config.pinSha256 === undefined ? [] : ['certificate pinned']),
        ...(config.caFile === undefined ? [] : [`CA ${config.caFile}`]),
      ];
    case 'direct':
      return ['kept open by somebody else'];
    case 'kubernetes':
      return [`context ${config.context}`];
    default:
      return config satisfies never;
  }
}
