import type { BrowserWindow, Input } from 'electron';

/** Electron's zoom levels: 0 is 100 %, each step 20 % of what it was. These two are about 58 % and 249 %. */
const LEAST = -3;
const MOST = 5;

const STEPS: Readonly<Record<string, number>> = { '+': 1, '=': 1, '-': -1, _: -1 };

/** The level that a key press asks for, as in browsers: Ctrl with +, - or 0; undefined for every other. */
export function zoomAfter(
  level: number,
  { type, key, control, alt, meta }: Pick<Input, 'type' | 'key' | 'control' | 'alt' | 'meta'>,
): number | undefined {
  // with Alt it is AltGr on many keyboards, which types a character
  if (type !== 'keyDown' || !control || alt || meta) return undefined;
  if (key === '0') return 0;
  const step = STEPS[key];
  return step === undefined ? undefined : Math.min(MOST, Math.max(LEAST, level + step));
}

/** On macOS the menu has these keys; elsewhere a window of ours has no menu to take them from. */
export function withZoomKeys(window: BrowserWindow, platform: string): BrowserWindow {
  if (platform === 'darwin') return window;
  const { webContents } = window;
  webContents.on('before-input-event', (event, input) => {
    const level = zoomAfter(webContents.zoomLevel, input);
    if (level === undefined) return;
    event.preventDefault();
    webContents.zoomLevel = level;
  });
  return window;
}
