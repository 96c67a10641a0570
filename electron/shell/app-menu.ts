import type { MenuItemConstructorOptions } from 'electron';

/** Zoom and full screen; the role `viewMenu` would bring reloading and developer tools along. */
const view: MenuItemConstructorOptions = {
  label: 'View',
  submenu: [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ],
};

/**
 * The menu at the top of the screen. macOS takes the keys for copy, paste, zoom, close and quit from it, so that it
 * needs one; elsewhere a window of ours has none.
 */
export function appMenu(platform: string): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [{ role: 'appMenu' }, { role: 'editMenu' }, view, { role: 'windowMenu' }];
}
