import type { NativeTheme } from 'electron';
import type { Preferences } from '../contract/settings.ts';

type Theme = Preferences['theme'];

/** The page's `--surface` (tokens.css): a window shows it until its page has painted, so that none flashes white. */
const SURFACE = { light: '#f6f7f8', dark: '#0e1013' } as const;

export function surfaceOf(theme: Theme, systemIsDark: boolean): string {
  return SURFACE[theme === 'system' ? (systemIsDark ? 'dark' : 'light') : theme];
}

/** Title bars, native dialogs and menus wear the theme that was chosen for the page. */
export function wearTheme(nativeTheme: Pick<NativeTheme, 'themeSource'>, theme: Theme): void {
  if (nativeTheme.themeSource !== theme) nativeTheme.themeSource = theme;
}
