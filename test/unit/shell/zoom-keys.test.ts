import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { describe, expect, it } from 'vitest';
import { appMenu } from '../../../electron/shell/app-menu.ts';
import { withZoomKeys, zoomAfter } from '../../../electron/shell/zoom-keys.ts';

const press = (key: string, change: object = {}) => ({
  type: 'keyDown',
  key,
  control: true,
  alt: false,
  meta: false,
  ...change,
});

/** As much of a window as has zoom and keys. */
function windowAt(zoomLevel: number) {
  const webContents = Object.assign(new EventEmitter(), { zoomLevel });
  const type = (key: string, change: object = {}): boolean => {
    let prevented = false;
    webContents.emit('before-input-event', { preventDefault: () => (prevented = true) }, press(key, change));
    return prevented;
  };
  return { window: { webContents } as unknown as BrowserWindow, webContents, type };
}

describe('zoom by keys', () => {
  it('steps as in a browser, ends at the least and the most, and goes back to 100 % by 0', () => {
    expect(zoomAfter(0, press('+'))).toBe(1);
    expect(zoomAfter(0, press('='))).toBe(1);
    expect(zoomAfter(0, press('-'))).toBe(-1);
    expect(zoomAfter(2.5, press('0'))).toBe(0);
    expect(zoomAfter(5, press('+'))).toBe(5);
    expect(zoomAfter(-3, press('-'))).toBe(-3);
  });

  it.each([
    ['without Ctrl', press('+', { control: false })],
    ['AltGr', press('0', { alt: true })],
    ['a key that is let go', press('+', { type: 'keyUp' })],
    ['another key', press('k')],
  ])('leaves the rest to the page: %s', (_name, input) => {
    expect(zoomAfter(0, input)).toBeUndefined();
  });

  it('is a window’s own on Windows and Linux, and the menu’s on macOS', () => {
    const linux = windowAt(0);
    withZoomKeys(linux.window, 'linux');
    expect([linux.type('+'), linux.type('k')]).toEqual([true, false]);
    expect(linux.webContents.zoomLevel).toBe(1);
    const mac = windowAt(0);
    withZoomKeys(mac.window, 'darwin');
    expect([mac.type('+'), mac.webContents.zoomLevel]).toEqual([false, 0]);
    const roles = appMenu('darwin')?.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    expect(roles?.flatMap(({ role }) => role ?? [])).toEqual([
      'resetZoom',
      'zoomIn',
      'zoomOut',
      'togglefullscreen',
    ]);
  });
});
