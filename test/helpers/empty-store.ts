import { initialAppState } from '../../electron/core/initial-state.ts';
import { Store } from '../../electron/core/store.ts';

/** The state of an app without profiles. */
export const emptyStore = (): Store =>
  new Store(
    initialAppState({
      version: '1',
      shell: 'serve',
      platform: 'linux',
      home: '/h',
      startedAt: 0,
      secrets: { protection: 'file', note: '' },
      onboarding: false,
      setup: null,
      stopShortcut: null,
    }),
  );
