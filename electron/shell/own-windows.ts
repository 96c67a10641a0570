import path from 'node:path';
import type * as Electron from 'electron';
import type { App as CompanionApp } from '../core/app-interface.ts';
import { systemClock } from '../core/clock.ts';
import { surfaceOf } from './appearance.ts';
import { placeOnScreens } from './bounds.ts';
import type { WindowPlace } from './bounds.ts';
import { consentWindowOptions } from './consent-rules.ts';
import { ConsentWindow } from './consent-window.ts';
import type { DesktopMemory } from './desktop-memory.ts';
import type { DesktopParts } from './desktop.ts';
import { DashboardWindow } from './window.ts';
import { windowOptions } from './window-options.ts';
import type { WindowLook } from './window-options.ts';
import { withZoomKeys } from './zoom-keys.ts';

export function iconOf({ distDir, platform }: Pick<DesktopParts, 'distDir' | 'platform'>): string {
  return path.join(distDir, 'icons', platform === 'win32' ? 'icon.ico' : 'icon-512.png');
}

const lookOf = (parts: DesktopParts, app: CompanionApp): WindowLook => ({
  preload: path.join(parts.distDir, 'preload.cjs'),
  packaged: parts.electron.app.isPackaged,
  icon: iconOf(parts),
  background: surfaceOf(app.state().settings.theme, parts.electron.nativeTheme.shouldUseDarkColors),
});

/** On macOS the app is in the Dock, and among the programs to switch between, while its window is open. */
function inDock({ electron, platform }: DesktopParts, shown: boolean): void {
  if (platform !== 'darwin') return;
  if (shown) electron.app.dock?.show().catch(() => undefined);
  else electron.app.dock?.hide();
}

export function makeDashboard(
  parts: DesktopParts,
  app: CompanionApp,
  memory: DesktopMemory,
  does: { explain(): void },
): DashboardWindow {
  const { electron } = parts;
  const onScreens = (place: WindowPlace | undefined) =>
    placeOnScreens(place, electron.screen.getAllDisplays());
  const place = () => onScreens(memory.place);
  return new DashboardWindow({
    makeWindow: (options) => withZoomKeys(new electron.BrowserWindow(options), parts.platform),
    options: () => windowOptions(lookOf(parts, app), place()),
    log: app.log,
    clock: systemClock,
    onShow: () => inDock(parts, true),
    onScreens,
    onPlace: (left) => memory.setPlace(left),
    startMaximized: () => place()?.maximized ?? false,
    onHide: () => {
      inDock(parts, false);
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
    makeWindow: (options) => withZoomKeys(new electron.BrowserWindow(options), parts.platform),
    options: () => consentWindowOptions(lookOf(parts, app)),
    platform: parts.platform,
    fallBack: () => dashboard.callAttention('answer'),
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
