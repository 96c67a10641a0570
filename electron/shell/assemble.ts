import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Electron from 'electron';
import type { App as CompanionApp } from '../core/app-interface.ts';
import { systemClock } from '../core/clock.ts';
import type { Home } from '../core/files.ts';
import { aboutDialog } from './about.ts';
import type { ActionParts } from './actions.ts';
import { performTrayAction } from './actions.ts';
import { wearTheme } from './appearance.ts';
import type { ConsentWindow } from './consent-window.ts';
import type { DesktopMemory } from './desktop-memory.ts';
import type { DesktopParts } from './desktop.ts';
import { installIpc } from './ipc.ts';
import type { LoginItemParts } from './login-item.ts';
import { LoginItem, startsAtLogin } from './login-item.ts';
import { NoticeTeller } from './notice-teller.ts';
import { IN_THE_TRAY, Notifier } from './notifier.ts';
import { asker, iconOf, makeConsentWindow, makeDashboard } from './own-windows.ts';
import { quitOnce } from './quit.ts';
import { hearSessionEnd } from './session-end.ts';
import { StopKey } from './stop-key.ts';
import type { TrayAction, TrayExtras } from './tray-menu.ts';
import { TrayView } from './tray.ts';
import { updateMustWait, updatePlan } from './update-rules.ts';
import type { UpdatePlan } from './update-rules.ts';
import type { Updater } from './updates.ts';
import { Updates } from './updates.ts';
import type { DashboardWindow } from './window.ts';

/** What the desktop is put together from, once core is there. */
export interface Ground {
  parts: DesktopParts;
  app: CompanionApp;
  home: Home;
  memory: DesktopMemory;
}

function makeStopKey(
  { parts, app }: Ground,
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
    globalShortcut: parts.electron.globalShortcut,
    perform: (action) => does.perform(action),
    refused,
  });
}

/** A start is asked about only while somebody can be in front of the screen: a locked one refuses at once. */
function watchPower({ parts, app }: Ground, quit: () => void): () => void {
  const monitor = parts.electron.powerMonitor;
  let detach: (() => void) | undefined = app.screen.attach();
  const wake = (): void => app.act.wake();
  const lock = (): void => {
    detach?.();
    detach = undefined;
    // as after sleep: what was allowed for a while ends
    wake();
  };
  const unlock = (): void => {
    detach ??= app.screen.attach();
    wake();
  };
  monitor.on('lock-screen', lock);
  monitor.on('unlock-screen', unlock);
  monitor.on('resume', wake);
  // Windows has no such event: there the window hears of the end of the session
  if (parts.platform !== 'win32') monitor.on('shutdown', quit);
  return () => {
    monitor.removeListener('lock-screen', lock);
    monitor.removeListener('unlock-screen', unlock);
    monitor.removeListener('resume', wake);
    monitor.removeListener('shutdown', quit);
    lock();
  };
}

function planUpdates({ distDir, resourcesDir, electron, platform }: DesktopParts): UpdatePlan {
  const feed = path.join(resourcesDir, 'app-update.yml');
  return updatePlan({
    packaged: electron.app.isPackaged,
    platform,
    hasUpdater: existsSync(path.join(distDir, 'updater.js')),
    feed: existsSync(feed) ? readFileSync(feed, 'utf8') : undefined,
  });
}

async function loadUpdater({ distDir }: DesktopParts): Promise<Updater> {
  const url = pathToFileURL(path.join(distDir, 'updater.js')).href;
  const module = (await import(url)) as { createUpdater: () => Updater };
  return module.createUpdater();
}

/** What a click does that core does not do. */
interface Own {
  dashboard: DashboardWindow;
  consent: ConsentWindow;
  notifier: Notifier;
  plan: UpdatePlan;
  updates: Updates | undefined;
  quit(ownWay?: () => void): void;
}

function actionParts(ground: Ground, own: Own): ActionParts {
  const { parts, app, home } = ground;
  const { shell } = parts.electron;
  const ask = asker(parts, own.dashboard);
  // beside the stub in a package: other programs cannot look into the archive
  const licences = path.join(
    parts.electron.app.isPackaged ? parts.resourcesDir : parts.distDir,
    'licences.txt',
  );
  return {
    app,
    ask,
    tell: async (options) => (await ask(options)).response,
    quit: () => own.quit(),
    openDashboard: (page, profile) => own.dashboard.show(page, profile),
    openRequest: () => {
      if (!own.consent.bringForward()) own.dashboard.show('answer');
    },
    now: () => systemClock.now(),
    about: () =>
      aboutDialog(app.state().app, {
        versions: process.versions,
        arch: process.arch,
        updates: own.plan.updates
          ? 'It looks for signed updates by itself and installs them when you say so.'
          : own.plan.why,
      }),
    openLogs: () => shell.openPath(home.logs),
    openLicences: () => shell.openPath(licences),
    installUpdate: () => {
      const wait = updateMustWait(app.state());
      if (wait === undefined) own.quit(() => own.updates?.install());
      return wait;
    },
  };
}

