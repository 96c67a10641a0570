import { carries } from '../contract/awaited.ts';
import { standingNotices } from '../contract/notices.ts';
import type { Notice } from '../contract/notices.ts';
import { age, onFallback, presentChain, presentEnvironment, presentLink } from '../contract/present.ts';
import type { Presented } from '../contract/present.ts';
import type { AppState, ProfileState } from '../contract/state.ts';

/** Windows cuts a tray tooltip beyond this many characters. */
const TOOLTIP_MAX = 127;

export const profilesOf = (state: AppState): ProfileState[] =>
  state.order.flatMap((name) => state.profiles[name] ?? []);

/** What a person has to know of besides the links, which have their own lines: the dangers that hold now. */
export const dangers = (state: AppState, now: number): Notice[] =>
  standingNotices(state, now).filter(
    ({ severity, key }) => severity === 'danger' && !state.order.some((name) => key === `${name}/link`),
  );

/** A profile's look in the tray: its link, and no green while a service is known to be down. */
export function presentProfile(state: ProfileState, now: number): Presented {
  const link = presentLink(state.link, now);
  if (link.tone !== 'live' || state.health.plannedDowntime) return link;
  const total = state.health.services.length;
  const bad = state.health.services.filter((one) => one.verdict === 'down' || one.verdict === 'degraded');
  if (bad.length === 0) return link;
  return {
    tone: 'attention',
    label: 'Live',
    detail: `${bad.length} of ${total} services not well: ${bad.map((one) => one.name).join(', ')}.`,
  };
}

/** `demo [DEMO]: Live`, with the environment always said, so that paper is never taken for live. */
export function heading(state: ProfileState, now: number): string {
  const { name, environment } = state.profile;
  return `${name} [${presentEnvironment(environment)}]: ${presentProfile(state, now).label}`;
}

/** How old the last application answer is, while there is a link. */
export function proofAge(state: ProfileState, now: number): string {
  const { link } = state;
  if (!carries(link)) return '';
  return link.lastProof === null ? 'never answered' : `answered ${age(now - link.lastProof)} ago`;
}

/** The time to the next try of a lost link, e.g. `12 s`; undefined where none is waiting. */
export function untilRetry(state: ProfileState, now: number): string | undefined {
  return state.link.state === 'reconnecting' ? age(state.link.nextAt - now) : undefined;
}

/** What is said about the link; where it is not `moving`, without what changes every second. The countdown to the next try is the button's. */
export function linkDetail(state: ProfileState, now: number, moving: boolean): string {
  const { link } = state;
  if (link.state === 'reconnecting')
    return moving ? link.lastError.message : `${link.lastError.message} It is tried again by itself.`;
  if (!moving && link.state === 'live' && presentLink(link, now).label === 'Stale')
    return 'No answer lately.';
  return presentProfile(state, now).detail;
}

/** Which link is in use and why, one sentence a line; empty where the user's first choice is, or there is one only. */
export function chainLines(state: ProfileState, now: number): string[] {
  const text = presentChain(state.chain, now);
  if (text === '' || (state.link.state === 'live' && !onFallback(state.chain))) return [];
  return text.split(/(?<=\.) (?=[A-Z])/);
}

/** `Using HTTPS droplet (2nd choice)`, for the tooltip; empty on the first choice. */
function fallbackNote(state: ProfileState, now: number): string {
  return onFallback(state.chain) ? (presentChain(state.chain, now).split(':', 1)[0] ?? '') : '';
}

/** `14:30`, in the time of this computer. */
export function timeOfDay(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** The day's profit or loss as it was read last, with its age; says so where it is not known. */
export function profitToday(state: ProfileState, now: number, moving: boolean): string | undefined {
  const { pnl } = state.trading;
  if (pnl.state !== 'known' || pnl.value.daily === null) {
    return carries(state.link) ? 'P&L today: unknown' : undefined;
  }
  const sign = /^-|^[0.]+$/.test(pnl.value.daily) ? '' : '+';
  const when = moving ? `${age(now - pnl.receivedAt)} ago` : `at ${timeOfDay(pnl.receivedAt)}`;
  return `P&L today ${sign}${pnl.value.daily} ${pnl.value.currency} (${when})`;
}

/** State and age of every profile, within what Windows shows: whole lines, and a last one that says what is left out. */
export function trayTooltip(state: AppState, now: number): string {
  const lines = profilesOf(state).flatMap((one) => [
    [heading(one, now), proofAge(one, now)].filter(Boolean).join(', '),
    ...[fallbackNote(one, now)].filter(Boolean),
  ]);
  lines.unshift(...dangers(state, now).map(({ title }) => title));
  if (state.consents.length > 0) lines.unshift(`${state.consents.length} waiting for your answer`);
  const shown = ['Catalyst Companion', ...lines];
  const left = (count: number) => (count === shown.length ? '' : '\n…');
  for (let count = shown.length; count > 1; count--) {
    const text = shown.slice(0, count).join('\n') + left(count);
    if (text.length <= TOOLTIP_MAX) return text;
  }
  return `${shown
    .slice(1, 2)
    .join('')
    .slice(0, TOOLTIP_MAX - 1)}…`;
}
