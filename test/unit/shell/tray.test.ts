import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ConsentRequest } from '../../../electron/contract/bridge.ts';
import { BlockedReason, DegradedReason, LinkState } from '../../../electron/contract/link.ts';
import type { ProfileState } from '../../../electron/contract/state.ts';
import { TrayView } from '../../../electron/shell/tray.ts';
import type { TrayAction, TrayItem } from '../../../electron/shell/tray-menu.ts';
import { iconFile, trayIcon, trayMenu } from '../../../electron/shell/tray-menu.ts';
import { trayTooltip } from '../../../electron/shell/tray-text.ts';
import { appState, profileState } from '../../helpers/fake-app.ts';
import { consentRequest } from './consent-request.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const NOW = 1_000_000;
const via = { index: 0, kind: 'ssh' as const, label: 'ssh root@droplet' };
const lost = { code: 'LINK_LOST' as const, message: 'The connection was cut.', next: '' };
const live: LinkState = { state: 'live', via, since: 0, lastProof: NOW - 3_000, rttMs: 40 };

const blocked = (reason: BlockedReason, message: string): LinkState => ({
  state: 'blocked',
  reason,
  error: { ...lost, message },
});

const LINKS: Record<string, LinkState> = {
  off: { state: 'off' },
  connecting: { state: 'connecting', stage: 'auth', attempt: 2, via },
  live,
  stale: { ...live, lastProof: NOW - 45_000 },
  degraded: {
    state: 'degraded',
    reason: 'mcp',
    since: 0,
    via,
    lastProof: NOW - 2_000,
    error: { ...lost, message: 'MCP fails.' },
  },
  reconnecting: { state: 'reconnecting', attempt: 3, nextAt: NOW + 12_000, lastError: lost },
  'degraded and stale': {
    state: 'degraded',
    reason: 'stale',
    since: 0,
    via,
    lastProof: null,
    error: { ...lost, message: 'Nothing has answered for 45 s.' },
  },
  'host key unknown': blocked('host-key-unknown', 'The host key is new.'),
  'host key changed': blocked('host-key-changed', 'The host key is not the one that is stored.'),
  'auth refused': blocked('auth-refused', 'The droplet refused the key.'),
  'sign-in needed': blocked('sign-in-needed', 'The server wants you to sign in.'),
  'not to be trusted': blocked('certificate', 'The certificate has expired.'),
  'set up wrongly': blocked('config', 'The key file is not there.'),
};

/** A menu as a person reads it; what is greyed in brackets. */
function printed(items: readonly TrayItem[], depth = 0): string {
  const pad = '  '.repeat(depth);
  return items
    .map((item) => {
      if (item.kind === 'line') return `${pad}--`;
      if (item.kind === 'text') return `${pad}(${item.label})`;
      if (item.kind === 'menu') return `${pad}${item.label} >\n${printed(item.items, depth + 1)}`;
      if (item.kind === 'check') return `${pad}[${item.checked ? 'x' : ' '}] ${item.label}`;
      return item.enabled ? `${pad}${item.label}` : `${pad}[${item.label}]`;
    })
    .join('\n');
}

const stateWith = (link: LinkState, consents: ConsentRequest[] = []) =>
  appState([profileState('catalyst', link)], consents);

