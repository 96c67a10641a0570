/* oxlint-disable typescript/no-explicit-any, typescript/no-extraneous-class -- a double of a foreign API, untyped inside, typed where it is used */
import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { ElectronModule } from '../../electron/shell/desktop.ts';

/**
 * A double of the parts of Electron that the shell uses, so that its start-up, wires and end run under Node. It
 * shows what we ask of Electron and in which order; it says nothing about Electron itself.
 */
export interface ElectronDouble {
  electron: ElectronModule;
  /** What was asked, in order: `enableSandbox`, `exit 0`, `tray new …`. */
  calls: string[];
  app: EventEmitter;
  ipcMain: EventEmitter;
  powerMonitor: EventEmitter;
  windows: any[];
  /** The message boxes shown, and the button that answers the next ones. */
  boxes: any[];
  /** What each registered shortcut runs. */
  shortcuts: Map<string, () => void>;
  button: number;
  handler: ((request: any) => Response | Promise<Response>) | undefined;
}

class WindowDouble extends EventEmitter {
  readonly webContents: any = new EventEmitter();
  readonly frame = {
    url: 'app://companion/',
    postMessage: (_name: string, _message: unknown, sent: any[]) => this.ports.push(...sent),
  };
  readonly ports: any[] = [];
  readonly options: any;
  #visible = false;
  url = '';
  constructor(options: any, id: number) {
    super();
    this.options = options;
    this.webContents.id = id;
    this.webContents.mainFrame = this.frame;
    this.webContents.reload = () => {};
  }
  loadURL(url: string) {
    this.url = url;
    return Promise.resolve();
  }
  show() {
    this.#visible = true;
    this.emit('show');
  }
  showInactive() {
    this.show();
  }
  hide() {
    this.#visible = false;
    this.emit('hide');
  }
  isVisible() {
    return this.#visible;
  }
  isMinimized() {
    return false;
  }
  isMaximized() {
    return false;
  }
  getNormalBounds() {
    return { x: 0, y: 0, width: 800, height: 600 };
  }
  maximize() {}
  focus() {}
  restore() {}
  flashFrame() {}
  destroy() {
    this.emit('closed');
  }
}

function fakeApp(double: ElectronDouble, options: { packaged: boolean; locked: boolean }): any {
  const { calls } = double;
  return Object.assign(new EventEmitter(), {
    isPackaged: options.packaged,
    commandLine: { hasSwitch: () => false },
    enableSandbox: () => calls.push('enableSandbox'),
    setPath: (name: string) => calls.push(`setPath ${name}`),
    requestSingleInstanceLock: () => {
      calls.push('lock');
      return !options.locked;
    },
    whenReady: () => Promise.resolve(void calls.push('ready')),
    getVersion: () => '0.1.0',
    exit: (code: number) => calls.push(`exit ${code}`),
  });
}

function fakeSession(): any {
  return new Proxy(new EventEmitter(), {
    get: (target: any, name: string) =>
      target[name] ?? (name === 'webRequest' ? { onBeforeRequest: () => {} } : () => {}),
  });
}

function fakeTray(calls: string[]): any {
  return class extends EventEmitter {
    constructor(icon: string) {
      super();
      calls.push(`tray ${icon.split(/[\\/]/).at(-1)}`);
    }
    setImage(icon: string) {
      calls.push(`icon ${icon.split(/[\\/]/).at(-1)}`);
    }
    setToolTip() {}
    setContextMenu() {}
    popUpContextMenu() {}
    destroy() {
      calls.push('tray gone');
    }
  };
}

export function electronDouble(options = { packaged: false, locked: false }): ElectronDouble {
  const calls: string[] = [];
  const double: ElectronDouble = {
    electron: undefined as never,
    calls,
    app: new EventEmitter(),
    ipcMain: new EventEmitter(),
    powerMonitor: new EventEmitter(),
    windows: [],
    boxes: [],
    shortcuts: new Map(),
    button: 0,
    handler: undefined,
  };
  double.app = fakeApp(double, options);
  const electron: any = {
    app: double.app,
    ipcMain: double.ipcMain,
    powerMonitor: double.powerMonitor,
    globalShortcut: {
      register: (keys: string, run: () => void) => {
        calls.push(`shortcut ${keys}`);
        double.shortcuts.set(keys, run);
        return true;
      },
      unregister: (keys: string) => double.shortcuts.delete(keys),
    },
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }] },
    session: { defaultSession: fakeSession() },
    nativeTheme: Object.assign(new EventEmitter(), { shouldUseDarkColors: true }),
    Menu: {
      buildFromTemplate: (items: unknown) => Object.assign(new EventEmitter(), { items }),
      setApplicationMenu: () => {},
    },
    Notification: Object.assign(class {}, { isSupported: () => false }),
    MessageChannelMain: MessageChannel,
    Tray: fakeTray(calls),
    shell: { openExternal: () => Promise.resolve() },
    BrowserWindow: class extends WindowDouble {
      constructor(given: any) {
        super(given, double.windows.length + 1);
        calls.push('window');
        double.windows.push(this);
      }
    },
    protocol: {
      registerSchemesAsPrivileged: () => calls.push('schemes'),
      handle: (_scheme: string, handler: any) => (double.handler = handler),
    },
    dialog: {
      showErrorBox: (title: string, text: string) => calls.push(`error box ${title}: ${text}`),
      showMessageBox: (...given: any[]) => {
        double.boxes.push(given.at(-1));
        return Promise.resolve({ response: double.button, checkboxChecked: false });
      },
    },
    safeStorage: {
      getSelectedStorageBackend: () => 'basic_text',
      isAsyncEncryptionAvailable: () => Promise.resolve(false),
    },
  };
  double.electron = electron as ElectronModule;
  return double;
}
