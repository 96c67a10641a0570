import { emptyRecords } from '../../electron/core/positions/records.ts';
import { os, withEventMeta } from '@orpc/server';
import type { App, AppActions } from '../../electron/core/app-interface.ts';
import type { LinkState } from '../../electron/contract/link.ts';
import { DEFAULT_PREFERENCES } from '../../electron/contract/settings.ts';
import type { AppState, ProfileState, StateEvent } from '../../electron/contract/state.ts';

const unknown = { state: 'unknown' as const, reason: 'Not read yet.', since: 0, last: null };

export function profileState(
  name: string,
  link: LinkState,
  environment: 'live' | 'paper' | 'demo' = 'live',
): ProfileState {
  return {
    profile: {
      name,
      preset: 'catalyst',
      environment,
      links: [{ kind: 'direct', url: 'http://127.0.0.1:5000/mcp' }],
      mcpUrl: 'http://127.0.0.1:5000/mcp',
      services: [],
      dir: '~/catalyst-trading-mcp',
      assumedZone: 'UTC',
      currency: 'USD',
      wanted: true,
    },
    secrets: [],
    link,
    chain: [],
    health: { services: [], reported: null, hint: null, plannedDowntime: false },
    trading: { positions: unknown, pnl: unknown, workflow: unknown, cycle: unknown },
    records: emptyRecords('not read', 0),
    logs: { state: 'off' },
    catalogue: { savedAt: null, server: null, tools: [], resources: [] },
    lastStop: null,
    history: { money: [] },
    containers: { list: unknown, restarts: {} },
    guard: { grants: [], unresolved: [], movement: null, mismatch: null },
  };
}

export function appState(
  profiles: readonly ProfileState[] = [],
  consents: AppState['consents'] = [],
): AppState {
  return {
    app: {
      version: '0.1.0',
      shell: 'serve',
      platform: 'linux',
      home: '/home/ada/.catalyst-companion',
      startedAt: 0,
      secrets: { protection: 'file', note: 'Protected by file permissions only.' },
      onboarding: false,
      setup: null,
      stopShortcut: null,
    },
    profiles: Object.fromEntries(profiles.map((one) => [one.profile.name, one])),
    order: profiles.map((one) => one.profile.name),
    clients: {},
    activity: [],
    consents: [...consents],
    consentEnds: [],
    endpoint: { url: null, profiles: [], error: null },
    settings: DEFAULT_PREFERENCES,
    history: { state: 'on', note: null },
  };
}

/** A hand-written App: its state is set by the test, its actions are written down. */
export interface FakeApp extends App {
  /** `connect demo`, `answer c1 allow`, … in order. */
  readonly done: string[];
  /** Lines logged as warnings or errors. */
  readonly logged: string[];
  attached: number;
  set(state: AppState): void;
}

const silent = () => {};

type Listen = (listener: (event: StateEvent) => void) => () => void;

/** Two procedures of the contract: one call, one stream. */
function tinyRouter(at: () => { seq: number; state: AppState }, listen: Listen): App['router'] {
  return {
    app: { info: os.handler(() => ({ version: '0.1.0', pid: process.pid, environment: null })) },
    state: {
      follow: os.handler(async function* ({ signal }) {
        const { seq, state } = at();
        yield withEventMeta({ type: 'snapshot', seq, state }, { id: String(seq) });
        const queue: StateEvent[] = [];
        let wake = silent;
        const stop = listen((event) => {
          queue.push(event);
          wake();
        });
        signal?.addEventListener('abort', () => wake());
        try {
          for (;;) {
            if (signal?.aborted) return;
            const next = queue.shift();
            if (next) yield withEventMeta(next, { id: String(next.seq) });
            else await new Promise<void>((resolve) => (wake = resolve));
          }
        } finally {
          stop();
        }
      }),
    },
  };
}

/** Actions that only write down that they were called. */
function notedActions(done: string[]): AppActions {
  const noted =
    (what: string) =>
    (...args: string[]): never => {
      done.push([what, ...args].join(' '));
      return Promise.resolve({ state: 'off' }) as never;
    };
  return {
    connect: noted('connect'),
    disconnect: noted('disconnect'),
    retry: noted('retry'),
    stopTrading: noted('stop'),
    closeAll: noted('close all'),
    answerConsent: (id, _nonce, decision) => void done.push(`answer ${id} ${decision}`),
    previewClaudeDesktop: noted('preview'),
    installClaudeDesktop: noted('install'),
    changeSettings: (change) => noted('settings')(JSON.stringify(change)),
    wake: () => void done.push('wake'),
  };
}

export function fakeApp(first: AppState = appState(), failing: Partial<AppActions> = {}): FakeApp {
  let state = first;
  let seq = 0;
  const listeners = new Set<(event: StateEvent) => void>();
  const done: string[] = [];
  const logged: string[] = [];
  const app: FakeApp = {
    router: tinyRouter(
      () => ({ seq, state }),
      (listener) => app.onState(listener),
    ),
    done,
    logged,
    attached: 0,
    log: {
      debug: silent,
      info: silent,
      warn: (message) => logged.push(message),
      error: (message) => logged.push(message),
    },
    act: { ...notedActions(done), ...failing },
    screen: {
      attach() {
        app.attached += 1;
        let here = true;
        return () => {
          if (here) app.attached -= 1;
          here = false;
        };
      },
    },
    state: () => state,
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next) {
      state = next;
      seq += 1;
      for (const listener of listeners) listener({ type: 'snapshot', seq, state });
    },
    start: () => Promise.resolve(void done.push('start')),
    stop: () => Promise.resolve(void done.push('app stop')),
  };
  return app;
}
