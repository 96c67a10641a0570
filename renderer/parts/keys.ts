import { useEffect } from 'react';
import { useApp } from '../api/app-context.tsx';
import { PAGES } from '../api/ui-store.ts';
import { PAGE_WORDS } from './pages.ts';

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
  );
}

/** Keys that work everywhere: palette, filter, help, pages. Silent while a dialog is open or somebody types. */
export function useKeys(): void {
  const { ui, mirror } = useApp();
  useEffect(() => {
    const plain = (key: string) => {
      if (key === '/') document.querySelector<HTMLElement>('[data-filter]')?.focus();
      else if (key === '?') ui.store.setState({ helpOpen: true });
      else if (key === 'n') ui.store.setState({ noticesOpen: true });
      else {
        const page = PAGES.find((one) => PAGE_WORDS[one].key === key);
        if (page !== undefined) ui.go({ page });
      }
    };
    const onKey = (event: KeyboardEvent) => {
      const { paletteOpen, overlays, stop, closing } = ui.store.getState();
      const waiting = mirror.store.getState().app?.consents.length ?? 0;
      const asked = waiting > 0 || stop !== null || closing !== null;
      const chord = event.ctrlKey || event.metaKey;
      if (chord && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (!asked) ui.store.setState({ paletteOpen: !paletteOpen, noticesOpen: false });
        return;
      }
      if (chord || event.altKey || asked || overlays.length > 0 || typing(event.target)) return;
      if (event.key === '/') event.preventDefault();
      plain(event.key);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [ui, mirror]);
}