describe('the menu', () => {
  it('is printed below for every state that a link can be in', () => {
    const printedHere = Object.values(LINKS);
    const reasons = (state: string) =>
      new Set(printedHere.flatMap((link) => (link.state === state && 'reason' in link ? [link.reason] : [])));
    expect(new Set(printedHere.map(({ state }) => state))).toEqual(
      new Set(LinkState.options.map(({ shape }) => shape.state.value)),
    );
    expect(reasons('blocked')).toEqual(new Set(BlockedReason.options));
    expect(reasons('degraded')).toEqual(new Set(DegradedReason.options));
  });

  it.each(Object.keys(LINKS))('for a link that is %s', (name) => {
    const state = stateWith(LINKS[name]);
    const text = `${trayIcon(state, NOW).tone}\n${trayTooltip(state, NOW)}\n\n${printed(trayMenu(state, NOW))}`;
    expect(text).toMatchSnapshot();
  });

  it('without a profile, and with two and a request that waits', () => {
    expect(printed(trayMenu(appState(), NOW))).toMatchSnapshot();
    const two = appState(
      [profileState('catalyst', live), profileState('demo', { state: 'off' }, 'demo')],
      [consentRequest({ requestedAt: NOW })],
    );
    expect(printed(trayMenu(two, NOW))).toMatchSnapshot();
    expect(trayTooltip(two, NOW)).toContain('1 waiting for your answer');
  });

  it('on the second choice of its links, and as the bar of a Linux desktop keeps it', () => {
    const profile = profileState('catalyst', LINKS['live']);
    const https = { index: 1, kind: 'https' as const, label: 'https droplet.example' };
    const idle = { reason: null, error: null, since: NOW - 20_000 };
    profile.chain = [
      { ...idle, via, state: 'failed', error: lost },
      { ...idle, via: https, state: 'in-use' },
    ] as ProfileState['chain'];
    const state = appState([profile]);
    expect(`${trayTooltip(state, NOW)}\n\n${printed(trayMenu(state, NOW))}`).toMatchSnapshot();
    for (const name of ['live', 'stale', 'reconnecting']) {
      const kept = (now: number) => JSON.stringify(trayMenu(stateWith(LINKS[name]), now, false));
      expect(kept(NOW + 100_000)).toBe(kept(NOW + 103_000));
    }
    expect(printed(trayMenu(stateWith(LINKS['reconnecting']), NOW, false))).toMatchSnapshot();
  });

  it("with everything that is the app's own, and a tool that closes everything", () => {
    const profile = profileState('catalyst', LINKS['live']);
    const tool = { name: 'close_all_positions', status: 'listed', definition: '{}' };
    profile.catalogue.tools = [tool as never];
    const consents = [consentRequest({ requestedAt: NOW }), consentRequest({ id: 'c2', requestedAt: NOW })];
    const extras = { startAtLogin: true, update: '0.2.0' };
    const state = appState([profile], consents);
    const pausedUntil = NOW + 3_600_000;
    state.settings = { ...state.settings, notices: { ...state.settings.notices, pausedUntil } };
    const text = printed(trayMenu(state, NOW, true, extras));
    expect(text.replace(/until \d\d:\d\d/, 'until 14:30')).toMatchSnapshot();
    // the pause is over
    expect(printed(trayMenu(state, pausedUntil, true, extras))).toContain('Pause notifications for 1 hour');
  });

  it('keeps the emergency stop and Quit in every state', () => {
    for (const link of Object.values(LINKS)) {
      const text = printed(trayMenu(stateWith(link), NOW));
      expect(text).toContain('\n  Stop new trades on catalyst [LIVE]\n');
      expect(text).toContain('Quit (trading on the droplet keeps running)');
    }
  });

  it('shows the P&L of the day with its currency and age', () => {
    const profile = profileState('catalyst', live);
    const pnl = {
      currency: 'USD',
      daily: '12.30',
      unrealized: null,
      realized: null,
      exposure: null,
      dailyLossLimit: null,
      equity: null,
    };
    profile.trading.pnl = {
      state: 'known',
      value: pnl,
      source: { kind: 'rest', ref: '' },
      receivedAt: NOW - 60_000,
    };
    expect(printed(trayMenu(appState([profile]), NOW))).toContain('(P&L today +12.30 USD (1 min ago))');
  });
});

