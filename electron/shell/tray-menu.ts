import { linkActions, presentEnvironment } from '../contract/present.ts';
import type { Tone } from '../contract/present.ts';
import type { AppState, ProfileState } from '../contract/state.ts';
import { closeAllTool } from '../contract/stop.ts';
import {
  chainLines,
  dangers,
  heading,
  linkDetail,
  presentProfile,
  profilesOf,
  profitToday,
  proofAge,
  timeOfDay,
  untilRetry,
} from './tray-text.ts';

/** What a click asks for of a profile. */
export interface ProfileAction {
  do: 'connect' | 'disconnect' | 'retry' | 'set-up-claude' | 'stop' | 'close-all';
  profile: string;
}

/** What a click asks for of the app itself; `show` comes from notifications. */
export type OwnAction =
  | { do: 'open' | 'settings' | 'answer' | 'about' | 'open-logs' | 'update' | 'quit' }
  | { do: 'show'; page: string; profile: string | null }
  | { do: 'pause-notices' | 'start-at-login'; on: boolean };

/** What a click in the tray's menu, or on a notification, asks for. */
export type TrayAction = ProfileAction | OwnAction;

export function isOnProfile(action: TrayAction): action is ProfileAction {
  return 'profile' in action && action.do !== 'show';
}

/** One menu entry, as data; tray.ts turns it into Electron's. */
export type TrayItem =
  | { kind: 'line' }
  | { kind: 'text'; label: string }
  | { kind: 'action'; label: string; action: TrayAction; enabled: boolean }
  | { kind: 'check'; label: string; action: TrayAction; checked: boolean }
  | { kind: 'menu'; label: string; items: TrayItem[] };

/** What the menu shows that core does not know. */
export interface TrayExtras {
  /** Null where this app cannot be started at login: it is not installed. */
  startAtLogin: boolean | null;
  /** A newer version that is ready to be installed. */
  update: string | null;
}

export const NO_EXTRAS: TrayExtras = { startAtLogin: null, update: null };

/** The worst first: what the one icon shows when profiles differ. */
const WORST_FIRST: readonly Tone[] = ['danger', 'attention', 'working', 'unknown', 'live', 'off'];

const DANGERS_SHOWN = 3;

const line: TrayItem = { kind: 'line' };
const text = (label: string): TrayItem => ({ kind: 'text', label });
const action = (label: string, what: TrayAction, enabled = true): TrayItem => ({
  kind: 'action',
  label,
  action: what,
  enabled,
});

/**
 * The icon: the worst tone of all profiles, and a dot while a request waits for the user. A good link is no reason for
 * green while a stop was not delivered, say, or an outcome is unknown.
 */
export function trayIcon(state: AppState, now: number): { tone: Tone; consent: boolean } {
  const tones = profilesOf(state).map((one) => presentProfile(one, now).tone);
  if (dangers(state, now).length > 0) tones.push('attention');
  return {
    tone: WORST_FIRST.find((tone) => tones.includes(tone)) ?? 'off',
    consent: state.consents.length > 0,
  };
}

function profileItems(state: ProfileState, now: number, moving: boolean): TrayItem[] {
  const profile = state.profile.name;
  const can = linkActions(state.link);
  const wait = moving ? untilRetry(state, now) : undefined;
  const facts = [
    linkDetail(state, now, moving),
    ...chainLines(state, now).filter(() => moving),
    moving ? proofAge(state, now) : '',
    profitToday(state, now, moving) ?? '',
  ].filter((fact) => fact !== '');
  return [
    ...facts.map(text),
    ...(facts.length > 0 ? [line] : []),
    ...(can.trust ? [action('Check the host key…', { do: 'show', page: 'connections', profile })] : []),
    ...(can.retry
      ? [
          action(wait === undefined ? 'Try again now' : `Try again now (else in ${wait})`, {
            do: 'retry',
            profile,
          }),
        ]
      : []),
    action('Connect', { do: 'connect', profile }, can.connect),
    action('Disconnect', { do: 'disconnect', profile }, can.disconnect),
    line,
    action('Set up Claude Desktop…', { do: 'set-up-claude', profile }),
  ];
}

function consentItems(state: AppState): TrayItem[] {
  const [first] = state.consents;
  if (!first) return [];
  const label = `Answer: ${first.tool} on ${first.profile} [${presentEnvironment(first.environment)}]…`;
  return [
    action(label, { do: 'answer' }),
    ...(state.consents.length > 1 ? [text(`and ${state.consents.length - 1} more`)] : []),
    line,
  ];
}

/** What is wrong besides the links, each with the way to where it can be mended. */
function dangerItems(state: AppState, now: number): TrayItem[] {
  const all = dangers(state, now);
  const shown = all.slice(0, DANGERS_SHOWN);
  if (shown.length === 0) return [];
  return [
    ...shown.map(({ title, action: { page, profile } }) =>
      action(`${title}…`, { do: 'show', page, profile }),
    ),
    ...(all.length > shown.length ? [text(`and ${all.length - shown.length} more`)] : []),
    line,
  ];
}

function ownItems(state: AppState, now: number, { startAtLogin, update }: TrayExtras): TrayItem[] {
  const { pausedUntil } = state.settings.notices;
  const paused = pausedUntil !== null && pausedUntil > now;
  return [
    ...(update === null ? [] : [action(`Install version ${update} and restart…`, { do: 'update' }), line]),
    action(
      paused
        ? `Show notifications again (paused until ${timeOfDay(pausedUntil)})`
        : 'Pause notifications for 1 hour',
      { do: 'pause-notices', on: !paused },
    ),
    ...(startAtLogin === null
      ? []
      : [
          {
            kind: 'check',
            label: 'Start at login',
            action: { do: 'start-at-login', on: !startAtLogin },
            checked: startAtLogin,
          } satisfies TrayItem,
        ]),
    action('Settings…', { do: 'settings' }),
    {
      kind: 'menu',
      label: 'Help',
      items: [
        action('Open the log folder', { do: 'open-logs' }),
        action('About and licences…', { do: 'about' }),
      ],
    },
  ];
}

/**
 * The whole menu. The emergency stop is always there and always enabled, whatever the link says. `moving`: with what
 * changes every second, for a menu that is made at the click; a menu that the bar keeps would flicker and lie.
 */
export function trayMenu(state: AppState, now: number, moving = true, extras = NO_EXTRAS): TrayItem[] {
  const profiles = profilesOf(state);
  return [
    ...consentItems(state),
    ...dangerItems(state, now),
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
    ...ownItems(state, now, extras),
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

/**
 * The file of an icon: macOS tints a template image itself, the others get ink for a light or a dark bar. Windows takes
 * of a PNG only its smallest form, whatever the scale of the screen, and of an icon file the size that fits.
 */
export function iconFile(
  icon: { tone: Tone; consent: boolean },
  bar: { platform: string; dark: boolean },
): string {
  const theme = bar.platform === 'darwin' ? 'Template' : bar.dark ? 'dark' : 'light';
  const type = bar.platform === 'win32' ? 'ico' : 'png';
  return `${icon.tone}${icon.consent ? '-consent' : ''}-${theme}.${type}`;
}
