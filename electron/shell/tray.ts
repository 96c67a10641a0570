import path from 'node:path';
import type { Menu, MenuItemConstructorOptions, NativeTheme, Tray } from 'electron';
import type { AppState } from '../contract/state.ts';
import type { Clock } from '../core/ports.ts';
import { iconFile, trayIcon, trayMenu, trayTooltip } from './tray-menu.ts';
import type { TrayAction, TrayItem } from './tray-menu.ts';

/** Fast changes are joined: bars drop icon changes that follow each other too closely, and flicker. */
const THROTTLE_MS = 250;
/** Ages and countdowns move without a change of state. */
const TICK_MS = 5_000;

export interface TrayParts {
  makeTray(
    icon: string,
  ): Pick<Tray, 'setImage' | 'setToolTip' | 'setContextMenu' | 'popUpContextMenu' | 'on' | 'destroy'>;
  makeMenu(template: MenuItemConstructorOptions[]): Menu;
  nativeTheme: Pick<
    NativeTheme,
    'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI' | 'on' | 'removeListener'
  >;
  iconDir: string;
  platform: string;
  clock: Clock;
  state(): AppState;
  perform(action: TrayAction): void;
}

/** Electron's menu template of our items. */
function menuTemplate(
  items: readonly TrayItem[],
  perform: (action: TrayAction) => void,
): MenuItemConstructorOptions[] {
  return items.map((item): MenuItemConstructorOptions => {
    switch (item.kind) {
      case 'line':
        return { type: 'separator' };
      case 'text':
        return { label: item.label, enabled: false };
      case 'action':
        return { label: item.label, enabled: item.enabled, click: () => perform(item.action) };
      case 'menu':
        return { label: item.label, submenu: menuTemplate(item.items, perform) };
      default:
        return item satisfies never;
    }
  });
}

/**
 * The tray icon, drawn from state. On Linux the bar owns the menu, so it is set again when its text changes; on
 * Windows and macOS the menu is made at the click and its countdowns are exact.
 */
export class TrayView {
  readonly #parts: TrayParts;
  readonly #tray: ReturnType<TrayParts['makeTray']>;
  readonly #onTheme = () => this.refresh();
  #shown = { icon: '', tooltip: '', menu: '' };
  #cancelDraw: (() => void) | undefined;
  #cancelTick: () => void = () => {};
  #disposed = false;

  constructor(parts: TrayParts) {
    this.#parts = parts;
    this.#shown.icon = this.#icon();
    this.#tray = parts.makeTray(this.#shown.icon);
    const popUp = () => this.#tray.popUpContextMenu(this.#menu());
    if (parts.platform === 'win32') {
      this.#tray.on('click', () => parts.perform({ do: 'open' }));
      this.#tray.on('right-click', popUp);
    } else if (parts.platform === 'darwin') {
      this.#tray.on('click', popUp);
      this.#tray.on('right-click', popUp);
    } else this.#tray.on('click', () => parts.perform({ do: 'open' }));
    parts.nativeTheme.on('updated', this.#onTheme);
    this.#draw();
    this.#tick();
  }

  /** To be called after each change of state. */
  refresh(): void {
    if (this.#disposed) return;
    this.#cancelDraw ??= this.#parts.clock.after(THROTTLE_MS, () => this.#draw());
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#cancelDraw?.();
    this.#cancelTick();
    this.#parts.nativeTheme.removeListener('updated', this.#onTheme);
    this.#tray.destroy();
  }

  #tick(): void {
    this.#cancelTick = this.#parts.clock.after(TICK_MS, () => {
      this.refresh();
      this.#tick();
    });
  }

  #icon(): string {
    const { nativeTheme, platform, clock } = this.#parts;
    const dark =
      platform === 'win32'
        ? nativeTheme.shouldUseDarkColorsForSystemIntegratedUI
        : nativeTheme.shouldUseDarkColors;
    const icon = trayIcon(this.#parts.state(), clock.now());
    // bars of Linux desktops are dark whatever the theme of their windows
    return path.join(this.#parts.iconDir, iconFile(icon, { platform, dark: platform === 'linux' || dark }));
  }

  #items(): TrayItem[] {
    return trayMenu(this.#parts.state(), this.#parts.clock.now(), this.#parts.platform !== 'linux');
  }

  #menu(): Menu {
    const items = this.#items();
    return this.#parts.makeMenu(menuTemplate(items, (action) => this.#parts.perform(action)));
  }

  #draw(): void {
    this.#cancelDraw = undefined;
    if (this.#disposed) return;
    const now = this.#parts.clock.now();
    const icon = this.#icon();
    const tooltip = trayTooltip(this.#parts.state(), now);
    if (icon !== this.#shown.icon) this.#tray.setImage(icon);
    if (tooltip !== this.#shown.tooltip) this.#tray.setToolTip(tooltip);
    let menu = '';
    if (this.#parts.platform === 'linux') {
      menu = JSON.stringify(this.#items());
      if (menu !== this.#shown.menu) this.#tray.setContextMenu(this.#menu());
    }
    this.#shown = { icon, tooltip, menu };
  }
}
