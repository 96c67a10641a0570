import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron';

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

/** The dashboard's window, hidden until its page has painted. */
export function windowOptions(
  preload: string,
  packaged: boolean,
  icon: string,
): BrowserWindowConstructorOptions {
  return {
    title: 'Catalyst Companion',
    width: 1180,
    height: 780,
    minWidth: 720,
    minHeight: 520,
    show: false,
    autoHideMenuBar: true,
    icon,
    webPreferences: webPreferences(preload, packaged),
  };
}
