import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type * as Electron from 'electron';

/** Shows the pages of windows; the stand-in's is a real Chromium, unit tests have none. */
export interface PageHost {
  load(window: WindowDouble, url: string): Promise<void>;
  reload(window: WindowDouble): void;
  close(window: WindowDouble): void;
  crash(window: WindowDouble): Promise<void>;
  /** A message with a port for the page's preload. */
  give(window: WindowDouble, channel: string, ports: MessagePort[]): void;
}

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0];

/** The part of web contents that the shell uses, with what the host needs of it. */
export class ContentsDouble extends EventEmitter {
  readonly id: number;
  readonly mainFrame: {
    url: string;
    postMessage(channel: string, message: unknown, transfer?: MessagePort[]): void;
  };
  /** Ports that were sent to the page, where nothing shows it. */
  readonly ports: MessagePort[] = [];
  openHandler: OpenHandler | undefined;
  readonly #window: WindowDouble;
  readonly #host: PageHost | undefined;

  constructor(id: number, window: WindowDouble, host: PageHost | undefined) {
    super();
    this.id = id;
    this.#window = window;
    this.#host = host;
    this.mainFrame = {
      url: 'app://companion/',
      postMessage: (channel, _message, transfer = []) => {
        if (host) host.give(window, channel, transfer);
        else this.ports.push(...transfer);
      },
    };
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }
  reload(): void {
    this.#host?.reload(this.#window);
  }
  forcefullyCrashRenderer(): void {
    void this.#host?.crash(this.#window);
  }
}

/** A window: what was asked of it, and its page where a host shows one. */
export class WindowDouble extends EventEmitter {
  readonly webContents: ContentsDouble;
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly #host: PageHost | undefined;
  url = '';
  focused = false;
  destroyed = false;
  #visible = false;
  #fullScreen = false;
  #bounds: Electron.Rectangle = { x: 0, y: 0, width: 1180, height: 780 };

  constructor(options: Electron.BrowserWindowConstructorOptions, id: number, host?: PageHost) {
    super();
    this.options = options;
    this.#host = host;
    this.webContents = new ContentsDouble(id, this, host);
  }

  get frame(): ContentsDouble['mainFrame'] {
    return this.webContents.mainFrame;
  }
  get ports(): MessagePort[] {
    return this.webContents.ports;
  }
  loadURL(url: string): Promise<void> {
    this.url = url;
    return this.#host?.load(this, url) ?? Promise.resolve();
  }
  show(): void {
    this.#visible = true;
    this.emit('show');
  }
  showInactive(): void {
    this.show();
  }
  hide(): void {
    this.#visible = false;
    this.focused = false;
    this.emit('hide');
  }
  isVisible(): boolean {
    return this.#visible;
  }
  isMinimized(): boolean {
    return false;
  }
  isMaximized(): boolean {
    return false;
  }
  maximize(): void {
    this.emit('maximize');
  }
  getNormalBounds(): Electron.Rectangle {
    return this.#bounds;
  }
  setBounds(to: Partial<Electron.Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...to };
    this.emit('move');
  }
  center(): void {
    this.setBounds({ x: 370, y: 130 });
  }
  isFocused(): boolean {
    return this.focused;
  }
  focus(): void {
    this.focused = true;
    this.emit('focus');
  }
  restore(): void {
    this.show();
  }
  flashFrame(_on: boolean): void {}
  isFullScreen(): boolean {
    return this.#fullScreen;
  }
  setFullScreen(on: boolean): void {
    if (on === this.#fullScreen) return;
    this.#fullScreen = on;
    this.emit(on ? 'enter-full-screen' : 'leave-full-screen');
  }
  /** As the user's click on its cross: asked first. */
  close(): void {
    let prevented = false;
    this.emit('close', { preventDefault: () => (prevented = true) });
    if (!prevented) this.destroy();
  }
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.#visible = false;
    this.#host?.close(this);
    this.emit('closed');
  }
}
