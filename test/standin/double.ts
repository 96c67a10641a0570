import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type * as Electron from 'electron';
import type { ElectronModule } from '../../electron/shell/desktop.ts';
import type { PageHost } from './window-double.ts';
import { WindowDouble } from './window-double.ts';

/**
 * A double of the parts of Electron that the shell uses, so that its start-up, wires and end run under Node. Each
 * part has the types of electron.d.ts, and whatever else is asked of it throws. It shows what we ask of Electron and
 * in which order; it says nothing about Electron itself.
 */
export interface ElectronDouble {
  electron: ElectronModule;
  /** What was asked, in order: `enableSandbox`, `exit 0`, `tray off-dark.png`, … */
  calls: string[];
  app: EventEmitter & { quit(): void };
  ipcMain: EventEmitter;
  powerMonitor: EventEmitter;
  windows: WindowDouble[];
  /** Windows without a page. */
  bare: EventEmitter[];
  /** The message boxes shown; the button that answers the next ones, and whether their box is ticked. */
  boxes: Electron.MessageBoxOptions[];
  button: number;
  ticked: boolean;
  notifications: NotificationDouble[];
  tray: TrayDouble | undefined;
  /** What each registered shortcut runs. */
  shortcuts: Map<string, () => void>;
  /** What `app://` requests are answered with. */
  handler: ((request: { method: string; url: string }) => Response | Promise<Response>) | undefined;
  /** The filter of every request of a page. */
  filter: ((url: string) => boolean) | undefined;
}

export interface DoubleOptions {
  packaged: boolean;
  locked: boolean;
  /** Asked for the lock; without it, `locked` decides. */
  lock?(userData: string): boolean;
  /** Ends the process; without it, only the call is noted. */
  exit?(code: number): void;
  /** Shows pages; without it, windows are empty. */
  host?: PageHost;
}

/** Throws for what the double does not have, so that a new use of Electron is noticed here and not at the user's. */
function strict<T extends object>(name: string, part: T): T {
  return new Proxy(part, {
    get(target, key) {
      if (key in target || typeof key === 'symbol' || key === 'then') {
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' && !/^class\b/.test(String(value)) ? value.bind(target) : value;
      }
      throw new Error(`The double of Electron has no ${name}.${key}.`);
    },
  });
}

type Has<T, K extends keyof T> = Pick<T, K>;

class AppDouble extends EventEmitter {
  readonly isPackaged: boolean;
  readonly commandLine: Has<Electron.CommandLine, 'hasSwitch'> = { hasSwitch: () => false };
  readonly #calls: string[];
  readonly #options: DoubleOptions;
  #userData = '';
  #login: Electron.Settings = {};

  constructor(calls: string[], options: DoubleOptions) {
    super();
    this.#calls = calls;
    this.#options = options;
    this.isPackaged = options.packaged;
  }

  enableSandbox(): void {
    this.#calls.push('enableSandbox');
  }
  setPath(name: string, value: string): void {
    this.#userData = value;
    this.#calls.push(`setPath ${name}`);
  }
  requestSingleInstanceLock(): boolean {
    this.#calls.push('lock');
    return this.#options.lock?.(this.#userData) ?? !this.#options.locked;
  }
  whenReady(): Promise<void> {
    this.#calls.push('ready');
    return Promise.resolve();
  }
  getVersion(): string {
    return '0.1.0';
  }
  setAppUserModelId(id: string): void {
    this.#calls.push(`id ${id}`);
  }
  getLoginItemSettings(): Electron.LoginItemSettings {
    return {
      openAtLogin: this.#login.openAtLogin ?? false,
      wasOpenedAtLogin: false,
      status: 'not-registered',
      executableWillLaunchAtLogin: false,
      launchItems: [],
    };
  }
  setLoginItemSettings(settings: Electron.Settings): void {
    this.#login = settings;
  }
  relaunch(options: Electron.RelaunchOptions = {}): void {
    this.#calls.push(`relaunch ${(options.args ?? []).join(' ')}`.trim());
  }
  exit(code = 0): void {
    this.#calls.push(`exit ${code}`);
    this.#options.exit?.(code);
  }
  quit(): void {
    let prevented = false;
    this.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) this.exit(0);
  }
}

export class TrayDouble extends EventEmitter {
  icon: string;
  tooltip = '';
  menu: Electron.Menu | null = null;
  readonly #calls: string[];