describe('the icon', () => {
  it('is the worst of all profiles; those that are off do not count while another is on', () => {
    const tone = (...links: LinkState[]) =>
      trayIcon(appState(links.map((link, i) => profileState(`p${i}`, link))), NOW).tone;
    expect(tone()).toBe('off');
    expect(tone(live, { state: 'off' })).toBe('live');
    expect(tone(live, LINKS['connecting'])).toBe('working');
    expect(tone(live, LINKS['reconnecting'])).toBe('attention');
    expect(tone(LINKS['auth refused'], LINKS['reconnecting'])).toBe('danger');
  });

  it('is not green while a service is known to be down, unless that is planned', () => {
    const profile = profileState('catalyst', live);
    const service = {
      name: 'news',
      verdict: 'down' as const,
      reason: 'no answer',
      latencyMs: null,
      httpStatus: null,
      version: null,
      parts: {},
      probedAt: NOW,
      source: null,
      reported: null,
      beats: [],
    };
    profile.health.services = [service];
    expect(trayIcon(appState([profile]), NOW).tone).toBe('attention');
    expect(printed(trayMenu(appState([profile]), NOW))).toContain('1 of 1 services not well: news.');
    profile.health.plannedDowntime = true;
    expect(trayIcon(appState([profile]), NOW).tone).toBe('live');
  });

  it('is not green over a stop that was not delivered; the menu names it and leads to it', () => {
    const profile = profileState('catalyst', live);
    const manual = 'curl -X POST http://127.0.0.1:5006/api/v1/workflow/stop';
    profile.lastStop = {
      profile: 'catalyst',
      result: 'not-delivered',
      at: NOW,
      parts: [],
      stateRead: '',
      manual,
    };
    const state = appState([profile]);
    expect(trayIcon(state, NOW).tone).toBe('attention');
    expect(trayTooltip(state, NOW)).toContain('Emergency stop NOT delivered: catalyst [LIVE]');
    const [first] = trayMenu(state, NOW);
    expect(first).toEqual({
      kind: 'action',
      label: 'Emergency stop NOT delivered: catalyst [LIVE]…',
      action: { do: 'show', page: 'overview', profile: 'catalyst' },
      enabled: true,
    });
    // a blocked link has its own look and lines
    const blocked = trayMenu(stateWith(LINKS['auth refused']), NOW);
    expect(blocked[0]).toMatchObject({ label: 'Open dashboard' });
  });

  it('has a file per tone, bar and waiting request', () => {
    expect(iconFile({ tone: 'live', consent: false }, { platform: 'darwin', dark: true })).toBe(
      'live-Template.png',
    );
    expect(iconFile({ tone: 'danger', consent: true }, { platform: 'win32', dark: false })).toBe(
      'danger-consent-light.ico',
    );
    expect(iconFile({ tone: 'off', consent: false }, { platform: 'linux', dark: true })).toBe('off-dark.png');
  });

  it('has a tooltip that Windows shows whole', () => {
    const many = Array.from({ length: 12 }, (_, i) => profileState(`profile-${i}`, live));
    const text = trayTooltip(appState(many), NOW);
    expect(text.length).toBeLessThanOrEqual(127);
    // whole lines, and a sign that there are more
    expect(text.split('\n').slice(1)).toEqual([
      'profile-0 [LIVE]: Live, answered 3 s ago',
      'profile-1 [LIVE]: Live, answered 3 s ago',
      '…',
    ]);
    const long = appState([profileState('x'.repeat(200), live)]);
    expect(trayTooltip(long, NOW).length).toBeLessThanOrEqual(127);
  });
});

/** A clock moved by hand. */
function trayOn(platform: string, first = stateWith({ state: 'off' })) {
  const clock = new ManualClock(NOW);
  const calls: string[] = [];
  const tray: any = new EventEmitter();
  for (const name of ['setImage', 'setToolTip', 'setContextMenu', 'popUpContextMenu', 'destroy'])
    tray[name] = (value: unknown) => calls.push(typeof value === 'string' ? `${name} ${value}` : name);
  const nativeTheme: any = new EventEmitter();
  nativeTheme.shouldUseDarkColors = nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = false;
  const performed: TrayAction[] = [];
  const menu = new EventEmitter();
  let state = first;
  let template: any[] = [];
  const view = new TrayView({
    makeTray: (icon) => {
      calls.push(`new ${icon}`);
      return tray;
    },
    makeMenu: (items) => Object.assign(menu, { items: (template = items) }) as any,
    nativeTheme,
    iconDir: '/icons',
    platform,
    clock,
    state: () => state,
    perform: (action) => performed.push(action),
  });
  const take = () => calls.splice(0);
  return {
    clock,
    tray,
    nativeTheme,
    performed,
    view,
    take,
    menu,
    template: () => template,
    set: (next: typeof state) => (state = next),
  };
}

