import path from 'node:path';
import type * as Electron from 'electron';
import { asAppError } from '../contract/errors.ts';
import type { App as CompanionApp, CreateApp } from '../core/app-interface.ts';
import { systemClock } from '../core/clock.ts';
import { makeHome } from '../core/files.ts';
import type { Home } from '../core/files.ts';
import { readPage } from '../core/page-files.ts';
import { recordFaults } from '../core/last-resort.ts';
import type { Log, Sealer } from '../core/ports.ts';
import { proxyFromPac } from '../core/proxy-pac.ts';
import { assemble } from './assemble.ts';
import { appMenu } from './app-menu.ts';
import { DesktopMemory } from './desktop-memory.ts';
import { createDesktopSealer, osProtection, withoutKeyring } from './desktop-sealer.ts';
import { desktopHome, stubProgram } from './desktop-paths.ts';
import { followPage } from './dev-page.ts';
import { refusedSwitches, refusedVariable, secondStart } from './guard-rules.ts';
import { denyNetwork, denySession, installGuards } from './guards.ts';
import { LateLog } from './late-log.ts';
import { HIDDEN } from './login-item.ts';
import { APP_SCHEMES, servePage } from './protocol.ts';

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
  /** Node's inspector is open in this process. */
  inspected: boolean;
  print(line: string): void;
}

/** As in electron-builder.yml: Windows shows notifications of programs with a start menu entry of this id only. */
const APP_ID = 'com.catalystcompanion.desktop';

/** start.mjs waits for this line. */
export const UP_LINE = 'Catalyst Companion is in the tray.';

/** What the events before the start hold on to until core and its windows are there. */
interface Hooks {
  log: LateLog;
  show(): void;
  /** Somebody asked for the window while the app was still starting. */
  asked: boolean;
}

/** The program as it was started, but with its window: for who starts it again while it still quits. */
export function startedAgain({ argv, env }: Pick<DesktopParts, 'argv' | 'env'>): Electron.RelaunchOptions {
  const args = argv.slice(1).filter((one) => one !== HIDDEN && one !== '--show');
  const appImage = env['APPIMAGE'];
  // what is mounted for an AppImage goes with the app that quits
  return { args: [...args, '--show'], ...(appImage === undefined ? {} : { execPath: appImage }) };
}

async function chooseSealer(parts: DesktopParts, home: Home, log: Log): Promise<Sealer> {
  const storage = parts.electron.safeStorage;
  const note = await osProtection(storage, parts.platform);
  const fileSealer = await parts.createFileSealer(home);
  if (note === undefined) return withoutKeyring(fileSealer);
  return createDesktopSealer({
    storage,
    note,
    keyFile: path.join(home.keys, 'desktop.key'),
    log,
    fileSealer,
  });
}

/** Core, with what only the desktop knows. */
async function startCore(parts: DesktopParts, hooks: Hooks): Promise<CompanionApp> {
  const { electron, argv, env } = parts;
  const { home, defaultHome } = desktopHome(env);
  const app = await parts.createApp({
    shell: 'electron',
    version: electron.app.getVersion(),
    home,
    clock: systemClock,
    sealer: await chooseSealer(parts, home, hooks.log),
    stub: { ...stubProgram({ ...parts, packaged: electron.app.isPackaged }), defaultHome },
    demo: argv.includes('--demo'),
    dashboardUrl: () => null,
    // the origin says enough, and a setting script gets to see no path
    proxyFor: async (url) =>
      proxyFromPac(await electron.session.defaultSession.resolveProxy(`${url.origin}/`)),
    showWindow: () => hooks.show(),
  });
  hooks.log.become(app.log);
  recordFaults(app.log);
  await app.start();
  return app;
}

/** Whether the system started the app at login: then it stays in the tray. macOS passes no arguments and says so itself. */
function startsHidden({ argv, platform, electron }: DesktopParts): boolean {
  return (
    argv.includes(HIDDEN) || (platform === 'darwin' && electron.app.getLoginItemSettings().wasOpenedAtLogin)
  );
}

async function startReady(parts: DesktopParts, hooks: Hooks): Promise<void> {
  const { electron } = parts;
  const { home } = desktopHome(parts.env);
  const pageDir = path.join(parts.distDir, 'page');
  denySession(electron.session.defaultSession);
  denyNetwork(electron.session.defaultSession);
  let page = await readPage(pageDir);
  servePage(electron.protocol, () => page);
  const memory = new DesktopMemory(path.join(home.dir, 'window.json'), systemClock, hooks.log);
  await memory.load();
  const app = await startCore(parts, hooks);
  const { dashboard, quitting } = assemble({ parts, app, home, memory });
  let comesBack = false;
  hooks.show = () => {
    if (!quitting()) return dashboard.show();
    if (!comesBack) electron.app.relaunch(startedAgain(parts));
    comesBack = true;
  };
  if (!electron.app.isPackaged && parts.env['COMPANION_DEV'] === '1')
    followPage(pageDir, async () => {
      page = await readPage(pageDir);
      dashboard.current?.webContents.reload();
    });
  parts.print(UP_LINE);
  if (hooks.asked || !startsHidden(parts)) dashboard.show();
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
    parts.inspected,
  );
  const variable = refusedVariable(parts.env);
  if (app.isPackaged && (refused.length > 0 || variable !== undefined)) {
    const what = refused.length > 0 ? `switch --${refused[0]}` : `variable ${variable}`;
    refuse(parts, `Not started: the ${what} would weaken the app's protection.`, 1);
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
  const hooks: Hooks = { log: new LateLog(), asked: false, show: () => (hooks.asked = true) };
  installGuards(app, hooks.log, (url) => {
    // a browser that cannot be started is the user's to notice; nothing here depends on it
    shell.openExternal(url).catch(() => {});
  });
  protocol.registerSchemesAsPrivileged(APP_SCHEMES);
  if (!app.requestSingleInstanceLock()) {
    refuse(parts, 'Catalyst Companion is running already; its window is shown.', 0);
    return ended;
  }
  app.on('second-instance', (_event, argv) => {
    if (secondStart(argv) === 'show') hooks.show();
  });
  app.on('activate', () => hooks.show());
  app.on('window-all-closed', () => {});
  return { started: whenReady(parts, hooks) };
}

async function whenReady(parts: DesktopParts, hooks: Hooks): Promise<void> {
  const { app, Menu } = parts.electron;
  await app.whenReady();
  const template = appMenu(parts.platform);
  Menu.setApplicationMenu(template && Menu.buildFromTemplate(template));
  if (parts.platform === 'win32') app.setAppUserModelId(APP_ID);
  try {
    await startReady(parts, hooks);
  } catch (thrown) {
    cannotStart(parts, thrown);
  }
}
