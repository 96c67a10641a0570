import { useEffect } from 'react';
import type { NoticeMemory } from '../../electron/contract/notice-steps.ts';
import { NO_NOTICES, nextNotices } from '../../electron/contract/notice-steps.ts';
import { useApp } from './app-context.tsx';

/** A notice of danger stays until it is dismissed or no longer holds; others go after this, ms. */
const SHOWN_MS = 8_000;

/** Shows what holds anew as a toast, and takes it away when it no longer does. For the window that shows the app. */
export function useNoticeWatch(): void {
  const { mirror, ui } = useApp();
  useEffect(() => {
    let memory: NoticeMemory = NO_NOTICES;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fading = new Set<ReturnType<typeof setTimeout>>();
    const look = () => {
      clearTimeout(timer);
      const { app, connection } = mirror.store.getState();
      // what a lost app said last is no news
      if (app === null || connection !== 'open') return;
      const step = nextNotices(memory, app, Date.now());
      memory = step.memory;
      for (const key of step.cleared) ui.clearNotice(key);
      for (const notice of step.raised) {
        // the request itself is on the screen
        if (notice.kind === 'consent') continue;
        ui.raise(notice);
        if (notice.severity === 'danger') continue;
        const fade = setTimeout(() => {
          fading.delete(fade);
          ui.clearNotice(notice.key);
        }, SHOWN_MS);
        fading.add(fade);
      }
      if (step.dueAt !== null) timer = setTimeout(look, Math.max(50, step.dueAt - Date.now()));
    };
    look();
    const unsubscribe = mirror.store.subscribe(look);
    return () => {
      unsubscribe();
      clearTimeout(timer);
      for (const fade of fading) clearTimeout(fade);
    };
  }, [mirror, ui]);
}
