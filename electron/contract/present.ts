import type {
  BlockedReason,
  CertificateFacts,
  Chain,
  ChainLink,
  ExposedFacts,
  LinkState,
  LinkVia,
} from './link.ts';
import { CERTIFICATE_WARNING_MS, PROOF_LIMIT_MS, RETURN_AFTER_MS } from './link.ts';
import type { Environment, LinkConfig } from './profile.ts';
import type { Verdict } from './models.ts';

/** One look per state: the tray icon, the dot on the page and the word beside it all come from here. */
export type Tone = 'off' | 'working' | 'live' | 'attention' | 'danger' | 'unknown';

export interface Presented {
  tone: Tone;
  /** A word or two, e.g. `Live`. */
  label: string;
  /** One sentence with the cause, and the time to the next try where one is waiting; empty when all is well. */
  detail: string;
}

/** `3 s`, `4 min`, `2 h`, `5 d`; never negative. */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h`;
  return `${Math.floor(s / 86_400)} d`;
}

const STAGES = {
  resolve: 'looking up the host',
  tcp: 'opening the connection',
  'host-key': 'checking the host key',
  auth: 'signing in',
  tunnel: 'opening the tunnel',
  probe: 'waiting for the first answer',
} as const;

/** Label, tone and detail of a link state at time `now` (ms). `live` past the proof limit is shown as stale, not green. */
export function presentLink(link: LinkState, now: number): Presented {
  switch (link.state) {
    case 'off':
      return { tone: 'off', label: 'Off', detail: 'Not connected; connect to see live data.' };
    case 'connecting':
      return {
        tone: 'working',
        label: 'Connecting',
        detail: `${STAGES[link.stage]}${link.attempt > 1 ? `, attempt ${link.attempt}` : ''}`,
      };
    case 'live':
      if (now - link.lastProof >= PROOF_LIMIT_MS) {
        return { tone: 'attention', label: 'Stale', detail: `No answer for ${age(now - link.lastProof)}.` };
      }
      return { tone: 'live', label: 'Live', detail: '' };
    case 'degraded':
      return { tone: 'attention', label: 'Degraded', detail: link.error.message };
    case 'reconnecting':
      return {
        tone: 'attention',
        label: 'Reconnecting',
        detail: `${link.lastError.message} Retrying in ${age(link.nextAt - now)}.`,
      };
    case 'blocked':
      return { tone: 'danger', label: 'Blocked', detail: link.error.message };
    default:
      return link satisfies never;
  }
}

/** What the user can do about a link in this state. */
export function linkActions(link: LinkState): {
  connect: boolean;
  disconnect: boolean;
  retry: boolean;
  trust: boolean;
} {
  const off = link.state === 'off';
  return {
    connect: off,
    disconnect: !off,
    retry:
      link.state === 'reconnecting' ||
      link.state === 'degraded' ||
      (link.state === 'blocked' && link.reason !== 'host-key-unknown'),
    trust: link.state === 'blocked' && link.reason === 'host-key-unknown',
  };
}

const KIND_WORDS = { ssh: 'SSH', https: 'HTTPS', direct: 'Direct', kubernetes: 'Kubernetes' } as const;

/** A link as people say it: `SSH root@droplet`, without jump hosts and without the port and path that everybody has. */
export function linkName(via: LinkVia): string {
  const own = via.label.replace(/^(?:ssh|https|direct|kubernetes)\b ?/i, '');
  const rest =
    via.kind === 'ssh' ? own.replace(/ via .*$/, '').replace(/:22$/, '') : own.replace(/\/mcp$/, '');
  return rest === '' ? KIND_WORDS[via.kind] : `${KIND_WORDS[via.kind]} ${rest}`;
}

/** The jump hosts of a link in the order they are dialled, e.g. `ops@bastion`; none for other kinds. */
export function jumpNames(link: LinkConfig | undefined): string[] {
  if (link?.kind !== 'ssh') return [];
  return link.jump.map(({ user, host, port }) => `${user}@${host}${port === 22 ? '' : `:${port}`}`);
}

/** `1st`, `2nd`, `3rd`, `4th` … */
function ordinal(n: number): string {
  const teen = n % 100 > 10 && n % 100 < 14;
  return `${n}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;
}

const REFUSED_LABELS: Readonly<Record<BlockedReason, string>> = {
  'host-key-changed': 'Host key changed',
  'host-key-unknown': 'New host key',
  'auth-refused': 'Sign-in refused',
  'sign-in-needed': 'Sign-in needed',
  certificate: 'Certificate refused',
  config: 'Needs a repair',
};

/** Why a link waits for a person, in two or three words. */
export function presentRefusal(reason: BlockedReason): string {
  return REFUSED_LABELS[reason];
}

/** How far a link that answers again is on its way back into use, in words. */
function provingDetail(since: number, now: number): string {
  const limit = RETURN_AFTER_MS / 1000;
  return now - since < RETURN_AFTER_MS
    ? `Healthy for ${age(now - since)}; it is used again after ${limit} s.`
    : `Healthy for ${age(now - since)}; it is used again once no call that changes something is under way.`;
}

/**
 * Tone, label and detail of one link of the chain at time `now` (ms). The one in use takes its tone from `link`,
 * the state of the whole, since only a proven answer is green.
 */
