import { createStore } from 'zustand/vanilla';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { McpExchange } from '../../electron/contract/explorer.ts';
import type { StopReport } from '../../electron/contract/bridge.ts';

/** In the order of the sidebar. A page has an entry here, in `PAGE_WORDS` (parts/pages.ts) and in `VIEWS` (views/pages.tsx). */
export const PAGES = [
  'overview',
  'services',
  'positions',
  'logs',
  'activity',
  'tools',
  'connections',
  'clients',
  'settings',
] as const;
export type Page = (typeof PAGES)[number];
export const SECTIONS = ['link', 'add'] as const;
export type Section = (typeof SECTIONS)[number];
export type Theme = 'system' | 'light' | 'dark';

export interface Route {
  page: Page;
  section: Section;
  /** What the activity page shows: the requests of this run, or the audit trail. */
  activity: 'requests' | 'audit';
  /** What the positions page shows. */
  positions: 'open' | 'closed' | 'performance' | 'market';
  /** What is chosen on the Tools page: `tool NAME`, `resource URI`, `template URI` or `prompt NAME`. */
  item: string | null;
  /** The chosen profile; null follows the first of the list. */
  profile: string | null;
}

export interface Notice {
  id: number;
  tone: 'done' | 'problem';
  text: string;
  next: string;
}

/** One call of the Tools page and what came of it. */
export interface KeptExchange {
  id: number;
  at: number;
  profile: string;
  /** As `Route.item`. */
  item: string;
  argumentsText: string;
  outcome: { ok: true; exchange: McpExchange } | { ok: false; error: ErrorShape };
}

/** An emergency stop as the page sees it: sent and waiting, or ended with a report, or without an answer. */
export type StopView =
  | { phase: 'sending'; profile: string; at: number; manual: string }
  | { phase: 'reported'; profile: string; report: StopReport }
  | { phase: 'unanswered'; profile: string; at: number; error: ErrorShape; manual: string };

export interface UiState {
  route: Route;
  theme: Theme;
  paletteOpen: boolean;
  helpOpen: boolean;
  notices: readonly Notice[];
  stop: StopView | null;
  /** The question before closing every position is open, for this profile. */
  closing: string | null;
  /** When the last stop of a profile was read, by the time it was reported. */
  stopRead: Readonly<Record<string, number>>;
  /** Requests are answered on this page although the app has a window for them. */
  answerHere: boolean;
  /** Put away for this window; it is back after a reload until a profile of the user's own exists. */
  onboardingHidden: boolean;
  /** The profile that a form on screen has just added and is connecting; keeps that form in its place. */
  adding: string | null;
  /** Calls made on the Tools page of this window, the newest first. */
  exchanges: readonly KeptExchange[];
}

const START: Route = {
  page: 'overview',
  section: 'link',
  activity: 'requests',
  positions: 'open',
  item: null,
  profile: null,
};
const NOTICES_KEPT = 4;
const EXCHANGES_KEPT = 30;

/** The route that a history entry holds; an entry of an older version may name what is no longer there. */
function routeFrom(value: unknown): Route | null {
  if (typeof value !== 'object' || value === null || !('page' in value)) return null;
  const route = { ...START, ...(value as Route) };
  if (!PAGES.includes(route.page)) return null;
  return SECTIONS.includes(route.section) ? route : { ...route, section: START.section };
}

function keptTheme(): Theme {
  const kept = localStorage.getItem('theme');
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function keptStopRead(): Record<string, number> {
  try {
    const kept = JSON.parse(localStorage.getItem('stop-read') ?? '{}') as unknown;
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** What this window shows; nothing in here is truth about trading. Routes live in history.state, never in the URL. */
export function createUi() {
  const store = createStore<UiState>(() => ({
    route: routeFrom(history.state) ?? START,
    theme: keptTheme(),
    paletteOpen: false,
    helpOpen: false,
    notices: [],
    stop: null,
    closing: null,
    stopRead: keptStopRead(),
    answerHere: false,
    onboardingHidden: false,
    adding: null,
    exchanges: [],
  }));
  let notices = 0;
  let exchanges = 0;
  const go = (change: Partial<Route>) => {
    const route = { ...store.getState().route, ...change };
    history.pushState(route, '');
    store.setState({ route, paletteOpen: false });
  };
  const dismiss = (id: number) =>
    store.setState((s) => ({ notices: s.notices.filter((notice) => notice.id !== id) }));
  return {
    store,
    go,
    dismiss,
    /** Shows a short message; the same text twice is one message. Problems stay until dismissed. */
    notify(tone: Notice['tone'], text: string, next = ''): void {
      notices += 1;
      const notice = { id: notices, tone, text, next };
      store.setState((s) => ({
        notices: [...s.notices.filter((old) => old.text !== text), notice].slice(-NOTICES_KEPT),
      }));
      if (tone === 'done') setTimeout(() => dismiss(notice.id), 5_000);
    },
    /** The report of a stop was seen; until then it stays on screen, over a reload too. */
    readStop(profile: string, at: number): void {
      const stopRead = { ...store.getState().stopRead, [profile]: at };
      localStorage.setItem('stop-read', JSON.stringify(stopRead));
      store.setState({ stopRead });
    },
    setTheme(theme: Theme): void {
      if (theme === 'system') localStorage.removeItem('theme');
      else localStorage.setItem('theme', theme);
      store.setState({ theme });
    },
    keepExchange(kept: Omit<KeptExchange, 'id'>): number {
      exchanges += 1;
      const id = exchanges;
      store.setState((s) => ({ exchanges: [{ id, ...kept }, ...s.exchanges].slice(0, EXCHANGES_KEPT) }));
      return id;
    },
    /** Follows the browser's back and forward. */
    onPopState(state: unknown): void {
      const route = routeFrom(state);
      if (route !== null) store.setState({ route });
    },
  };
}
export type Ui = ReturnType<typeof createUi>;
