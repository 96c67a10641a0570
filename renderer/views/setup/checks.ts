import type { ClientTarget } from '../../../electron/contract/bridge.ts';
import type { ErrorShape } from '../../../electron/contract/errors.ts';
import { carries } from '../../../electron/contract/awaited.ts';
import type { LinkStage, LinkState } from '../../../electron/contract/link.ts';
import type { ServiceHealth } from '../../../electron/contract/models.ts';
import type { Tone } from '../../../electron/contract/present.ts';
import { age } from '../../../electron/contract/present.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';

export type CheckId = 'reach' | 'host-key' | 'auth' | 'answer' | 'services' | 'claude';

/** One line of the column: what is checked, how it stands, and what was seen. */
export interface Check {
  id: CheckId;
  tone: Tone;
  title: string;
  detail: string;
}

type LinkCheck = Extract<CheckId, 'reach' | 'host-key' | 'auth' | 'answer'>;

const OF_STAGE: Record<LinkStage, LinkCheck> = {
  resolve: 'reach',
  tcp: 'reach',
  'host-key': 'host-key',
  auth: 'auth',
  tunnel: 'answer',
  probe: 'answer',
};

const WORDS: Record<LinkConfig['kind'], readonly (readonly [LinkCheck, string])[]> = {
  ssh: [
    ['reach', 'Reach the droplet'],
    ['host-key', 'Make sure that it is yours'],
    ['auth', 'Sign in'],
    ['answer', 'Get an answer through the tunnel'],
  ],
  https: [
    ['reach', 'Reach the web server, with a good certificate'],
    ['auth', 'Be let in by it'],
    ['answer', 'Get an answer from MCP'],
  ],
  direct: [
    ['reach', 'Reach the server'],
    ['answer', 'Get an answer from MCP'],
  ],
  kubernetes: [
    ['reach', 'Reach the cluster'],
    ['answer', 'Get an answer from MCP'],
  ],
};

/** The line that an error of the link belongs to. */
function placeOf(code: ErrorShape['code']): LinkCheck {
  if (code.startsWith('MCP_') || code === 'LINK_FORWARD_REFUSED' || code === 'RATE_LIMITED') return 'answer';
  if (code.startsWith('LINK_HOST_KEY_') || code === 'LINK_KNOWN_HOSTS_UNREADABLE') return 'host-key';
  const sign = /^(?:LINK_(?:AUTH|API_KEY|KEY|PASSWORD|AGENT|FORBIDDEN)|SECRET_)/.test(code);
  return sign ? 'auth' : 'reach';
}

/** Found before anything was sent: what stands above is not proven by it. */
const BEFORE_DIALLING: ReadonlySet<ErrorShape['code']> = new Set([
  'LINK_AGENT_NOT_READY',
  'LINK_AGENT_UNAVAILABLE',
  'LINK_API_KEY_MISSING',
  'LINK_CA_UNREADABLE',
  'LINK_KEY_ENCRYPTED',
  'LINK_KEY_FORMAT',
  'LINK_KEY_MISSING',
  'LINK_KEY_PASSPHRASE_WRONG',
  'LINK_KEY_UNREADABLE',
  'LINK_KNOWN_HOSTS_UNREADABLE',
  'LINK_PASSWORD_MISSING',
  'PROFILE_INVALID',
  'SECRET_UNREADABLE',
]);

function unsent(link: LinkState): boolean {
  if (link.state === 'reconnecting') return BEFORE_DIALLING.has(link.lastError.code);
  return link.state === 'blocked' && BEFORE_DIALLING.has(link.error.code);
}

/** Where the link stands among its lines, and how. */
function standing(
  link: LinkState,
): { at: LinkCheck; tone: Tone; detail: (now: number) => string } | undefined {
  switch (link.state) {
    case 'off':
    case 'live':
      return undefined;
    case 'connecting':
      return { at: OF_STAGE[link.stage], tone: 'working', detail: () => '' };
    case 'degraded':
      return { at: 'answer', tone: 'attention', detail: () => '' };
    case 'reconnecting':
      return {
        at: placeOf(link.lastError.code),
        tone: 'attention',
        detail: (now) => `tried again ${link.nextAt - now < 1_000 ? 'now' : `in ${age(link.nextAt - now)}`}`,
      };
    case 'blocked': {
      const asked = link.reason === 'host-key-unknown';
      return {
        at: placeOf(link.error.code),
        tone: asked ? 'attention' : 'danger',
        detail: () => (asked ? 'waits for you' : ''),
      };
    }
    default:
      return link satisfies never;
  }
}

