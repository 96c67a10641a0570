import type { StoreApi } from 'zustand/vanilla';
import { createStore } from 'zustand/vanilla';
import type { ErrorShape } from '../../electron/contract/errors.ts';
import type { McpExchange } from '../../electron/contract/explorer.ts';
import type { Notice } from '../../electron/contract/notices.ts';
import type { ClientId, ClientPlan } from '../../electron/contract/bridge.ts';
import type { DoctorView } from './doctor.ts';
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
  'doctor',
  'settings',
] as const;
export type Page = (typeof PAGES)[number];
export const SECTIONS = ['link', 'add'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Route {
  page: Page;
  section: Section;
  /** What the activity page shows: the requests of this run, or the audit trail. */
  activity: 'requests' | 'audit';
  /** What the positions page shows. */
  positions: 'open' | 'closed' | 'performance' | 'market';
  /** What is chosen on the Tools page: `tool NAME`, `resource URI`, `template URI` or `prompt NAME`. */
  item: string | null;
  /** The only writer whose lines the Logs page shows at first, as `writerOf` names it; null: all. */
  logs: string | null;
  /** The chosen profile; null follows the first of the list. */
  profile: string | null;
}

export interface Toast {
  id: number;
  tone: 'done' | 'problem' | Notice['severity'];
  text: string;
  next: string;
  /** When it came, ms. */
  at: number;
  /** Of something that holds in the app: its key, and where to look. Absent: what came of something done here. */
  standing?: { key: string; action: Notice['action'] };
  /** Off the screen by now, and in the list behind the bell until it is dismissed. */
  folded?: boolean;
}

/** What a page is asked to open as soon as it is there: by the palette, since it is not on every page. */
export type Asked =
  | { what: 'client-plan'; client: ClientId; label: string; action: ClientPlan['action'] }
  | {
      what:
        | 'audit-check'
        | 'log-export'
        | 'settings-import'
        | 'profile-edit'
        | 'profile-remove'
        | 'limits'
        | 'doctor-report';
    };

/** Something that can be done by name. */
export interface Entry {
  label: string;
  /** What it belongs to, in a word or two. */
  group: string;
  /** The key that does the same, where there is one. */
  keys?: string;
  /** Lifts it over others that fit what is typed as well. */
  weight?: number;
  run: () => void;
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

/** A dialog over the page, and when it was opened, ms. */
export interface OpenOverlay {
  readonly openedAt: number;
}

export interface UiState {
  route: Route;
  paletteOpen: boolean;
  /** Not taken by its page yet. */
  asked: Asked | null;
  helpOpen: boolean;
  /** The dialogs that are open, the first one first. */
  overlays: readonly OpenOverlay[];
  /** The list behind the bell. */
  noticesOpen: boolean;
  notices: readonly Toast[];
  stop: StopView | null;
  /** The question before closing every position is open, for this profile. */
  closing: string | null;
  /** When the last stop of a profile was read, by the time it was reported. */
  stopRead: Readonly<Record<string, number>>;
  /** Requests are answered on this page although the app has a window for them. */
  answerHere: boolean;
  /** Put away for this window; it is back after a reload until the setup is done. */
  onboardingHidden: boolean;
  /** The profile that a form on screen has just added and is connecting; keeps that form in its place. */
  adding: string | null;
  /** Calls made on the Tools page of this window, the newest first. */
  exchanges: readonly KeptExchange[];
  /** The doctor's runs of this window, by profile. */
  doctor: Readonly<Record<string, DoctorView>>;
}

const START: Route = {
  page: 'overview',
  section: 'link',
  activity: 'requests',
  positions: 'open',
  item: null,
  logs: null,
  profile: null,
};
/** The oldest go after so many; a screen shows two or three, the bell lists them. */
const NOTICES_KEPT = 20;
const EXCHANGES_KEPT = 30;

/** The route that a history entry holds; an entry of an older version may name what is no longer there. */
function routeFrom(value: unknown): Route | null {
  if (typeof value !== 'object' || value === null || !('page' in value)) return null;
  const route = { ...START, ...(value as Route) };
  if (!PAGES.includes(route.page)) return null;
  return SECTIONS.includes(route.section) ? route : { ...route, section: START.section };
}

function keptStopRead(): Record<string, number> {
  try {
    const kept = JSON.parse(localStorage.getItem('stop-read') ?? '{}') as unknown;
    return typeof kept === 'object' && kept !== null ? (kept as Record<string, number>) : {};
  } catch {
    return {};
  }
}

/** Short messages at the edge of the window. */
function toastsOf(store: StoreApi<UiState>) {
  let notices = 0;
  const dismiss = (id: number) =>
    store.setState((s) => ({ notices: s.notices.filter((notice) => notice.id !== id) }));
  return {
    dismiss,
    /** It was on the screen for its time: a problem goes behind the bell, everything else goes. */
    fold({ id, tone }: Toast): void {
      if (tone !== 'problem') return dismiss(id);
      store.setState((s) => ({
        notices: s.notices.map((toast) => (toast.id === id ? { ...toast, folded: true } : toast)),
      }));
    },
    /** Shows a short message; the same text twice is one message. Problems stay behind the bell until dismissed. */
    notify(tone: 'done' | 'problem', text: string, next = ''): void {
      notices += 1;
      const notice = { id: notices, tone, text, next, at: Date.now() };
      store.setState((s) => ({
        notices: [...s.notices.filter((old) => old.text !== text), notice].slice(-NOTICES_KEPT),
      }));
    },
    /** Shows something that holds now; one toast a subject. */
    raise(notice: Notice): void {
      notices += 1;
      const toast: Toast = {
        id: notices,
        tone: notice.severity,
        text: notice.title,
        next: notice.text,
        at: Date.now(),
        standing: { key: notice.key, action: notice.action },
      };
      store.setState((s) => ({
        notices: [...s.notices.filter((old) => old.standing?.key !== notice.key), toast].slice(-NOTICES_KEPT),
      }));
    },
    /** It no longer holds, or was shown long enough. */
    clearNotice(key: string): void {
      if (store.getState().notices.some((toast) => toast.standing?.key === key))
        store.setState((s) => ({ notices: s.notices.filter((toast) => toast.standing?.key !== key) }));
    },
  };
}

/** What this window shows; nothing in here is truth about trading. Routes live in history.state, never in the URL. */
export function createUi() {
  const store = createStore<UiState>(() => ({
    route: routeFrom(history.state) ?? START,
    paletteOpen: false,
    asked: null,
    helpOpen: false,
    overlays: [],
    noticesOpen: false,
    notices: [],
    stop: null,
    closing: null,
    stopRead: keptStopRead(),
    answerHere: false,
    onboardingHidden: false,
    adding: null,
    exchanges: [],
    doctor: {},
  }));
  let exchanges = 0;
  const go = (change: Partial<Route>) => {
    const route = { ...store.getState().route, logs: null, ...change };
    history.pushState(route, '');
    store.setState({ route, paletteOpen: false, asked: null });
  };
  const offers = new Set<() => readonly Entry[]>();
  return {
    store,
    go,
    /** Goes to a page and has it open something. */
    ask(asked: Asked, change: Partial<Route>): void {
      go(change);
      store.setState({ asked });
    },
    /** What the page on screen can do by name, until the returned function is called. */
    offer(make: () => readonly Entry[]): () => void {
      offers.add(make);
      return () => offers.delete(make);
    },
    offered: (): Entry[] => [...offers].flatMap((make) => make()),
    ...toastsOf(store),
    /** The report of a stop was seen; until then it stays on screen, over a reload too. */
    readStop(profile: string, at: number): void {
      const stopRead = { ...store.getState().stopRead, [profile]: at };
      localStorage.setItem('stop-read', JSON.stringify(stopRead));
      store.setState({ stopRead });
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
