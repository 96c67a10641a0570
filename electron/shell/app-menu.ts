import type { MenuItemConstructorOptions } from 'electron';

/**
 * The menu at the top of the screen. macOS takes the keys for copy, paste, close and quit from it, so that it needs
 * one; elsewhere a window of ours has none.
 */
export function appMenu(platform: string): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }];
}
