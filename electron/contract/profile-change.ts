import { downtimeText } from './downtime-text.ts';
import type { HttpsLink, LinkConfig, Profile, ServiceConfig } from './profile.ts';
import type { ProfileParts } from './profile-parts.ts';

/** Seconds between two reads where a profile says nothing. */
const READ_SECONDS = 5;

/** The changeable parts of a profile, as `profiles.change` takes them. */
export function partsOf(profile: Profile): ProfileParts {
  const { environment, links, mcpUrl, services, dir, readSeconds, downtime } = profile;
  return {
    environment,
    links,
    mcpUrl,
    services,
    dir,
    ...(readSeconds === undefined ? {} : { readSeconds }),
    ...(downtime === undefined ? {} : { downtime }),
  };
}

/** One part that a change makes another: its name, and what it was and becomes in words. */
export interface PartChange {
  part: string;
  was: string;
  becomes: string;
}

/** A query may hold a token: it is named, never shown. */
function address(text: string): string {
  const url = new URL(text);
  const shown = `${url.origin}${url.pathname}`;
  return url.search === '' ? shown : `${shown}?…`;
}

function signIn(link: Extract<LinkConfig, { kind: 'ssh' }>): string {
  return link.auth
    .map((way) => (way.kind === 'key' ? `key ${way.file}` : way.kind === 'agent' ? 'SSH agent' : 'password'))
    .join(', ');
}

function httpsWords(link: HttpsLink): string {
  const extras = [
    link.apiKeyHeader === undefined ? 'no API key' : `API key in ${link.apiKeyHeader}`,
    ...(link.pinSha256 === undefined ? [] : [`pinned ${link.pinSha256.slice(0, 12)}…`]),
    ...(link.caFile === undefined ? [] : [`CA ${link.caFile}`]),
  ];
  return `${address(link.url)} (${extras.join(', ')})`;
}

/** A link in one line, without secrets. */
export function linkWords(link: LinkConfig): string {
  switch (link.kind) {
    case 'ssh': {
      const jumps = link.jump.map(({ user, host, port }) => `${user}@${host}:${port}`);
      const via = jumps.length === 0 ? '' : ` via ${jumps.join(', ')}`;
      const ports = (link.expose ?? []).map((one) => `${one.localPort}:${one.host}:${one.port}`);
      const opens = ports.length === 0 ? '' : `, opens ${ports.join(', ')}`;
      return `ssh ${link.user}@${link.host}:${link.port}${via} (${signIn(link)}${opens})`;
    }
    case 'https':
      return httpsWords(link);
    case 'direct':
      return `direct ${address(link.url)}`;
    case 'kubernetes':
      return `kubernetes ${link.context}/${link.namespace}/${link.service}:${link.port}`;
    default:
      return link satisfies never;
  }
}

const servicesWords = (services: readonly ServiceConfig[]): string =>
  services.length === 0 ? 'none' : services.map(({ name, url }) => `${name}=${address(url)}`).join(' ');

/** By name of the part, its words; the order is that of the screen. */
const WORDS: readonly (readonly [keyof ProfileParts, string, (parts: ProfileParts) => string])[] = [
  ['environment', 'environment', (p) => p.environment.toUpperCase()],
  ['links', 'links', (p) => p.links.map(linkWords).join(' → ')],
  ['mcpUrl', 'MCP address', (p) => address(p.mcpUrl)],
  ['services', 'services', (p) => servicesWords(p.services)],
  ['dir', 'folder on the droplet', (p) => p.dir],
  ['readSeconds', 'seconds between reads', (p) => String(p.readSeconds ?? READ_SECONDS)],
  ['downtime', 'planned downtime', (p) => downtimeText(p.downtime) || 'none'],
];

/** The same value in whatever order its keys were written; a key without a value counts as absent. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Whether two values hold the same; a key without a value counts as absent. */
export const sameValue = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

const differs = (key: keyof ProfileParts, before: ProfileParts, after: ProfileParts): boolean =>
  !sameValue(before[key] ?? null, after[key] ?? null);

/** What a change makes another; empty where it changes nothing. Holds no secrets. */
export function profileChanges(before: ProfileParts, after: ProfileParts): PartChange[] {
  return WORDS.flatMap(([key, part, words]) => {
    if (!differs(key, before, after)) return [];
    const [was, becomes] = [words(before), words(after)];
    // what differs is nothing that the words name, such as a keepalive
    return [{ part, was, becomes: was === becomes ? `${becomes}, with other settings` : becomes }];
  });
}

/** Whether a change ends the open connection and makes it anew; what was read before is then read again. */
export function reconnects(before: ProfileParts, after: ProfileParts): boolean {
  return (['environment', 'links', 'mcpUrl', 'services', 'dir'] as const).some((key) =>
    differs(key, before, after),
  );
}

const httpsOf = ({ links }: ProfileParts): HttpsLink[] => links.filter((link) => link.kind === 'https');
const originOf = ({ url }: HttpsLink): string => new URL(url).origin;

/** Why a change needs the profile's name typed, as clauses; empty where it does not. */
export function confirmReasons(before: ProfileParts, after: ProfileParts): string[] {
  const reasons: string[] = [];
  if (before.environment !== after.environment)
    reasons.push(
      `the environment changes from ${before.environment.toUpperCase()} to ${after.environment.toUpperCase()}`,
    );
  if (before.environment === 'demo') return reasons;
  const known = httpsOf(before);
  const hadKey = known.some(({ apiKeyHeader }) => apiKeyHeader !== undefined);
  for (const link of httpsOf(after)) {
    const origin = originOf(link);
    const same = known.filter((old) => originOf(old) === origin);
    if (hadKey && link.apiKeyHeader !== undefined && !same.some((old) => old.apiKeyHeader !== undefined))
      reasons.push(`the stored API key will be sent to ${origin}`);
    if (link.pinSha256 === undefined && same.some((old) => old.pinSha256 !== undefined))
      reasons.push(`the certificate of ${origin} is no longer pinned`);
    if (same.length > 0 && link.caFile !== undefined && !same.some((old) => old.caFile === link.caFile))
      reasons.push(`another CA is trusted for ${origin}`);
  }
  return reasons;
}

/** Services whose address is that of the MCP endpoint go with it, as the orchestrator's does. */
export function servicesAt(parts: ProfileParts, mcpUrl: string): ServiceConfig[] {
  const { origin: old } = new URL(parts.mcpUrl);
  const { origin } = new URL(mcpUrl);
  return parts.services.map((each) =>
    each.url.replace(/\/$/, '') === old ? { ...each, url: origin } : each,
  );
}