/** The lines of the link itself: what is behind it is done, what is before it is still to come. */
export function linkChecks(link: LinkState, kind: LinkConfig['kind'], now: number): Check[] {
  const lines = WORDS[kind];
  const found = standing(link);
  const index = found === undefined ? -1 : lines.findIndex(([id]) => id === found.at);
  // a line that this kind of link does not have: the next one that it has
  const at = found !== undefined && index === -1 ? lines.length - 1 : index;
  return lines.map(([id, title], i) => {
    if (link.state === 'live') return { id, title, tone: 'live', detail: '' };
    if (found === undefined || i > at || (i < at && unsent(link)))
      return { id, title, tone: 'off', detail: '' };
    return i < at
      ? { id, title, tone: 'live', detail: '' }
      : { id, title, tone: found.tone, detail: found.detail(now) };
  });
}

const isUp = ({ verdict }: ServiceHealth) => verdict === 'up';

function servicesCheck({ link, health, profile }: ProfileState): Check {
  const line = { id: 'services', title: 'Find its services' } as const;
  if (!carries(link)) return { ...line, tone: 'off', detail: '' };
  if (profile.services.length === 0) return { ...line, tone: 'live', detail: 'none besides MCP' };
  const asked = health.services.filter(({ probedAt }) => probedAt !== null);
  if (asked.length < profile.services.length)
    return { ...line, tone: 'working', detail: `asked ${asked.length} of ${profile.services.length}` };
  const up = asked.filter(isUp).length;
  const detail = `${up} of ${asked.length} healthy`;
  return { ...line, tone: up === asked.length ? 'live' : 'attention', detail };
}

/** Claude Desktop in the list of clients; null while the list is on its way, undefined where it is not in it. */
export function claudeOf(targets: readonly ClientTarget[] | null): ClientTarget | null | undefined {
  if (targets === null) return null;
  const all = targets.filter(({ client }) => client === 'claude-desktop');
  return all.find(({ entries }) => entries.length > 0) ?? all.find(({ found }) => found) ?? all[0];
}

function claudeCheck(name: string, target: ClientTarget | null | undefined, connected: boolean): Check {
  const line = { id: 'claude', title: 'Let Claude see it' } as const;
  if (target === null) return { ...line, tone: 'off', detail: '' };
  const own = target?.entries.find(({ profile }) => profile === name);
  if (connected) return { ...line, tone: 'live', detail: 'a client is connected' };
  if (own?.state === 'ours') return { ...line, tone: 'live', detail: `set up as “${own.key}”` };
  if (own) return { ...line, tone: 'attention', detail: 'set up, but changed by somebody since' };
  if (target?.problem) return { ...line, tone: 'attention', detail: 'its file cannot be changed' };
  const found = target?.found === true;
  return { ...line, tone: 'off', detail: found ? 'not set up yet' : 'not found on this computer' };
}

/** What was seen at a line that is done. */
function withFact(check: Check, { link, profile }: ProfileState): Check {
  const [config] = profile.links;
  if (check.tone !== 'live' || config === undefined || config.kind === 'kubernetes') return check;
  const host = config.kind === 'ssh' ? config.host : new URL(config.url).hostname;
  if (check.id === 'reach') return { ...check, detail: host };
  if (check.id === 'auth' && config.kind === 'ssh') return { ...check, detail: `as ${config.user}` };
  const ms = check.id === 'answer' && link.state === 'live' ? link.rttMs : null;
  return ms === null ? check : { ...check, detail: `in ${Math.max(1, Math.round(ms))} ms` };
}

/** The whole column for a profile, read off what core says; nothing of it is kept on the page. */
export function checksOf(
  state: ProfileState,
  claude: ClientTarget | null | undefined,
  connected: boolean,
  now: number,
): Check[] {
  const { link, profile } = state;
  const kind = 'via' in link ? link.via.kind : (profile.links[0]?.kind ?? 'ssh');
  return [
    ...linkChecks(link, kind, now).map((check) => withFact(check, state)),
    servicesCheck(state),
    claudeCheck(profile.name, claude, connected),
  ];
}

/** The line that a person is at: where the link stands, else the first that is not done. */
export function currentOf(checks: readonly Check[]): CheckId | null {
  const stands = checks.find(
    ({ id, tone }) => id !== 'services' && id !== 'claude' && tone !== 'live' && tone !== 'off',
  );
  return (stands ?? checks.find(({ tone }) => tone !== 'live'))?.id ?? null;
}
