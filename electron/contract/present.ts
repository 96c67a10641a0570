import type { LinkState } from './link.ts';
import { PROOF_LIMIT_MS } from './link.ts';
import type { Environment } from './profile.ts';
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

export function presentEnvironment(environment: Environment): string {
  return environment.toUpperCase();
}