  constructor(icon: string, calls: string[]) {
    super();
    this.icon = icon;
    this.#calls = calls;
    calls.push(`tray ${nameOf(icon)}`);
  }
  setImage(icon: string | Electron.NativeImage): void {
    this.icon = icon as string;
    this.#calls.push(`icon ${nameOf(this.icon)}`);
  }
  setToolTip(text: string): void {
    this.tooltip = text;
  }
  setContextMenu(menu: Electron.Menu | null): void {
    this.menu = menu;
  }
  popUpContextMenu(menu?: Electron.Menu): void {
    this.menu = menu ?? null;
  }
  destroy(): void {
    this.#calls.push('tray gone');
  }
}

const nameOf = (file: string): string => file.split(/[\\/]/).at(-1) ?? '';

export class NotificationDouble extends EventEmitter {
  readonly options: Electron.NotificationConstructorOptions;
  open = false;

  constructor(options: Electron.NotificationConstructorOptions = {}) {
    super();
    this.options = options;
  }
  show(): void {
    this.open = true;
  }
  close(): void {
    this.open = false;
  }
}

/** A menu whose items can be clicked, as `buildFromTemplate` makes it. */
class MenuDouble extends EventEmitter {
  readonly items: Electron.MenuItemConstructorOptions[];
  constructor(items: Electron.MenuItemConstructorOptions[]) {
    super();
    this.items = items;
  }
}

type SessionParts = Has<
  Electron.Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setDisplayMediaRequestHandler'
  | 'setBluetoothPairingHandler'
  | 'setUSBProtectedClassesHandler'
  | 'setSpellCheckerEnabled'
  | 'resolveProxy'
>;

function sessionDouble(double: ElectronDouble): SessionParts {
  const ignore = (): void => undefined;
  const session: SessionParts = {
    setPermissionRequestHandler: ignore,
    setPermissionCheckHandler: ignore,
    setDevicePermissionHandler: ignore,
    setDisplayMediaRequestHandler: ignore,
    setBluetoothPairingHandler: ignore,
    setUSBProtectedClassesHandler: ignore,
    setSpellCheckerEnabled: ignore,
    resolveProxy: () => Promise.resolve('DIRECT'),
  };
  const onBeforeRequest = (
    listener: (
      details: Pick<Electron.OnBeforeRequestListenerDetails, 'url'>,
      callback: (response: Electron.CallbackResponse) => void,
    ) => void,
  ): void => {
    double.filter = (url) => {
      let passes = true;
      listener({ url }, ({ cancel }) => (passes = cancel !== true));
      return passes;
    };
  };
  return Object.assign(new EventEmitter(), session, { webRequest: { onBeforeRequest } });
}

function dialogDouble(double: ElectronDouble): Has<Electron.Dialog, 'showErrorBox' | 'showMessageBox'> {
  return {
    showErrorBox: (title, text) => void double.calls.push(`error box ${title}: ${text}`),
    showMessageBox: (...given: unknown[]) => {
      double.boxes.push(given.at(-1) as Electron.MessageBoxOptions);
      return Promise.resolve({ response: double.button, checkboxChecked: double.ticked });
    },
  };
}

const shortcutsDouble = (
  double: ElectronDouble,
): Has<Electron.GlobalShortcut, 'register' | 'unregister'> => ({
  register: (keys, run) => {
    double.calls.push(`shortcut ${keys}`);
    double.shortcuts.set(keys, run);
    return true;
  },
  unregister: (keys) => void double.shortcuts.delete(keys),
});

const protocolDouble = (
  double: ElectronDouble,
): Has<Electron.Protocol, 'registerSchemesAsPrivileged' | 'handle'> => ({
  registerSchemesAsPrivileged: () => void double.calls.push('schemes'),
  handle: (_scheme, handler) => void (double.handler = handler as ElectronDouble['handler']),
});

const storageDouble: Has<Electron.SafeStorage, 'getSelectedStorageBackend' | 'isAsyncEncryptionAvailable'> = {
  getSelectedStorageBackend: () => 'basic_text',
  isAsyncEncryptionAvailable: () => Promise.resolve(false),
};

const shellDouble = (double: ElectronDouble): Has<Electron.Shell, 'openExternal' | 'openPath'> => ({
  openExternal: (url) => Promise.resolve(void double.calls.push(`open ${url}`)),
  openPath: (file) => {
    double.calls.push(`open ${nameOf(file)}`);
    return Promise.resolve('');
  },
});

