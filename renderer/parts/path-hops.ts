import type { BridgeClient } from '../../electron/contract/bridge.ts';
import type { HealthModel, ServiceHealth } from '../../electron/contract/models.ts';
import { carries } from '../../electron/contract/awaited.ts';
import type { LinkState } from '../../electron/contract/link.ts';
import type { LinkConfig } from '../../electron/contract/profile.ts';
import type { ProfileState } from '../../electron/contract/state.ts';
import type { Tone } from '../../electron/contract/present.ts';
import {
  age,
  certificateWarning,
  jumpNames,
  onFallback,
  presentChain,
  presentLink,
} from '../../electron/contract/present.ts';
import type { Page, Section } from '../api/ui-store.ts';
import { brokenJump, hopName } from './jump-hosts.ts';

export interface Hop {
  key: 'claude' | 'bridge' | `jump-${number}` | 'link' | 'droplet' | 'services';
  /** The short name above the line, e.g. `SSH root@droplet`. */
  label: string;
  /** The figure below it, e.g. `41 ms`. */
  figure: string;
  /** How old the figure is, or what else qualifies it; may be empty. */
  note: string;
  /** `live` is drawn quietly; the first hop that is neither live nor off is the only coloured one. */
  tone: Tone;
  page: Page;
  section?: Section;
}

export interface Path {
  hops: readonly Hop[];
  /** The first broken hop, with its cause and the next step in words. */
  broken: { key: Hop['key']; tone: Tone; cause: string; next: string } | null;
  /** What else to know while the path works: another link than the first choice, a certificate that ends. */
  notes: readonly string[];
}

/** A link's address as people say it, e.g. `SSH root@droplet`. */
export function linkLabel(link: LinkConfig | undefined): string {
  if (link === undefined) return 'Link';
  switch (link.kind) {
    case 'ssh':
      return `SSH ${link.user}@${link.host}${link.port === 22 ? '' : `:${link.port}`}`;
    case 'https':
      return `HTTPS ${new URL(link.url).host}`;
    case 'direct':
      return `Direct ${new URL(link.url).host}`;
    case 'kubernetes':
      return `Kubernetes ${link.namespace}/${link.service}`;
    default:
      return link satisfies never;
  }
}

function claudeHop(clients: readonly BridgeClient[], now: number): Hop {
  const last = Math.max(...clients.map((client) => client.lastAt));
  return {
    key: 'claude',
    label: 'Claude',
    figure: clients.length === 1 ? '1 client' : `${clients.length} clients`,
    note: clients.length === 0 ? 'none connected' : `active ${age(now - last)} ago`,
    tone: clients.length === 0 ? 'off' : 'live',
    page: 'clients',
  };
}

function bridgeHop(clients: readonly BridgeClient[], answering: boolean): Hop {
  const place = { key: 'bridge' as const, label: 'Bridge', page: 'activity' as const };
  if (!answering) return { ...place, figure: 'not answering', note: 'nor is the app', tone: 'danger' };
  const flying = clients.reduce((sum, client) => sum + client.inFlight, 0);
  const calls = clients.reduce((sum, client) => sum + client.calls, 0);
  return {
    ...place,
    figure: flying === 1 ? '1 call in flight' : `${flying} in flight`,
    note: `${calls} ${calls === 1 ? 'call' : 'calls'} so far`,
    tone: 'live',
  };
}

function linkFigure(link: LinkState, now: number): [string, string] {
  const { label } = presentLink(link, now);
  switch (link.state) {
    case 'live':
      return [
        link.rttMs === null ? label : `${Math.round(link.rttMs)} ms`,
        `proof ${age(now - link.lastProof)} ago`,
      ];
    case 'degraded':
      return [label, link.lastProof === null ? 'no proof yet' : `proof ${age(now - link.lastProof)} ago`];
    case 'connecting':
      return [label, presentLink(link, now).detail];
    case 'reconnecting':
      return [label, `try ${link.attempt} in ${age(link.nextAt - now)}`];
    case 'blocked':
    case 'off':
      return [label, ''];
    default:
      return link satisfies never;
  }
}

