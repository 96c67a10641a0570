import { useEffect } from 'react';
import type { NoticeMemory } from '../../electron/contract/notice-steps.ts';
import { NO_NOTICES, nextNotices } from '../../electron/contract/notice-steps.ts';
import { profileName, useApp } from './app-context.tsx';
import { saidByPage } from './toast-rules.ts';

/** Shows what holds anew as a toast, and takes it away when it no longer does. For the window that shows the app. */
export function useNoticeWatch(): void {
  const { mirror, ui } = useApp();
  useEffect(() => {
    let memory: NoticeMemory = NO_NOTICES;
    let timer: ReturnType<typeof setTimeout> | undefined;
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
        const { route, onboardingHidden } = ui.store.getState();
        const setup = onboardingHidden ? null : app.app.setup;
        if (!saidByPage(notice, route, profileName(app, route.profile), setup)) ui.raise(notice);
      }
      if (step.dueAt !== null) timer = setTimeout(look, Math.max(50, step.dueAt - Date.now()));
    };
    look();
    const unsubscribe = mirror.store.subscribe(look);
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [mirror, ui]);
}