describe('the tray', () => {
  it('joins fast changes and sets nothing that has not changed', () => {
    const { view, clock, take, set } = trayOn('win32');
    expect(take()).toEqual(['new /icons/off-light.ico', expect.stringContaining('setToolTip')]);
    for (const name of ['connecting', 'reconnecting', 'live']) {
      set(stateWith(LINKS[name]));
      view.refresh();
    }
    expect(take()).toEqual([]);
    clock.advance(250);
    expect(take()).toEqual(['setImage /icons/live-light.ico', expect.stringContaining('LIVE]: Live')]);
    view.refresh();
    clock.advance(250);
    expect(take()).toEqual([]);
  });

  it('turns from green by itself when answers stop', () => {
    const { clock, take } = trayOn('win32', stateWith(live));
    take();
    clock.advance(50_000);
    expect(take()).toContain('setImage /icons/attention-light.ico');
  });

  it('follows the theme of the bar', () => {
    const { nativeTheme, clock, take } = trayOn('win32');
    take();
    nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = true;
    nativeTheme.emit('updated');
    clock.advance(250);
    expect(take()).toEqual(['setImage /icons/off-dark.ico']);
  });

  it('opens by click and has its menu by right click on Windows, by any click on macOS', () => {
    const windows = trayOn('win32');
    windows.take();
    windows.tray.emit('click');
    expect([windows.performed, windows.take()]).toEqual([[{ do: 'open' }], []]);
    windows.tray.emit('right-click');
    expect(windows.take()).toEqual(['popUpContextMenu']);
    const mac = trayOn('darwin');
    mac.take();
    mac.tray.emit('click');
    expect([mac.performed, mac.take()]).toEqual([[], ['popUpContextMenu']]);
  });

  it('gives the menu to the bar on Linux, and again only when it reads differently', () => {
    const { view, clock, take, set, template, performed } = trayOn('linux');
    expect(take()).toContain('setContextMenu');
    view.refresh();
    clock.advance(250);
    expect(take()).toEqual([]);
    set(stateWith(live));
    view.refresh();
    clock.advance(250);
    expect(take()).toContain('setContextMenu');
    template()
      .find((item) => item.label === 'Emergency stop')
      .submenu[0].click();
    expect(performed).toEqual([{ do: 'stop', profile: 'catalyst' }]);
  });

  it('never exchanges a menu under the hand of the user on Linux', () => {
    const { view, clock, take, set, menu } = trayOn('linux');
    take();
    menu.emit('menu-will-show');
    set(stateWith(live));
    view.refresh();
    clock.advance(250);
    expect(take()).not.toContain('setContextMenu');
    menu.emit('menu-will-close');
    clock.advance(250);
    expect(take()).toContain('setContextMenu');
    menu.emit('menu-will-show');
    set(stateWith({ state: 'off' }));
    clock.advance(40_000);
    expect(take()).toContain('setContextMenu');
  });

  it('shows an ampersand, which would mark a key, as one', () => {
    const { template } = trayOn('linux', stateWith(live));
    const [, , profile] = template();
    const labels = profile.submenu.map(({ label }: { label: string }) => label);
    expect(labels).toContain('P&&L today: unknown');
  });

  it('leaves nothing running when it is disposed', () => {
    const { view, clock, take, nativeTheme } = trayOn('linux');
    view.refresh();
    take();
    view.dispose();
    view.dispose();
    view.refresh();
    expect([take(), clock.waiting, nativeTheme.listenerCount('updated')]).toEqual([['destroy'], 0, 0]);
  });
});
