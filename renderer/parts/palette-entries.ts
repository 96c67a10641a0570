import { useAction, useApp, useMirror, useProfileName } from '../api/app-context.tsx';
import type { App } from '../api/app-context.tsx';
import { useChangePreferences, usePreferences } from '../api/preferences.ts';
import { runDoctor } from '../api/doctor.ts';
import { sendStop } from '../api/stop.ts';
import { PAGES, SECTIONS } from '../api/ui-store.ts';
import { linkActions } from '../../electron/contract/present.ts';
import type { AppState } from '../../electron/contract/state.ts';
import { useCanCloseAll } from './close-everything.tsx';
import { PAGE_WORDS, SECTION_WORDS } from './pages.ts';

/** One thing that can be done by name. */
export interface Entry {
  label: string;
  group: string;
  run: () => void;
}

const POSITIONS = {
  open: 'Open positions',
  closed: 'Closed trades',
  performance: 'Performance',
  market: 'Market: scan, news and cycles',
} as const;

function pageEntries({ ui }: App): Entry[] {
  const tabs = Object.keys(POSITIONS) as (keyof typeof POSITIONS)[];
  return [
    ...PAGES.map((page) => ({ label: PAGE_WORDS[page].label, group: 'Go to', run: () => ui.go({ page }) })),
    ...tabs.map((positions) => ({
      label: POSITIONS[positions],
      group: 'Positions',
      run: () => ui.go({ page: 'positions', positions }),
    })),
    {
      label: 'Audit trail',
      group: 'Activity',
      run: () => ui.go({ page: 'activity', activity: 'audit' }),
    },
    ...SECTIONS.map((section) => ({
      label: SECTION_WORDS[section],
      group: 'Connections',
      run: () => ui.go({ page: 'connections', section }),
    })),
  ];
}

const HOUR = 3_600_000;

function useSettingEntries(app: App): Entry[] {
  const change = useChangePreferences();
  const { notices } = usePreferences();
  const entry = (label: string, group: string, given: Parameters<typeof change>[0]): Entry => ({
    label,
    group,
    run: () => void change(given),
  });
  return [
    ...(['system', 'light', 'dark'] as const).map((theme) => entry(`Theme: ${theme}`, 'Look', { theme })),
    entry('Gain and loss: green and red', 'Look', { money: 'green-red' }),
    entry('Gain and loss: blue and orange', 'Look', { money: 'blue-orange' }),
    ...(['1,234.56', '1.234,56', '1 234,56', '1’234.56'] as const).map((numbers) =>
      entry(`Numbers: ${numbers}`, 'Look', { numbers }),
    ),
    {
      label: 'What waits for you',
      group: 'Notices',
      run: () => app.ui.store.setState({ noticesOpen: true }),
    },
    {
      label: 'Pause notices for 1 h',
      group: 'Notices',
      run: () => void change({ notices: { ...notices, pausedUntil: Date.now() + HOUR } }),
    },
    entry('Notices: go on', 'Notices', { notices: { ...notices, pausedUntil: null } }),
    {
      label: 'Keyboard help',
      group: 'Look',
      run: () => app.ui.store.setState({ helpOpen: true }),
    },
  ];
}

const NONE: readonly string[] = [];
const NO_PROFILES: AppState['profiles'] = {};

/** Connect, disconnect and retry of every profile, as far as each can. */
function useLinkEntries(): Entry[] {
  const act = useAction();
  const order = useMirror((s) => s.app?.order ?? NONE);
  const profiles = useMirror((s) => s.app?.profiles ?? NO_PROFILES);
  return order.flatMap((profile) => {
    const link = profiles[profile]?.link;
    if (link === undefined) return [];
    const can = linkActions(link);
    const entry = (label: string, run: () => Promise<boolean>): Entry => ({
      label: `${label} ${profile}`,
      group: 'Link',
      run: () => void run(),
    });
    return [
      ...(can.connect ? [entry('Connect', () => act((c) => c.links.connect({ profile, waitMs: 0 })))] : []),
      ...(can.retry ? [entry('Retry now', () => act((c) => c.links.retry({ profile })))] : []),
      ...(can.disconnect ? [entry('Disconnect', () => act((c) => c.links.disconnect({ profile })))] : []),
    ];
  });
}

/** Each tool, resource and prompt of the profile on screen, to look at or try. */
function useToolEntries({ ui }: App, profile: string | null): Entry[] {
  const catalogue = useMirror((s) => (profile === null ? undefined : s.app?.profiles[profile]?.catalogue));
  if (catalogue === undefined) return [];
  const entry = (kind: string, name: string): Entry => ({
    label: name.slice(0, 120),
    group: kind,
    run: () => ui.go({ page: 'tools', item: `${kind.toLowerCase()} ${name}` }),
  });
  return [
    ...catalogue.tools.map(({ name }) => entry('Tool', name)),
    ...catalogue.resources.map(({ uri }) => entry('Resource', uri)),
    ...(catalogue.prompts ?? []).map(({ name }) => entry('Prompt', name)),
  ];
}

function useTradingEntries(app: App, order: readonly string[], profile: string | null): Entry[] {
  const canClose = useCanCloseAll(profile);
  const stops = order.map((name) => ({
    label: `Stop trading on ${name}`,
    group: 'Emergency',
    run: () => void sendStop(app, name),
  }));
  if (profile === null || !canClose) return stops;
  const close: Entry = {
    label: `Close everything on ${profile}…`,
    group: 'Emergency',
    run: () => app.ui.store.setState({ closing: profile }),
  };
  return [...stops, close];
}

/** Everything that can be done from where the user is. */
export function useEntries(): Entry[] {
  const app = useApp();
  const profile = useProfileName();
  const order = useMirror((s) => s.app?.order ?? NONE);
  const links = useLinkEntries();
  const settings = useSettingEntries(app);
  const tools = useToolEntries(app, profile);
  const trading = useTradingEntries(app, order, profile);
  const doctors = order.map((name) => ({
    label: `Run the doctor on ${name}`,
    group: 'Doctor',
    run: () => {
      app.ui.go({ page: 'doctor', profile: name });
      void runDoctor(app, name);
    },
  }));
  const switches = order
    .filter((name) => name !== profile)
    .map((name) => ({ label: `Show ${name}`, group: 'Profile', run: () => app.ui.go({ profile: name }) }));
  return [...pageEntries(app), ...links, ...doctors, ...switches, ...trading, ...tools, ...settings];
}
