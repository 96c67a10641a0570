import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron';
import { LEAST } from './bounds.ts';
import type { WindowPlace } from './bounds.ts';

/** The only webPreferences of the product; never spread from data (CVE-2026-34769). */
export function webPreferences(preload: string, packaged: boolean): Readonly<WebPreferences> {
  return Object.freeze({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    spellcheck: false,
    devTools: !packaged,
    preload,
  });
}

/** How the windows of one app look and what they load first. */
export interface WindowLook {
  preload: string;
  packaged: boolean;
  icon: string;
  /** Shown until the page has painted; see `surfaceOf`. */
  background: string;
}

/** The dashboard's window: where it was left, else in the middle of the main screen. */
export function windowOptions(
  { preload, packaged, icon, background }: WindowLook,
  place?: WindowPlace,
): BrowserWindowConstructorOptions {
  return {
    title: 'Catalyst Companion',
    width: place?.width ?? 1180,
    height: place?.height ?? 780,
    ...(place ? { x: place.x, y: place.y } : {}),
    minWidth: LEAST.width,
    minHeight: LEAST.height,
    show: false,
    backgroundColor: background,
    autoHideMenuBar: true,
    icon,
    webPreferences: webPreferences(preload, packaged),
  };
}