export function presentChainLink(entry: ChainLink, now: number, link: LinkState): Presented {
  const cause = entry.error?.message ?? '';
  switch (entry.state) {
    case 'in-use': {
      const { tone, label, detail } = presentLink(link, now);
      return { tone, label: tone === 'live' ? 'In use' : `In use, ${label.toLowerCase()}`, detail };
    }
    case 'trying': {
      const mine = link.state === 'connecting' && link.via.index === entry.via.index;
      return { tone: 'working', label: 'Trying', detail: mine ? STAGES[link.stage] : cause };
    }
    case 'proving':
      return { tone: 'working', label: 'Proving', detail: provingDetail(entry.since, now) };
    case 'failed':
      return { tone: 'attention', label: 'Failed', detail: cause };
    case 'refused':
      return { tone: 'danger', label: REFUSED_LABELS[entry.reason ?? 'config'], detail: cause };
    case 'idle':
      return { tone: 'off', label: 'Not tried', detail: cause };
    default:
      return entry.state satisfies never;
  }
}

/** Why a link that the user prefers is not the one in use, without a full stop. */
function whyNot(entry: ChainLink): string {
  const name = linkName(entry.via);
  const cause = entry.error?.message.replace(/\.$/, '');
  if (entry.state === 'idle') return `${name} was not tried`;
  if (cause === undefined)
    return entry.state === 'proving' ? `${name} was away` : `${name} does not work now`;
  if (entry.state === 'refused') return `${name} waits for you: ${cause}`;
  return `${name} ${entry.error?.code === 'LINK_LOST' ? 'was lost' : 'failed'}: ${cause}`;
}

function wayBack(earlier: Chain, now: number): string {
  const proving = earlier.find((entry) => entry.state === 'proving');
  if (!proving) return '';
  const it = earlier.length === 1 ? 'it' : linkName(proving.via);
  const healthy = now - proving.since;
  return healthy < RETURN_AFTER_MS
    ? ` Back to ${it} when it has been healthy for ${RETURN_AFTER_MS / 1000} s, now ${age(healthy)}.`
    : ` Back to ${it} as soon as no call that changes something is under way.`;
}

function withoutLink(chain: Chain): string {
  const stopper = chain.find(
    (entry) => entry.reason === 'host-key-changed' || entry.reason === 'certificate',
  );
  const active = chain.some((entry) => entry.state === 'trying');
  if (stopper && !active)
    return chain.length === 1
      ? ''
      : `${linkName(stopper.via)} stopped the chain: no other link is used before you have looked at it.`;
  const tried = chain.filter((entry) => entry.state === 'failed' || entry.state === 'refused');
  if (chain.length < 2 || tried.length < chain.length) return '';
  return chain.length === 2
    ? 'Neither of the 2 links works now.'
    : `None of the ${chain.length} links works now.`;
}

/**
 * Which link of the chain is in use and why, in one or two sentences: `Using HTTPS droplet (2nd choice): SSH
 * root@droplet was lost: it stopped answering. Back to it …`. Empty where there is nothing to explain.
 */
export function presentChain(chain: Chain, now: number): string {
  const at = chain.findIndex((entry) => entry.state === 'in-use');
  const used = chain[at];
  if (!used) return withoutLink(chain);
  if (chain.length === 1) return '';
  if (at === 0) return `Using ${linkName(used.via)}, the first choice.`;
  const earlier = chain.slice(0, at);
  return `Using ${linkName(used.via)} (${ordinal(at + 1)} choice): ${earlier.map(whyNot).join('; ')}.${wayBack(earlier, now)}`;
}

/** Whether something else than the user's first choice is in use. */
export function onFallback(chain: Chain): boolean {
  return chain.findIndex((entry) => entry.state === 'in-use') > 0;
}

const DAY_MS = 86_400_000;

/** When a certificate ends; `attention` within 30 days, `danger` once it has ended, `off` while it is fine. */
export function certificateWarning(certificate: CertificateFacts, now: number): { tone: Tone; text: string } {
  const left = certificate.validTo - now;
  const on = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(
    certificate.validTo,
  );
  if (left <= 0) return { tone: 'danger', text: `The certificate ended on ${on}.` };
  if (left > CERTIFICATE_WARNING_MS) return { tone: 'off', text: `The certificate is good until ${on}.` };
  const days = Math.floor(left / DAY_MS);
  const span = days === 0 ? age(left) : days === 1 ? '1 day' : `${days} days`;
  return { tone: 'attention', text: `The certificate ends in ${span}, on ${on}.` };
}

/** `127.0.0.1:15000 → 127.0.0.1:5000`: a port of this computer, and the droplet's that it leads to. */
export function exposedName({ localPort, target }: Pick<ExposedFacts, 'localPort' | 'target'>): string {
  return `127.0.0.1:${localPort} → ${target}`;
}

/** The word and tone of a probe's verdict. */
export function presentVerdict(verdict: Verdict): Presented {
  switch (verdict) {
    case 'up':
      return { tone: 'live', label: 'Up', detail: '' };
    case 'degraded':
      return { tone: 'attention', label: 'Degraded', detail: '' };
    case 'down':
      return { tone: 'danger', label: 'Down', detail: '' };
    case 'unknown':
      return { tone: 'unknown', label: 'Unknown', detail: '' };
    default:
      return verdict satisfies never;
  }
}

/** `LIVE`, `PAPER`, `DEMO`: written so that nobody overlooks it. */
export function presentEnvironment(environment: Environment): string {
  return environment.toUpperCase();
}
