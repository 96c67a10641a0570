import path from 'node:path';
import type { Menu, MenuItemConstructorOptions, NativeTheme, Tray } from 'electron';
import type { AppState } from '../contract/state.ts';
import type { Clock } from '../core/ports.ts';
import { iconFile, NO_EXTRAS, trayIcon, trayMenu } from './tray-menu.ts';
import type { TrayAction, TrayExtras, TrayItem } from './tray-menu.ts';
import { trayTooltip } from './tray-text.ts';

/** Fast changes are joined: bars drop icon changes that follow each other too closely, and flicker. */
const THROTTLE_MS = 250;
/** Ages and countdowns move without a change of state. */
const TICK_MS = 5_000;
/** A menu that is open is not exchanged; after this long it is, in case the bar never says that it was closed. */
const OPEN_AT_MOST_MS = 30_000;

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
  extras?(): TrayExtras;
  perform(action: TrayAction): void;
}

/** Electron's menu template of our items. */
function menuTemplate(
  items: readonly TrayItem[],
  perform: (action: TrayAction) => void,
): MenuItemConstructorOptions[] {
  // an ampersand marks the key of an entry on Windows and Linux; doubled it is one
  const plain = (label: string) => label.replaceAll('&', '&&');
  return items.map((item): MenuItemConstructorOptions => {
    switch (item.kind) {
      case 'line':
        return { type: 'separator' };
      case 'text':
        return { label: plain(item.label), enabled: false };
      case 'action':
        return { label: plain(item.label), enabled: item.enabled, click: () => perform(item.action) };
      case 'check':
        return {
          type: 'checkbox',
          label: plain(item.label),
          checked: item.checked,
          click: () => perform(item.action),
        };
      case 'menu':
        return { label: plain(item.label), submenu: menuTemplate(item.items, perform) };
      default:
        return item satisfies never;
    }
  });
}

/**
 * The tray icon, drawn from state. On Linux the bar owns the menu, so it is set again when its text changes, but never
 * under the user's hand: the bar closes a menu that is exchanged. On Windows and macOS the menu is made at the click
 * and its countdowns are exact.
 */
export class TrayView {
  readonly #parts: TrayParts;
  readonly #tray: ReturnType<TrayParts['makeTray']>;
  readonly #onTheme = () => this.refresh();
  #shown = { icon: '', tooltip: '', menu: '' };
  #openSince: number | undefined;
  /** Electron holds a menu that pops up only weakly: one that is collected closes under the user's hand. */
  #popped: Menu | undefined;
  #cancelDraw: (() => void) | undefined;
  #cancelTick: () => void = () => {};
  #disposed = false;

  constructor(parts: TrayParts) {
    this.#parts = parts;
    this.#shown.icon = this.#icon();
    this.#tray = parts.makeTray(this.#shown.icon);
    const popUp = () => {
      this.#popped = this.#menu();
      this.#tray.popUpContextMenu(this.#popped);
    };
    const open = () => parts.perform({ do: 'open' });
    if (parts.platform === 'darwin') this.#tray.on('click', popUp);
    else this.#tray.on('click', open);
    if (parts.platform !== 'linux') this.#tray.on('right-click', popUp);
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
    this.#popped = undefined;
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
    const parts = this.#parts;
    const extras = parts.extras?.() ?? NO_EXTRAS;
    return trayMenu(parts.state(), parts.clock.now(), parts.platform !== 'linux', extras);
  }

  #menu(items = this.#items()): Menu {
    return this.#parts.makeMenu(menuTemplate(items, (action) => this.#parts.perform(action)));
  }

  #menuIsOpen(): boolean {
    const { clock } = this.#parts;
    return this.#openSince !== undefined && clock.monotonic() - this.#openSince < OPEN_AT_MOST_MS;
  }

  #giveMenu(items: TrayItem[]): void {
    const menu = this.#menu(items);
    menu.on('menu-will-show', () => (this.#openSince = this.#parts.clock.monotonic()));
    menu.on('menu-will-close', () => {
      this.#openSince = undefined;
      this.refresh();
    });
    this.#openSince = undefined;
    this.#tray.setContextMenu(menu);
  }

  #draw(): void {
    this.#cancelDraw = undefined;
    if (this.#disposed) return;
    const now = this.#parts.clock.now();
    const icon = this.#icon();
    const tooltip = trayTooltip(this.#parts.state(), now);
    if (icon !== this.#shown.icon) this.#tray.setImage(icon);
    if (tooltip !== this.#shown.tooltip) this.#tray.setToolTip(tooltip);
    this.#shown = { ...this.#shown, icon, tooltip };
    if (this.#parts.platform !== 'linux' || this.#menuIsOpen()) return;
    const items = this.#items();
    const menu = JSON.stringify(items);
    if (menu === this.#shown.menu) return;
    this.#giveMenu(items);
    this.#shown.menu = menu;
  }
}
