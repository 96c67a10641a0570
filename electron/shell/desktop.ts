import path from 'node:path';
import type * as Electron from 'electron';
import { asAppError } from '../contract/errors.ts';
import type { App as CompanionApp, CreateApp } from '../core/app-interface.ts';
import { systemClock } from '../core/clock.ts';
import { makeHome } from '../core/files.ts';
import type { Home } from '../core/files.ts';
import { readPage } from '../core/page-files.ts';
import type { Log, Sealer } from '../core/ports.ts';
import { proxyFromPac } from '../core/proxy-pac.ts';
import { performTrayAction } from './actions.ts';
import { consentWindowOptions } from './consent-rules.ts';
import { ConsentWindow } from './consent-window.ts';
import { createDesktopSealer, osProtection } from './desktop-sealer.ts';
import { desktopHome, stubProgram } from './desktop-paths.ts';
import { refusedSwitches, secondStart } from './guard-rules.ts';
import { denySession, installGuards } from './guards.ts';
import { installIpc } from './ipc.ts';
import { APP_SCHEMES, servePage } from './protocol.ts';
import { quitOnce } from './quit.ts';
import { StopKey } from './stop-key.ts';
import { TrayView } from './tray.ts';
import type { TrayAction } from './tray-menu.ts';
import { DashboardWindow } from './window.ts';
import { windowOptions } from './window-options.ts';

/** Electron as main.ts imports it; handed in, so that all of this runs under Node with a double. */
export type ElectronModule = typeof Electron;

export interface DesktopParts {
  electron: ElectronModule;
  createApp: CreateApp;
  /** The sealer for systems where the OS protects nothing; see `osProtection`. */
  createFileSealer(home: Home): Promise<Sealer>;
  /** The folder of main.js. */
  distDir: string;
  argv: readonly string[];
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  resourcesDir: string;
  print(line: string): void;
}

/** Before core is there, its log is not either. */
const noLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** start.mjs waits for this line. */
export const UP_LINE = 'Catalyst Companion is in the tray.';

async function chooseSealer(parts: DesktopParts, home: Home): Promise<Sealer> {
  const storage = parts.electron.safeStorage;
  const note = await osProtection(storage, parts.platform);
  const fileSealer = await parts.createFileSealer(home);
  if (note === undefined) return fileSealer;
  return createDesktopSealer({
    storage,
    note,
    keyFile: path.join(home.keys, 'desktop.key'),
    log: noLog,
    fileSealer,
  });
}

function makeDashboard(parts: DesktopParts, app: CompanionApp, end: () => void) {
  const { electron, distDir } = parts;
  return new DashboardWindow({
    makeWindow: (options) => new electron.BrowserWindow(options),
    options: windowOptions(path.join(distDir, 'preload.cjs'), electron.app.isPackaged, iconOf(parts)),
    log: app.log,
    now: () => systemClock.monotonic(),
    onSessionEnd: end,
    onFirstHide: () => {
      if (!electron.Notification.isSupported()) return;
      const body = 'It keeps the link alive from the tray. Quit from the menu of its icon there.';
      new electron.Notification({ title: 'Catalyst Companion keeps running', body, silent: true }).show();
    },
  });
}

/** A native message; on macOS it belongs to the window, because without one it would stop the whole app. */
function asker(parts: DesktopParts, dashboard: DashboardWindow) {
  const { dialog } = parts.electron;
  return async (options: Electron.MessageBoxOptions): Promise<Electron.MessageBoxReturnValue> => {
    if (parts.platform === 'darwin') dashboard.show();
    const owner = parts.platform === 'darwin' || dashboard.visible ? dashboard.current : undefined;
    return owner ? await dialog.showMessageBox(owner, options) : await dialog.showMessageBox(options);
  };
}

function iconOf({ distDir }: DesktopParts): string {
  return path.join(distDir, 'icons', 'icon-512.png');
}

