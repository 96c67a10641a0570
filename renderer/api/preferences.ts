import type { Preferences, PreferencesChange } from '../../electron/contract/settings.ts';
import { DEFAULT_PREFERENCES } from '../../electron/contract/settings.ts';
import { useAction, useMirror } from './app-context.tsx';

/** The user's preferences as core has them; the usual ones before its first answer. */
export function usePreferences(): Preferences {
  return useMirror((s) => s.app?.settings) ?? DEFAULT_PREFERENCES;
}

/** Changes some preferences for every window; what goes wrong is told. */
export function useChangePreferences(): (change: PreferencesChange) => Promise<boolean> {
  const act = useAction();
  return (change) => act((c) => c.settings.change(change));
}