/** The link of the chain that is used or tried now; else the first one that says why nothing works, else the first. */
function linkIndex({ link, chain }: ProfileState): number {
  if ('via' in link) return link.via.index;
  if (link.state === 'off') return 0;
  const message = link.state === 'blocked' ? link.error.message : link.lastError.message;
  return chain.find((entry) => entry.error?.message === message)?.via.index ?? 0;
}

/** The jump host (by index) at which the shown link broke; -1 where it did not, or not there. */
function brokenHop({ profile, link }: ProfileState, index: number): number {
  if (link.state === 'blocked') {
    return brokenJump(profile.links[index], { error: link.error, hostKey: link.hostKey });
  }
  if (link.state !== 'reconnecting') return -1;
  return brokenJump(profile.links[index], { error: link.lastError, hostKey: null });
}

/** At most two boxes, so that the strip stays readable: more jump hosts share the first. */
const JUMP_BOXES = 2;

function jumpHops(state: ProfileState, now: number): Hop[] {
  const index = linkIndex(state);
  const config = state.profile.links[index];
  if (config?.kind !== 'ssh') return [];
  const at = brokenHop(state, index);
  const hops = config.jump.map((hop, i): Hop => {
    const { tone, label } = presentLink(state.link, now);
    return {
      key: `jump-${i}`,
      label: 'Jump host',
      figure: hopName(hop),
      note: i === at ? label : `as ${hop.user}`,
      tone: i === at ? tone : carries(state.link) ? 'live' : 'off',
      page: 'connections',
      section: 'link',
    };
  });
  if (hops.length <= JUMP_BOXES) return hops;
  const shown = hops[Math.max(at, 0)];
  if (shown === undefined) return [];
  return [{ ...shown, label: `${hops.length} jump hosts`, note: jumpNames(config).join(', ') }];
}

function linkHop(state: ProfileState, now: number): Hop {
  const { link, chain } = state;
  const index = linkIndex(state);
  const place = {
    key: 'link' as const,
    label: linkLabel(state.profile.links[index]),
    page: 'connections' as const,
    section: 'link' as const,
  };
  if (brokenHop(state, index) !== -1)
    return { ...place, figure: 'not reached', note: 'behind the jump host', tone: 'unknown' };
  const [figure, note] = linkFigure(link, now);
  return {
    ...place,
    figure,
    note: onFallback(chain) ? `fallback · ${note}` : note,
    tone: link.state === 'degraded' && link.reason === 'mcp' ? 'live' : presentLink(link, now).tone,
  };
}

function dropletHop(state: ProfileState, now: number): Hop {
  const { link, catalogue, health } = state;
  const server = catalogue.server;
  const base = { key: 'droplet' as const, label: server?.name ?? 'Orchestrator', page: 'services' as const };
  if (!carries(link)) return { ...base, figure: 'unknown', note: 'link is away', tone: 'unknown' };
  if (link.state === 'degraded' && link.reason === 'mcp') {
    return { ...base, figure: 'no MCP answer', note: `since ${age(now - link.since)}`, tone: 'danger' };
  }
  const said = health.reported;
  return {
    ...base,
    figure: server === null ? 'answering' : `v${server.version.replace(/^v/, '')}`,
    note: said === null ? '' : `says ${said.text} · ${age(now - said.receivedAt)} ago`,
    tone: 'live',
  };
}

function names(services: readonly ServiceHealth[]): string {
  const [first, ...rest] = services.map((service) => service.name);
  return rest.length === 0 ? `${first}` : `${first} and ${rest.length} more`;
}

function servicesTone(health: HealthModel, failing: readonly ServiceHealth[]): Tone {
  if (failing.length === 0) return 'live';
  if (health.plannedDowntime) return 'off';
  return failing.some((service) => service.verdict === 'down') ? 'danger' : 'attention';
}