function makeNotifier({ parts, app }: Ground, perform: (action: TrayAction) => void): Notifier {
  const { Notification } = parts.electron;
  return new Notifier({
    supported: () => Notification.isSupported(),
    make: (options) => new Notification(options),
    icon: iconOf(parts),
    log: app.log,
    perform,
  });
}

function makeTray(ground: Ground, extras: () => TrayExtras, perform: (action: TrayAction) => void): TrayView {
  const { electron, distDir, platform } = ground.parts;
  return new TrayView({
    makeTray: (icon) => new electron.Tray(icon),
    makeMenu: (template) => electron.Menu.buildFromTemplate(template),
    nativeTheme: electron.nativeTheme,
    iconDir: path.join(distDir, 'icons', 'tray'),
    platform,
    clock: systemClock,
    state: () => ground.app.state(),
    extras,
    perform,
  });
}

function loginParts({ parts }: Ground): LoginItemParts {
  const { app } = parts.electron;
  return {
    app,
    platform: parts.platform,
    packaged: app.isPackaged,
    env: parts.env,
    userHome: os.homedir(),
    program: process.execPath,
  };
}

function wires({ parts, app }: Ground, own: Own): () => void {
  const { ipcMain, MessageChannelMain } = parts.electron;
  return installIpc({
    ipcMain,
    makeChannel: () => new MessageChannelMain(),
    trusted: () => [own.dashboard.trusted(), own.consent.trusted()].filter((window) => window !== undefined),
    clock: systemClock,
    app,
  });
}

/** What follows core's state beside the windows; all of it is drawn anew by one call. */
interface Followers {
  refresh(): void;
  dispose(): void;
}

function makeFollowers(ground: Ground, own: Own, perform: (action: TrayAction) => void): Followers {
  const { app } = ground;
  const login = loginParts(ground);
  const tray = makeTray(
    ground,
    () => ({ startAtLogin: startsAtLogin(login), update: own.updates?.ready ?? null }),
    perform,
  );
  const teller = new NoticeTeller({
    state: () => app.state(),
    clock: systemClock,
    show: (notice) => own.notifier.show(notice),
    remove: (id) => own.notifier.remove(id),
    isWatched: () => own.dashboard.focused,
  });
  const loginItem = new LoginItem(app, login, () => tray.refresh());
  const ask = asker(ground.parts, own.dashboard);
  const stopKey = makeStopKey(ground, { perform, tell: async (options) => (await ask(options)).response });
  return {
    refresh() {
      wearTheme(ground.parts.electron.nativeTheme, app.state().settings.theme);
      tray.refresh();
      own.consent.refresh();
      stopKey.refresh();
      teller.refresh();
      loginItem.refresh();
    },
    dispose() {
      teller.dispose();
      tray.dispose();
      own.consent.dispose();
      stopKey.dispose();
    },
  };
}

/** Window, tray, consent and their wires around a started app; what takes them down runs when it quits. */
export function assemble(ground: Ground): { dashboard: DashboardWindow; quitting: () => boolean } {
  const { parts, app, memory } = ground;
  const undos: (() => void)[] = [];
  const quitter = quitOnce(parts.electron.app, async () => {
    for (const undo of undos) undo();
    await Promise.allSettled([app.stop(), memory.flush()]);
  });
  const quit = (): void => quitter.quit();
  // never rejects: what fails is told
  const perform = (action: TrayAction): void => void performTrayAction(action, does);
  const notifier = makeNotifier(ground, perform);
  const dashboard = makeDashboard(parts, app, memory, { explain: () => notifier.show(IN_THE_TRAY) });
  const plan = planUpdates(parts);
  const updates = plan.updates
    ? new Updates(
        () => loadUpdater(parts),
        systemClock,
        app.log,
        () => followers.refresh(),
      )
    : undefined;
  const consent = makeConsentWindow(parts, app, dashboard);
  const own: Own = { dashboard, consent, notifier, plan, updates, quit: (ownWay) => quitter.quit(ownWay) };
  const does = actionParts(ground, own);
  const followers = makeFollowers(ground, own, perform);
  undos.push(
    wires(ground, own),
    watchPower(ground, quit),
    hearSessionEnd(parts.electron, parts.platform, quit),
    app.onState(() => followers.refresh()),
    () => updates?.dispose(),
    () => notifier.dispose(),
    () => followers.dispose(),
    () => dashboard.quit(),
  );
  followers.refresh();
  return { dashboard, quitting: () => quitter.begun };
}