function makeConsentWindow(
  parts: DesktopParts,
  app: CompanionApp,
  dashboard: DashboardWindow,
): ConsentWindow {
  const { electron, distDir } = parts;
  return new ConsentWindow({
    app,
    clock: systemClock,
    makeWindow: (options) => new electron.BrowserWindow(options),
    options: consentWindowOptions(path.join(distDir, 'preload.cjs'), electron.app.isPackaged, iconOf(parts)),
    fallBack: () => dashboard.callAttention(),
  });
}

function makeStopKey(
  { electron }: DesktopParts,
  app: CompanionApp,
  does: { perform(action: TrayAction): void; tell(options: Electron.MessageBoxOptions): Promise<number> },
): StopKey {
  const refused = (keys: string): void => {
    does
      .tell({
        type: 'error',
        message: `The emergency stop cannot have the keys ${keys}: another program has them.`,
        detail: 'Choose others with: catalyst-companion stop-shortcut KEYS',
        buttons: ['OK'],
      })
      .catch(() => undefined);
  };
  return new StopKey({
    app,
    globalShortcut: electron.globalShortcut,
    perform: (action) => does.perform(action),
    refused,
  });
}

/** A start is asked about only while somebody can be in front of the screen: a locked one refuses at once. */
function watchScreen(monitor: Electron.PowerMonitor, app: CompanionApp): () => void {
  let detach: (() => void) | undefined = app.screen.attach();
  const lock = (): void => {
    detach?.();
    detach = undefined;
    // as after sleep: what was allowed for a while ends
    app.act.wake();
  };
  const unlock = (): void => {
    detach ??= app.screen.attach();
  };
  monitor.on('lock-screen', lock);
  monitor.on('unlock-screen', unlock);
  return () => {
    monitor.removeListener('lock-screen', lock);
    monitor.removeListener('unlock-screen', unlock);
    lock();
  };
}

/** Window, tray, consent and their wires around a created app. Returns what takes them down. */
function assemble(parts: DesktopParts, app: CompanionApp, hooks: { shown(show: () => void): void }) {
  const { electron, platform } = parts;
  const quit = quitOnce(electron.app, async () => {
    for (const undo of undos) undo();
    await app.stop();
  });
  const dashboard: DashboardWindow = makeDashboard(parts, app, quit);
  const ask = asker(parts, dashboard);
  const tell = async (options: Electron.MessageBoxOptions) => (await ask(options)).response;
  // never rejects: what fails is told
  const perform = (action: TrayAction): void =>
    void performTrayAction(action, { app, tell, ask, quit, openDashboard: () => dashboard.show() });
  const consent = makeConsentWindow(parts, app, dashboard);
  const stopKey = makeStopKey(parts, app, { perform, tell });
  const tray = new TrayView({
    makeTray: (icon) => new electron.Tray(icon),
    makeMenu: (template) => electron.Menu.buildFromTemplate(template),
    nativeTheme: electron.nativeTheme,
    iconDir: path.join(parts.distDir, 'icons', 'tray'),
    platform,
    clock: systemClock,
    state: () => app.state(),
    perform,
  });
  const undos = [
    installIpc({
      ipcMain: electron.ipcMain,
      makeChannel: () => new electron.MessageChannelMain(),
      trusted: () => [dashboard.trusted(), consent.trusted()].filter((window) => window !== undefined),
      app,
    }),
    watchScreen(electron.powerMonitor, app),
    app.onState(() => {
      tray.refresh();
      consent.refresh();
      stopKey.refresh();
    }),
    () => tray.dispose(),
    () => consent.dispose(),
    () => stopKey.dispose(),
    () => dashboard.quit(),
  ];
  electron.powerMonitor.on('resume', () => app.act.wake());
  electron.powerMonitor.on('unlock-screen', () => app.act.wake());
  if (platform !== 'win32') electron.powerMonitor.on('shutdown', quit);
  consent.refresh();
  stopKey.refresh();
  hooks.shown(() => dashboard.show());
  return { dashboard, quit };
}