const screenDouble: Has<Electron.Screen, 'getAllDisplays'> = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } } as Electron.Display],
};

const themeDouble = (): EventEmitter &
  Has<
    Electron.NativeTheme,
    'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'themeSource'
  > =>
  Object.assign(new EventEmitter(), {
    themeSource: 'system' as const,
    shouldUseDarkColors: true,
    shouldUseDarkColorsForSystemIntegratedUI: true,
  });

/** The classes that the shell makes with `new`; each knows the double it belongs to. */
function classesOf(double: ElectronDouble, host: PageHost | undefined) {
  return {
    MessageChannelMain: MessageChannel,
    Menu: {
      buildFromTemplate: (items: Electron.MenuItemConstructorOptions[]) => new MenuDouble(items),
      setApplicationMenu: () => undefined,
    },
    Notification: class extends NotificationDouble {
      static isSupported(): boolean {
        return true;
      }
      constructor(options: Electron.NotificationConstructorOptions) {
        super(options);
        double.notifications.push(this);
      }
    },
    Tray: class extends TrayDouble {
      constructor(icon: string) {
        super(icon, double.calls);
        double.tray = this;
      }
    },
    BaseWindow: class extends EventEmitter {
      constructor() {
        super();
        double.bare.push(this);
      }
      destroy(): void {
        double.calls.push('bare window gone');
      }
    },
    BrowserWindow: class extends WindowDouble {
      constructor(options: Electron.BrowserWindowConstructorOptions) {
        super(options, double.windows.length + 1, host);
        double.calls.push('window');
        double.windows.push(this);
        double.app.emit('web-contents-created', {}, this.webContents);
      }
    },
  };
}

export function electronDouble(options: DoubleOptions = { packaged: false, locked: false }): ElectronDouble {
  const calls: string[] = [];
  const double: ElectronDouble = {
    electron: undefined as never,
    calls,
    app: new AppDouble(calls, options),
    ipcMain: new EventEmitter(),
    powerMonitor: new EventEmitter(),
    windows: [],
    bare: [],
    boxes: [],
    button: 0,
    ticked: false,
    notifications: [],
    tray: undefined,
    shortcuts: new Map(),
    handler: undefined,
    filter: undefined,
  };
  const parts = {
    app: double.app,
    ipcMain: double.ipcMain,
    powerMonitor: double.powerMonitor,
    globalShortcut: shortcutsDouble(double),
    screen: screenDouble,
    session: { defaultSession: strict('session', sessionDouble(double)) },
    nativeTheme: themeDouble(),
    shell: shellDouble(double),
    protocol: protocolDouble(double),
    dialog: dialogDouble(double),
    safeStorage: storageDouble,
  };
  const all = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, strict(name, part)]));
  const electron: unknown = strict('electron', { ...all, ...classesOf(double, options.host) });
  double.electron = electron as ElectronModule;
  return double;
}

/** Type checks only: what the double's classes have is what electron.d.ts says, by name and by type. */
type AppMethods =
  | 'isPackaged'
  | 'enableSandbox'
  | 'setPath'
  | 'requestSingleInstanceLock'
  | 'whenReady'
  | 'getVersion'
  | 'setAppUserModelId'
  | 'getLoginItemSettings'
  | 'setLoginItemSettings'
  | 'relaunch'
  | 'exit'
  | 'quit';
type TrayMethods = 'setImage' | 'setToolTip' | 'setContextMenu' | 'popUpContextMenu' | 'destroy';
export type DoubleFits = [
  Fits<AppDouble, Has<Electron.App, AppMethods>>,
  Fits<TrayDouble, Has<Electron.Tray, TrayMethods>>,
  Fits<NotificationDouble, Has<Electron.Notification, 'show' | 'close'>>,
  Fits<WindowDouble, Has<Electron.BrowserWindow, WindowMethods>>,
];
type Fits<Double extends Real, Real> = Double;
type WindowMethods =
  | 'loadURL'
  | 'show'
  | 'showInactive'
  | 'hide'
  | 'isVisible'
  | 'isMinimized'
  | 'isMaximized'
  | 'maximize'
  | 'getNormalBounds'
  | 'setBounds'
  | 'center'
  | 'focus'
  | 'isFocused'
  | 'restore'
  | 'flashFrame'
  | 'isFullScreen'
  | 'setFullScreen'
  | 'close'
  | 'destroy';
