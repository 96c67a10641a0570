import { CircleHelp, Monitor, Moon, Search, Sun } from 'lucide-react';
import { useApp, useFromNow, useMirror, useProfile, useProfileName, useUi } from '../api/app-context.tsx';
import { useChangePreferences, usePreferences } from '../api/preferences.ts';
import type { Preferences } from '../../electron/contract/settings.ts';
import type { Tone } from '../../electron/contract/present.ts';
import { presentLink } from '../../electron/contract/present.ts';
import { IconButton } from './button.tsx';
import { EnvironmentBadge } from './environment-badge.tsx';
import { NoticeBell } from './notice-bell.tsx';
import { PAGE_WORDS } from './pages.ts';
import { StateWord } from './state-mark.tsx';
import { StopButton } from './stop-control.tsx';

type Theme = Preferences['theme'];
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ICON = { system: Monitor, light: Sun, dark: Moon } as const;

function ThemeButton() {
  const { theme } = usePreferences();
  const change = useChangePreferences();
  const Icon = ICON[theme];
  return (
    <IconButton
      label={`Theme: ${theme}. Change to ${NEXT[theme]}`}
      onClick={() => void change({ theme: NEXT[theme] })}
    >
      <Icon size={15} />
    </IconButton>
  );
}

/** The link's word of the profile on screen; unknown while the app does not answer. */
function LinkWord({ testId }: { testId?: string }) {
  const link = useProfile((p) => p.link);
  const lost = useMirror((s) => s.connection !== 'open');
  const tone = useFromNow<Tone>((now) =>
    link === undefined || lost ? 'unknown' : presentLink(link, now).tone,
  );
  const label = useFromNow((now) => (link === undefined || lost ? 'Unknown' : presentLink(link, now).label));
  return <StateWord tone={tone} label={label} {...(testId === undefined ? {} : { 'data-testid': testId })} />;
}

/** Page, profile, environment and stop: the same places on every page. */
export function Header() {
  const { ui } = useApp();
  const page = useUi((s) => s.route.page);
  const name = useProfileName();
  const environment = useProfile((p) => p.profile.environment);
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 border-b border-line px-4">
      <h1 className="w-28 shrink-0 text-lg">{PAGE_WORDS[page].label}</h1>
      {name === null ? null : (
        <div className="flex min-w-0 items-center gap-3">
          <span className="truncate text-quiet">{name}</span>
          {environment === undefined ? null : <EnvironmentBadge environment={environment} />}
          <LinkWord testId="link-state" />
        </div>
      )}
      <span className="flex-1" />
      <button
        type="button"
        className="transition-quick flex h-7 w-48 shrink items-center gap-2 rounded-md border border-line bg-raised px-2 text-quiet hover:bg-hover max-lg-nav:w-9"
        aria-label="Search or do… Ctrl K"
        onClick={() => ui.store.setState({ paletteOpen: true })}
      >
        <Search size={14} aria-hidden className="shrink-0" />
        <span className="flex-1 truncate text-left max-lg-nav:hidden">Search or do…</span>
        <kbd className="text-xs whitespace-nowrap max-lg-nav:hidden">Ctrl K</kbd>
      </button>
      <span className="flex">
        <NoticeBell />
        <ThemeButton />
        <IconButton label="Keyboard help" onClick={() => ui.store.setState({ helpOpen: true })}>
          <CircleHelp size={15} />
        </IconButton>
      </span>
      <StopButton profile={name} />
    </header>
  );
}
