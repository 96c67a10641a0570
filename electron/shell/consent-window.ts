import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import { asAppError } from '../contract/errors.ts';
import type { App } from '../core/app-interface.ts';
import type { Clock } from '../core/ports.ts';
import { CONSENT_URL, LINGER_MS, consentStep, deniedByClosing } from './consent-rules.ts';
import type { TrustedWindow } from './guard-rules.ts';

export interface ConsentWindowParts {
  app: Pick<App, 'state' | 'act' | 'log'>;
  clock: Clock;
  makeWindow(options: BrowserWindowConstructorOptions): BrowserWindow;
  options(): BrowserWindowConstructorOptions;
  platform: string;
  /** Where the window cannot ask: the dashboard offers to answer there. */
  fallBack(): void;
}

/** The window that brings each consent request in front of the user, one at a time; gone when nothing waits. */
export class ConsentWindow {
  readonly #parts: ConsentWindowParts;
  #window: BrowserWindow | undefined;
  /** The request that was in front last. */
  #shownId: string | undefined;
  #cancelLinger: (() => void) | undefined;
  /** Requests that this window could not show: they are the dashboard's. A page that dies again and again is not made anew. */
  readonly #given = new Set<string>();
  #disposed = false;

  constructor(parts: ConsentWindowParts) {
    this.#parts = parts;
  }

  trusted(): TrustedWindow | undefined {
    const contents = this.#window?.webContents;
    return contents && { mainFrame: contents.mainFrame, id: contents.id };
  }

  /** To be called after each change of state. */
  refresh(): void {
    if (this.#disposed) return;
    const { app, clock } = this.#parts;
    const state = app.state();
    const step = consentStep(state, this.#shownId);
    if (step === 'ask') {
      const id = state.consents[0]?.id;
      if (id !== undefined && this.#given.has(id)) return this.#close();
      this.#stopLingering();
      const isNew = id !== this.#shownId;
      this.#shownId = id;
      if (isNew || !this.#window) this.#show();
    } else if (step === 'hide') this.#close();
    else if (this.#window) this.#cancelLinger ??= clock.after(LINGER_MS, () => this.#close());
  }

  /** Brought to the front because the user asked for it; false where nothing waits in it. */
  bringForward(): boolean {
    if (!this.#window) return false;
    this.#window.show();
    this.#window.focus();
    return true;
  }

  dispose(): void {
    this.#disposed = true;
    this.#close();
  }

  #show(): void {
    const window = this.#window ?? this.#open();
    // the focus stays where the user types
    window.showInactive();
    window.flashFrame(true);
  }

  #stopLingering(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
  }

  #close(): void {
    this.#stopLingering();
    this.#shownId = undefined;
    const window = this.#window;
    this.#window = undefined;
    window?.destroy();
  }

  #open(): BrowserWindow {
    const parts = this.#parts;
    const window = parts.makeWindow(parts.options());
    // macOS: on every desktop, and beside a program that fills the screen
    if (parts.platform === 'darwin')
      window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    this.#window = window;
    const failed = (why: object): void => {
      if (this.#window !== window) return;
      parts.app.log.error('the window for consent failed; the dashboard asks', why);
      for (const { id } of parts.app.state().consents) this.#given.add(id);
      this.#close();
      parts.fallBack();
    };
    window.on('close', (event) => {
      event.preventDefault();
      this.#deny();
    });
    window.on('closed', () => {
      if (this.#window === window) this.#window = undefined;
    });
    window.on('focus', () => window.flashFrame(false));
    window.webContents.on('render-process-gone', (_event, { reason }) => failed({ reason }));
    window.webContents.on('unresponsive', () => failed({ reason: 'unresponsive' }));
    window.loadURL(CONSENT_URL).catch((error: unknown) => failed({ error }));
    return window;
  }

  /** Closing the window is a Deny of what it shows. With nothing to deny it just goes. */
  #deny(): void {
    const { app } = this.#parts;
    const shown = deniedByClosing(app.state(), this.#shownId);
    if (!shown) return this.#close();
    try {
      app.act.answerConsent(shown.id, shown.nonce, 'deny');
    } catch (thrown) {
      app.log.warn('a consent answer was not taken', { code: asAppError(thrown).code });
      this.#close();
    }
  }
}
