import type { AppState, ProfileState } from '../contract/state.ts';
import { age, linkActions, presentEnvironment, presentLink } from '../contract/present.ts';
import type { Presented, Tone } from '../contract/present.ts';
import { closeAllTool } from '../contract/stop.ts';

/** What a click in the tray's menu asks for. */
export type TrayAction =
  | { do: 'connect' | 'disconnect' | 'retry' | 'set-up-claude' | 'stop' | 'close-all'; profile: string }
  | { do: 'open' | 'quit' };

/** One menu entry, as data; tray.ts turns it into Electron's. */
export type TrayItem =
  | { kind: 'line' }
  | { kind: 'text'; label: string }
  | { kind: 'action'; label: string; action: TrayAction; enabled: boolean }
  | { kind: 'menu'; label: string; items: TrayItem[] };

/** Windows cuts a tray tooltip beyond this many characters. */
const TOOLTIP_MAX = 127;

/** The worst first: what the one icon shows when profiles differ. */
const WORST_FIRST: readonly Tone[] = ['danger', 'attention', 'working', 'unknown', 'live', 'off'];

const line: TrayItem = { kind: 'line' };
const text = (label: string): TrayItem => ({ kind: 'text', label });
const action = (label: string, what: TrayAction, enabled = true): TrayItem => ({
  kind: 'action',
  label,
  action: what,
  enabled,
});

/** A profile's look in the tray: its link, and no green while a service is known to be down. */
function presentProfile(state: ProfileState, now: number): Presented {
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

const profilesOf = (state: AppState): ProfileState[] =>
  state.order.flatMap((name) => state.profiles[name] ?? []);

/** The icon: the worst tone of all profiles, and a dot while a request waits for the user. */
export function trayIcon(state: AppState, now: number): { tone: Tone; consent: boolean } {
  const tones = profilesOf(state).map((one) => presentProfile(one, now).tone);
  return {
    tone: WORST_FIRST.find((tone) => tones.includes(tone)) ?? 'off',
    consent: state.consents.length > 0,
  };
}

/** `demo [DEMO]: Live`, with the environment always said, so that paper is never taken for live. */
function heading(state: ProfileState, now: number): string {
  const { name, environment } = state.profile;
  return `${name} [${presentEnvironment(environment)}]: ${presentProfile(state, now).label}`;
}

/** How old the last application answer is, while there is a link. */
function proofAge(state: ProfileState, now: number): string {
  const { link } = state;
  if (link.state !== 'live' && link.state !== 'degraded') return '';
  return link.lastProof === null ? 'never answered' : `answered ${age(now - link.lastProof)} ago`;
}

function profitToday(state: ProfileState, now: number): string | undefined {
  const { pnl } = state.trading;
  if (pnl.state !== 'known' || pnl.value.daily === null) return undefined;
  const sign = pnl.value.daily.startsWith('-') ? '' : '+';
  return `P&L today ${sign}${pnl.value.daily} ${pnl.value.currency} (${age(now - pnl.receivedAt)} ago)`;
}

/** Up to three lines and within what Windows shows. */
export function trayTooltip(state: AppState, now: number): string {
  const lines = profilesOf(state).map((one) =>
    [heading(one, now), proofAge(one, now)].filter(Boolean).join(', '),
  );
  if (state.consents.length > 0) lines.unshift(`${state.consents.length} waiting for your answer`);
  const full = ['Catalyst Companion', ...lines].join('\n');
  return full.length <= TOOLTIP_MAX ? full : `${full.slice(0, TOOLTIP_MAX - 1)}…`;
}

function profileItems(state: ProfileState, now: number, moving: boolean): TrayItem[] {
  const profile = state.profile.name;
  const presented = presentProfile(state, now);
  const can = linkActions(state.link);
  const facts = [presented.detail, ...(moving ? [proofAge(state, now), profitToday(state, now)] : [])].filter(
    (fact) => fact !== undefined && fact !== '',
  ) as string[];
  return [
    ...facts.map(text),
    ...(can.trust ? [action('Check the host key…', { do: 'open' })] : []),
    ...(can.retry ? [action('Try again now', { do: 'retry', profile })] : []),
    action('Connect', { do: 'connect', profile }, can.connect),
    action('Disconnect', { do: 'disconnect', profile }, can.disconnect),
    line,
    action('Set up Claude Desktop…', { do: 'set-up-claude', profile }),
  ];
}

function consentItems(state: AppState): TrayItem[] {
  if (state.consents.length === 0) return [];
  const first = state.consents[0];
  return [
    action(
      `Answer: ${first?.tool} on ${first?.profile} [${presentEnvironment(first?.environment ?? 'live')}]…`,
      {
        do: 'open',
      },
    ),
    ...(state.consents.length > 1 ? [text(`and ${state.consents.length - 1} more`)] : []),
    line,
  ];
}

/**
 * The whole menu. The emergency stop is always there and always enabled, whatever the link says. `moving`: with what
 * changes every second, for a menu that is made at the click; a menu that the bar keeps would flicker and lie.
 */
export function trayMenu(state: AppState, now: number, moving = true): TrayItem[] {
  const profiles = profilesOf(state);
  return [
    ...consentItems(state),
    action('Open dashboard', { do: 'open' }),
    line,
    ...profiles.map((one): TrayItem => ({
      kind: 'menu',
      label: heading(one, now),
      items: profileItems(one, now, moving),
    })),
    ...(profiles.length === 0 ? [text('No profile yet')] : []),
    ...stopItems(profiles),
    line,
    action('Quit (trading on the droplet keeps running)', { do: 'quit' }),
  ];
}

/**
 * In a menu of its own, so that it takes two moves of the hand and no question. Closing everything stands apart and
 * asks, and only where the back end has a tool for it.
 */
function stopItems(profiles: readonly ProfileState[]): TrayItem[] {
  if (profiles.length === 0) return [];
  const named = ({ profile }: ProfileState) => `${profile.name} [${presentEnvironment(profile.environment)}]`;
  const stops = profiles.map((one) =>
    action(`Stop new trades on ${named(one)}`, { do: 'stop', profile: one.profile.name }),
  );
  const closes = profiles
    .filter((one) => closeAllTool(one.profile.preset, one.catalogue.tools) !== undefined)
    .map((one) =>
      action(`Close everything on ${named(one)}…`, { do: 'close-all', profile: one.profile.name }),
    );
  const items = closes.length > 0 ? [...stops, line, ...closes] : stops;
  return [line, { kind: 'menu', label: 'Emergency stop', items }];
}

/** The file of an icon: macOS tints a template image itself, the others get ink for a light or a dark bar. */
export function iconFile(
  icon: { tone: Tone; consent: boolean },
  bar: { platform: string; dark: boolean },
): string {
  const theme = bar.platform === 'darwin' ? 'Template' : bar.dark ? 'dark' : 'light';
  return `${icon.tone}${icon.consent ? '-consent' : ''}-${theme}.png`;
}