/** Why none of them is known, where all have the same reason. */
function sharedReason(services: readonly ServiceHealth[]): string {
  if (services.every((service) => service.probedAt === null && service.reason === null))
    return 'not probed yet';
  const [reason, ...others] = new Set(services.map((service) => service.reason));
  return others.length === 0 && reason ? reason : 'none could be probed';
}

function servicesHop(state: ProfileState, now: number): Hop {
  const { services } = state.health;
  const total = services.length;
  const base = {
    key: 'services' as const,
    label: total === 1 ? '1 service' : `${total} services`,
    page: 'services' as const,
  };
  if (total === 0) return { ...base, label: 'Services', figure: 'none configured', note: '', tone: 'off' };
  const known = services.filter((service) => service.verdict !== 'unknown');
  if (!carries(state.link)) return { ...base, figure: 'unknown', note: 'link is away', tone: 'unknown' };
  if (known.length === 0)
    return { ...base, figure: 'unknown', note: sharedReason(services), tone: 'unknown' };
  const up = services.filter((service) => service.verdict === 'up');
  const failing = known.filter((service) => service.verdict !== 'up');
  const oldest = Math.min(...known.map((service) => service.probedAt ?? now));
  const tone = servicesTone(state.health, failing);
  const planned = tone === 'off' ? 'planned downtime' : `${names(failing)} not up`;
  return {
    ...base,
    figure: `${up.length} of ${total} up`,
    note: failing.length > 0 ? planned : `probed ${age(now - oldest)} ago`,
    tone,
  };
}

function breakOf(hop: Hop, state: ProfileState, now: number): { cause: string; next: string } {
  const { link } = state;
  if (hop.key === 'bridge')
    return { cause: 'The app is not answering.', next: 'What follows is what it last said.' };
  const atLink = hop.key === 'link' || hop.key.startsWith('jump-');
  if (atLink && link.state === 'off')
    return { cause: 'This connection is off.', next: 'Connect to see live data.' };
  if (link.state === 'blocked' || link.state === 'degraded') {
    if (hop.key !== 'services') return { cause: link.error.message, next: link.error.next };
  }
  if (atLink && link.state === 'reconnecting') {
    return { cause: link.lastError.message, next: link.lastError.next };
  }
  if (atLink) return { cause: presentLink(link, now).detail, next: '' };
  const failing = state.health.services.filter(
    (service) => service.verdict === 'down' || service.verdict === 'degraded',
  );
  const worst = failing.find((service) => service.verdict === 'down') ?? failing[0];
  return {
    cause: worst === undefined ? hop.note : `${worst.name}: ${worst.reason ?? 'not up'}`,
    next: 'Look at Services for the parts and the last answers.',
  };
}

/** What is no fault of the path, but is to be known: said small, below it. */
function notesOf({ link, chain }: ProfileState, now: number): string[] {
  if (!carries(link)) return [];
  const used = chain.find((entry) => entry.state === 'in-use');
  const ending = used?.certificate ? certificateWarning(used.certificate, now) : null;
  return [
    ...(onFallback(chain) ? [presentChain(chain, now)] : []),
    ...(ending === null || ending.tone === 'off' ? [] : [ending.text]),
  ];
}

/** Claude to services in one line, and the first hop that is broken; `answering` is whether the app itself does. */
export function pathOf(
  state: ProfileState,
  clients: readonly BridgeClient[],
  now: number,
  answering = true,
): Path {
  const own = clients.filter((client) => client.profile === state.profile.name);
  const hops = [
    claudeHop(own, now),
    bridgeHop(own, answering),
    ...jumpHops(state, now),
    linkHop(state, now),
    dropletHop(state, now),
    servicesHop(state, now),
  ];
  const first = hops.find((hop) => hop.tone !== 'live' && (hop.tone !== 'off' || hop.key === 'link'));
  const notes = notesOf(state, now);
  if (first === undefined) return { hops, broken: null, notes };
  return { hops, notes, broken: { key: first.key, tone: first.tone, ...breakOf(first, state, now) } };
}
