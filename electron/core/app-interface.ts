import type { AnyRouter } from '@orpc/server';
import type { ClientPlan, CloseReport, StopReport } from '../contract/bridge.ts';
import type { ConsentExtras } from './guard/consent.ts';
import type { LinkState } from '../contract/link.ts';
import type { Preferences, PreferencesChange } from '../contract/settings.ts';
import type { AppState, StateEvent } from '../contract/state.ts';
import type { Fault } from './demo/faults.ts';
import type { Home } from './files.ts';
import type { Clock, Log, Sealer } from './ports.ts';

/** What a shell hands to core; everything of the outside that core itself cannot know. */
export interface AppPorts {
  readonly shell: 'electron' | 'serve';
  readonly version: string;
  readonly home: Home;
  readonly clock: Clock;
  readonly sealer: Sealer;
  /** The built stub to install for clients, and the program that runs it (a Node, or nothing for a single executable). */
  readonly stub: { readonly file: string; readonly node: string; readonly defaultHome: boolean };
  /** Forces the demo profile, as `--demo` does. */
  readonly demo: boolean;
  /** What goes wrong in the demo on purpose. */
  readonly demoFaults?: readonly Fault[];
  /** A fresh one-time dashboard URL; null where the shell has no web server, or before it listens. */
  dashboardUrl(): string | null;
  /** The proxy that a request to this URL must take, undefined for none: the system's setting in Electron, the environment in serve. */
  proxyFor(url: URL): Promise<URL | undefined>;
  /** Asked by the command line or a second start: show the window. Does nothing where there is none. */
  showWindow(): void;
}

/** What tray and dialogs may do. Each throws AppError; the same rules apply as behind the router. */
export interface AppActions {
  connect(profile: string): Promise<LinkState>;
  disconnect(profile: string): Promise<LinkState>;
  retry(profile: string): Promise<LinkState>;
  stopTrading(profile: string): Promise<StopReport>;
  /** Sells every position; `confirm` is the profile's name, as a person confirmed it. */
  closeAll(profile: string, confirm: string): Promise<CloseReport>;
  /** Throws CONSENT_EXPIRED when the request is gone or not armed yet, or when the nonce is another one's. */
  answerConsent(id: string, nonce: string, decision: 'allow' | 'deny', extras?: ConsentExtras): void;
  previewClaudeDesktop(profile: string): Promise<ClientPlan>;
  /** Writes what the preview with this token showed. */
  installClaudeDesktop(profile: string, token: string): Promise<ClientPlan>;
  /** Changes some of the user's preferences, as the Settings page does. */
  changeSettings(change: PreferencesChange): Promise<Preferences>;
  /** The machine woke or the network came back: links prove themselves now, waiting retries are tried at once. */
  wake(): void;
}

/** Core as its shells see it: one router, one state, a few actions. */
export interface App {
  /** Implements the contract; served over MessagePort, WebSocket and the local socket. */
  readonly router: AnyRouter;
  readonly log: Log;
  readonly act: AppActions;
  readonly screen: {
    /** A page or window that can show consent is there, until the returned function is called (idempotent). */
    attach(): () => void;
  };
  state(): AppState;
  /** Called after each change, with `state()` already showing it. Returns the unsubscribe. */
  onState(listener: (event: StateEvent) => void): () => void;
  /** Takes the lock and the socket, connects wanted profiles. Throws APP_ALREADY_RUNNING. */
  start(): Promise<void>;
  /** Bridge, then links, then the audit flush. Idempotent. */
  stop(): Promise<void>;
}

export type CreateApp = (ports: AppPorts) => Promise<App>;
