import { useEffect } from 'react';
import { useCall, useMirror } from '../api/app-context.tsx';
import type { Preferences } from '../../electron/contract/settings.ts';

type Look = Pick<Preferences, 'theme' | 'money'>;

/** What this browser last showed: for the moment before core has answered, never instead of its word. */
function lastLook(): Partial<Look> {
  try {
    return JSON.parse(localStorage.getItem('look') ?? '{}') as Partial<Look>;
  } catch {
    return {};
  }
}

function show({ theme = 'system', money = 'green-red' }: Partial<Look>): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  if (money === 'green-red') delete dataset.money;
  else dataset.money = money;
}

/** Sets the chosen theme and the colours of gain and loss on the document. */
export function useTheme(): void {
  const call = useCall();
  const theme = useMirror((s) => s.app?.settings.theme);
  const money = useMirror((s) => s.app?.settings.money);
  useEffect(() => {
    if (theme === undefined || money === undefined) return show(lastLook());
    show({ theme, money });
    localStorage.setItem('look', JSON.stringify({ theme, money }));
  }, [theme, money]);
  useEffect(() => {
    // the theme was kept by each browser once; the first window that has one hands it over
    const kept = localStorage.getItem('theme');
    if (theme === undefined || kept === null) return;
    localStorage.removeItem('theme');
    if (theme === 'system' && (kept === 'light' || kept === 'dark'))
      void call((c) => c.settings.change({ theme: kept }));
    // `call` is new with every render and reads nothing that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [theme]);
}