async function startReady(parts: DesktopParts, hooks: { shown(show: () => void): void }): Promise<void> {
  const { electron, argv, env } = parts;
  const { home, defaultHome } = desktopHome(env);
  denySession(electron.session.defaultSession);
  servePage(electron.protocol, await readPage(path.join(parts.distDir, 'page')));
  let show = () => {};
  const app = await parts.createApp({
    shell: 'electron',
    version: electron.app.getVersion(),
    home,
    clock: systemClock,
    sealer: await chooseSealer(parts, home),
    stub: { ...stubProgram({ ...parts, packaged: electron.app.isPackaged }), defaultHome },
    demo: argv.includes('--demo'),
    dashboardUrl: () => null,
    // the origin says enough, and a setting script gets to see no path
    proxyFor: async (url) =>
      proxyFromPac(await electron.session.defaultSession.resolveProxy(`${url.origin}/`)),
    showWindow: () => show(),
  });
  await app.start();
  const { dashboard } = assemble(parts, app, hooks);
  show = () => dashboard.show();
  parts.print(UP_LINE);
  if (!argv.includes('--hidden')) dashboard.show();
}

/** Ends at once with a sentence where the start itself cannot go on. */
function refuse(parts: DesktopParts, sentence: string, code: number): void {
  parts.print(sentence);
  parts.electron.app.exit(code);
}

/** Says why the start failed, in a window too: who started it from a menu sees no terminal. Works before `ready`. */
function cannotStart(parts: DesktopParts, thrown: unknown): void {
  const error = asAppError(thrown);
  const text = `${error.message}\n\n${error.next}`;
  parts.electron.dialog.showErrorBox('Catalyst Companion cannot start', text);
  refuse(parts, `${error.code}: ${error.message}`, 1);
}

/**
 * The desktop shell: guards first, then the lock, then everything else once Electron is ready. Resolves before
 * that: Electron waits for its entry module to be loaded until it becomes ready, so awaiting both would stand still.
 */
export async function runDesktop(parts: DesktopParts): Promise<{ started: Promise<void> }> {
  const { app, protocol, shell } = parts.electron;
  const ended = { started: Promise.resolve() };
  const refused = refusedSwitches(
    parts.argv.slice(1),
    (name) => app.commandLine.hasSwitch(name),
    parts.platform,
  );
  if (app.isPackaged && refused.length > 0) {
    refuse(parts, `Not started: the switch --${refused[0]} would weaken the app's protection.`, 1);
    return ended;
  }
  const { home } = desktopHome(parts.env);
  try {
    await makeHome(home);
  } catch (thrown) {
    cannotStart(parts, thrown);
    return ended;
  }
  // Chromium's own files beside ours: outside AppData, and one lock per state folder
  app.setPath('userData', path.join(home.dir, 'electron'));
  installGuards(app, noLog, (url) => {
    // a browser that cannot be started is the user's to notice; nothing here depends on it
    shell.openExternal(url).catch(() => {});
  });
  protocol.registerSchemesAsPrivileged(APP_SCHEMES);
  if (!app.requestSingleInstanceLock()) {
    refuse(parts, 'Catalyst Companion is running already; its window is shown.', 0);
    return ended;
  }
  let show = () => {};
  app.on('second-instance', (_event, argv) => {
    if (secondStart(argv) === 'show') show();
  });
  app.on('activate', () => show());
  app.on('window-all-closed', () => {});
  return { started: whenReady(parts, { shown: (open) => (show = open) }) };
}

async function whenReady(parts: DesktopParts, hooks: { shown(show: () => void): void }): Promise<void> {
  const { app, Menu } = parts.electron;
  await app.whenReady();
  Menu.setApplicationMenu(null);
  try {
    await startReady(parts, hooks);
  } catch (thrown) {
    cannotStart(parts, thrown);
  }
}
