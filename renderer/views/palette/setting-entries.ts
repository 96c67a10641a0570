import { useApp, useMirror } from '../../api/app-context.tsx';
import { useChangePreferences, usePreferences } from '../../api/preferences.ts';
import type { Entry } from '../../api/ui-store.ts';
import { KINDS } from '../settings/notices-panel.tsx';

const HOUR = 3_600_000;

/** How it looks and how numbers are written. */
function useLookEntries(): Entry[] {
  const change = useChangePreferences();
  const entry = (label: string, given: Parameters<typeof change>[0]): Entry => ({
    label,
    group: 'Look',
    run: () => void change(given),
  });
  return [
    ...(['system', 'light', 'dark'] as const).map((theme) => entry(`Theme: ${theme}`, { theme })),
    entry('Gain and loss: green and red', { money: 'green-red' }),
    entry('Gain and loss: blue and orange', { money: 'blue-orange' }),
    ...(['1,234.56', '1.234,56', '1 234,56', '1’234.56'] as const).map((numbers) =>
      entry(`Numbers: ${numbers}`, { numbers }),
    ),
    entry('Currencies: by sign, $', { currency: 'symbol' }),
    entry('Currencies: by code, USD', { currency: 'code' }),
  ];
}

function useNoticeEntries(): Entry[] {
  const { ui } = useApp();
  const change = useChangePreferences();
  const { notices } = usePreferences();
  const electron = useMirror((s) => s.app?.app.shell === 'electron');
  const set = (given: Partial<typeof notices>) => void change({ notices: { ...notices, ...given } });
  const entry = (label: string, given: Partial<typeof notices>): Entry => ({
    label,
    group: 'Notices',
    run: () => set(given),
  });
  const pause = (hours: number): Entry => ({
    label: `Pause notices for ${hours} h`,
    group: 'Notices',
    run: () => set({ pausedUntil: Date.now() + hours * HOUR }),
  });
  return [
    {
      label: 'What waits for you',
      group: 'Notices',
      keys: 'n',
      run: () => ui.store.setState({ noticesOpen: true }),
    },
    pause(1),
    pause(8),
    ...(notices.pausedUntil === null ? [] : [entry('Notices: go on', { pausedUntil: null })]),
    ...KINDS.map(([kind, label]) =>
      notices.off.includes(kind)
        ? entry(`Notices, ${label}: on`, { off: notices.off.filter((one) => one !== kind) })
        : entry(`Notices, ${label}: off`, { off: [...notices.off, kind] }),
    ),
    ...(electron
      ? [entry(`Notices on the desktop: ${notices.desktop ? 'off' : 'on'}`, { desktop: !notices.desktop })]
      : []),
  ];
}

/** What the app does beside its window, and the window itself. */
function useAppEntries(): Entry[] {
  const { ui, mirror } = useApp();
  const change = useChangePreferences();
  const { startAtLogin, logLevel } = usePreferences();
  const electron = useMirror((s) => s.app?.app.shell === 'electron');
  const lost = useMirror((s) => s.connection === 'lost');
  const hidden = ui.store.getState().onboardingHidden;
  const entry = (label: string, run: () => void, keys?: string): Entry => ({
    label,
    group: 'App',
    run,
    ...(keys !== undefined && { keys }),
  });
  const login = `Start at login: ${startAtLogin ? 'off' : 'on'}`;
  const detailed = logLevel === 'debug';
  return [
    entry('Keyboard help', () => ui.store.setState({ helpOpen: true }), '?'),
    ...(electron ? [entry(login, () => void change({ startAtLogin: !startAtLogin }))] : []),
    entry(
      `Detailed app log: ${detailed ? 'off' : 'on'}`,
      () => void change({ logLevel: detailed ? 'info' : 'debug' }),
    ),
    ...(lost ? [entry('Try to reach the app now', () => mirror.retryNow())] : []),
    ...(hidden
      ? [
          entry('Show the setup again', () => {
            ui.go({ page: 'overview' });
            ui.store.setState({ onboardingHidden: false });
          }),
        ]
      : []),
  ];
}

export function useSettingEntries(): Entry[] {
  return [...useLookEntries(), ...useNoticeEntries(), ...useAppEntries()];
}
