import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import type { Clock, Log } from '../core/ports.ts';
import type { WindowPlace } from './bounds.ts';
import { APP_ORIGIN } from './channel.ts';
import type { TrustedWindow } from './guard-rules.ts';

/** A page that crashes again within this time is loaded again only after it, so that a crash loop does not burn the machine. */
const RELOAD_AT_MOST_EVERY_MS = 10_000;

export interface WindowParts {
  makeWindow(options: BrowserWindowConstructorOptions): BrowserWindow;
  /** Asked when the window is made: where it goes depends on the screens that are there then. */
  options(): BrowserWindowConstructorOptions;
  log: Log;
  clock: Pick<Clock, 'monotonic' | 'after'>;
  /** The window came in front of the user. */
  onShow(): void;
  /** The window went to the tray. */
  onHide(): void;
  /** The window came to rest somewhere, or is maximised, or no longer. */
  onPlace(place: WindowPlace): void;
  /** Where a window that was left there is seen now; undefined where its screen is gone. */
  onScreens(place: WindowPlace): WindowPlace | undefined;
  /** The window opens maximised. */
  startMaximized(): boolean;
}

/** The dashboard's window: made at the first need, hidden instead of closed, gone only when the app quits. */
export class DashboardWindow {
  readonly #parts: WindowParts;
  #window: BrowserWindow | undefined;
  #quitting = false;
  #reloadedAt = -RELOAD_AT_MOST_EVERY_MS;
  /** There is no page in the window: it crashed or could not be loaded. */
  #dead = false;
  #cancelReload: (() => void) | undefined;

  constructor(parts: WindowParts) {
    this.#parts = parts;
  }

  get visible(): boolean {
    return this.#window !== undefined && this.#window.isVisible() && !this.#window.isMinimized();
  }

  /** In front of the user, with the keyboard. */
  get focused(): boolean {
    return this.#window?.isFocused() ?? false;
  }

  /** The window for a dialog to belong to; undefined before it was ever opened. */
  get current(): BrowserWindow | undefined {
    return this.#window;
  }

  trusted(): TrustedWindow | undefined {
    const contents = this.#window?.webContents;
    return contents && { mainFrame: contents.mainFrame, id: contents.id };
  }

  /** In front, on the page with this name where one is given; a page that is not known there changes nothing. */
  show(page?: string, profile: string | null = null): void {
    if (this.#quitting) return;
    const window = this.#open(page, profile);
    if (window.isMinimized()) window.restore();
    if (!window.isVisible()) this.#bringOnScreen(window);
    window.show();
    window.focus();
    this.#parts.onShow();
  }

  /** In sight and asking for attention, but the focus stays where the user types. */
  callAttention(page?: string): void {
    if (this.#quitting) return;
    const window = this.#open(page);
    if (window.isMinimized()) window.restore();
    window.showInactive();
    window.flashFrame(true);
  }

  /** From here on closing is closing. */
  quit(): void {
    this.#quitting = true;
    this.#cancelReload?.();
    this.#window?.destroy();
    this.#window = undefined;
  }

  /** A screen can go while the window is in the tray: systems move only what is shown. */
  #bringOnScreen(window: BrowserWindow): void {
    if (window.isMaximized() || window.isFullScreen()) return;
    const { x, y, width, height } = window.getNormalBounds();
    const seen = this.#parts.onScreens({ x, y, width, height, maximized: false });
    if (!seen) return window.center();
    if (seen.x === x && seen.y === y && seen.width === width && seen.height === height) return;
    window.setBounds({ x: seen.x, y: seen.y, width: seen.width, height: seen.height });
  }

  #open(page?: string, profile: string | null = null): BrowserWindow {
    const asked = new URLSearchParams({ page: page ?? '', ...(profile === null ? {} : { profile }) });
    const url = `${APP_ORIGIN}/${page === undefined ? '' : `#${asked.toString()}`}`;
    if (this.#window) {
      // within the page: only the fragment differs. A page that is not there any more is brought back
      if (page !== undefined || this.#dead) this.#load(this.#window, url);
      return this.#window;
    }
    const window = this.#parts.makeWindow(this.#parts.options());
    this.#window = window;
    if (this.#parts.startMaximized()) window.maximize();
    this.#follow(window);
    this.#load(window, url);
    return window;
  }

  #load(window: BrowserWindow, url: string): void {
    this.#dead = false;
    this.#cancelReload?.();
    window.loadURL(url).catch((error: unknown) => {
      // another page of it was asked for meanwhile
      if (error instanceof Error && 'code' in error && error.code === 'ERR_ABORTED') return;
      this.#dead = true;
      this.#parts.log.error('the dashboard could not be loaded', { error });
    });
  }

  #follow(window: BrowserWindow): void {
    window.on('close', (event) => {
      if (this.#quitting) return;
      event.preventDefault();
      const hide = (): void => {
        window.hide();
        this.#parts.onHide();
      };
      if (!window.isFullScreen()) return hide();
      // a full screen that is hidden stays black on macOS
      window.once('leave-full-screen', hide);
      window.setFullScreen(false);
    });
    window.on('closed', () => (this.#window = undefined));
    window.on('focus', () => window.flashFrame(false));
    const placed = (): void => {
      if (window.isMinimized()) return;
      this.#parts.onPlace({ ...window.getNormalBounds(), maximized: window.isMaximized() });
    };
    window.on('resize', placed);
    window.on('move', placed);
    window.on('maximize', placed);
    window.on('unmaximize', placed);
    window.webContents.on('render-process-gone', (_event, details) => this.#crashed(window, details.reason));
    window.webContents.on('unresponsive', () => this.#parts.log.warn('the dashboard does not respond'));
  }

  #crashed(window: BrowserWindow, reason: string): void {
    this.#parts.log.error('the dashboard crashed', { reason });
    this.#dead = true;
    if (reason === 'clean-exit' || this.#quitting) return;
    const { clock } = this.#parts;
    const reload = (): void => {
      this.#reloadedAt = clock.monotonic();
      this.#dead = false;
      window.webContents.reload();
    };
    this.#cancelReload?.();
    const wait = this.#reloadedAt + RELOAD_AT_MOST_EVERY_MS - clock.monotonic();
    if (wait <= 0) reload();
    else this.#cancelReload = clock.after(wait, reload);
  }
}
