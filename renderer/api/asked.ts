import { useEffect } from 'react';
import { useApp, useUi } from './app-context.tsx';
import type { Asked, Entry } from './ui-store.ts';

/** Opens, once, what this page was asked for by name. */
export function useAsked<W extends Asked['what']>(
  what: W,
  take: (asked: Extract<Asked, { what: W }>) => void,
): void {
  const { ui } = useApp();
  const asked = useUi((s) => s.asked);
  useEffect(() => {
    if (asked?.what !== what) return;
    ui.store.setState({ asked: null });
    take(asked as Extract<Asked, { what: W }>);
  });
}

/** Adds to the palette, while this is on screen, what only this page can do. */
export function useOffer(make: () => readonly Entry[]): void {
  const { ui } = useApp();
  useEffect(() => ui.offer(make));
}
