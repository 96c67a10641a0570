import { createContext, use, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import { age } from '../../electron/contract/present.ts';
import type { AppState, ProfileState } from '../../electron/contract/state.ts';
import { errorShape } from './client.ts';
import type { Mirror, MirrorState } from './mirror.ts';
import type { Client } from './session.ts';
import type { Ticker } from './ticker.ts';
import type { Ui, UiState } from './ui-store.ts';

export interface App {
  mirror: Mirror;
  ticker: Ticker;
  ui: Ui;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = use(AppContext);
  if (app === null) throw new Error('AppContext is missing');
  return app;
}

export function useMirror<T>(select: (state: MirrorState) => T): T {
  return useStore(useApp().mirror.store, select);
}

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(useApp().ui.store, select);
}

/** The name of the profile on screen: the chosen one while it exists, else the first. */
export function profileName(app: AppState, wanted: string | null): string | null {
  return wanted !== null && wanted in app.profiles ? wanted : (app.order[0] ?? null);
}

export function useProfileName(): string | null {
  const wanted = useUi((s) => s.route.profile);
  return useMirror((s) => (s.app === null ? null : profileName(s.app, wanted)));
}

/** A part of the profile on screen; undefined while there is none. */
export function useProfile<T>(select: (profile: ProfileState) => T): T | undefined {
  const wanted = useUi((s) => s.route.profile);
  return useMirror((s) => {
    if (s.app === null) return undefined;
    const name = profileName(s.app, wanted);
    const profile = name === null ? undefined : s.app.profiles[name];
    return profile === undefined ? undefined : select(profile);
  });
}

/** The time, ms, once a second. Whoever needs a text only takes `useAge`, which renders when the text changes. */
export function useNow(): number {
  const { ticker } = useApp();
  return useSyncExternalStore(ticker.subscribe, ticker.now);
}

/** A value computed from the time, rendering only when it changes. Must return a primitive. */
export function useFromNow<T extends string | number | boolean>(compute: (now: number) => T): T {
  const { ticker } = useApp();
  return useSyncExternalStore(ticker.subscribe, () => compute(ticker.now()));
}

export function useAge(at: number): string {
  return useFromNow((now) => age(now - at));
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; error: ErrorShape };

/** Runs a call of the contract; failures come back as something to show, never as an exception. */
export function useCall(): <T>(run: (client: Client) => Promise<T>) => Promise<Outcome<T>> {
  const { mirror } = useApp();
  return async (run) => {
    const { client } = mirror;
    if (client === null) {
      return {
        ok: false,
        error: {
          code: 'APP_NOT_RUNNING',
          message: 'The app is not answering, so this was not sent.',
          next: 'Wait for the connection, or start the app again.',
        },
      };
    }
    try {
      return { ok: true, value: await run(client) };
    } catch (error) {
      return { ok: false, error: errorShape(error) };
    }
  };
}

/** Like `useCall`, telling the user by a message what was done or what went wrong. */
export function useAction(): (run: (client: Client) => Promise<unknown>, done?: string) => Promise<boolean> {
  const call = useCall();
  const { ui } = useApp();
  return async (run, done) => {
    const outcome = await call(run);
    if (!outcome.ok) ui.notify('problem', outcome.error.message, outcome.error.next);
    else if (done !== undefined) ui.notify('done', done);
    return outcome.ok;
  };
}
