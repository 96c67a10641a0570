import path from 'node:path';
import type * as Electron from 'electron';
import type { App as CompanionApp } from '../core/app-interface.ts';
import { systemClock } from '../core/clock.ts';
import { placeOnScreens } from './bounds.ts';
import { consentWindowOptions } from './consent-rules.ts';
import { ConsentWindow } from './consent-window.ts';
import type { DesktopMemory } from './desktop-memory.ts';
import type { DesktopParts } from './desktop.ts';
import { DashboardWindow } from './window.ts';
import { windowOptions } from './window-options.ts';

export function iconOf({ distDir, platform }: Pick<DesktopParts, 'distDir' | 'platform'>): string {
  return path.join(distDir, 'icons', platform === 'win32' ? 'icon.ico' : 'icon-512.png');
}

const preloadOf = ({ distDir }: DesktopParts): string => path.join(distDir, 'preload.cjs');

export function makeDashboard(
  parts: DesktopParts,
  app: CompanionApp,
  memory: DesktopMemory,
  does: { end(): void; explain(): void },
): DashboardWindow {
  const { electron } = parts;
  const place = () => placeOnScreens(memory.place, electron.screen.getAllDisplays());
  return new DashboardWindow({
    makeWindow: (options) => new electron.BrowserWindow(options),
    options: () => windowOptions(preloadOf(parts), electron.app.isPackaged, iconOf(parts), place()),
    log: app.log,
    now: () => systemClock.monotonic(),
    onSessionEnd: () => does.end(),
    onPlace: (left) => memory.setPlace(left),
    startMaximized: () => place()?.maximized ?? false,
    onHide: () => {
      if (memory.explained) return;
      memory.setExplained();
      does.explain();
    },
  });
}

export function makeConsentWindow(
  parts: DesktopParts,
  app: CompanionApp,
  dashboard: DashboardWindow,
): ConsentWindow {
  const { electron } = parts;
  return new ConsentWindow({
    app,
    clock: systemClock,
    makeWindow: (options) => new electron.BrowserWindow(options),
    options: consentWindowOptions(preloadOf(parts), electron.app.isPackaged, iconOf(parts)),
    fallBack: () => dashboard.callAttention(),
  });
}

/** A native message; on macOS it belongs to the window, because without one it would stop the whole app. */
export function asker(parts: DesktopParts, dashboard: DashboardWindow) {
  const { dialog } = parts.electron;
  return async (options: Electron.MessageBoxOptions): Promise<Electron.MessageBoxReturnValue> => {
    if (parts.platform === 'darwin') dashboard.show();
    const owner = parts.platform === 'darwin' || dashboard.visible ? dashboard.current : undefined;
    return owner ? await dialog.showMessageBox(owner, options) : await dialog.showMessageBox(options);
  };
}
