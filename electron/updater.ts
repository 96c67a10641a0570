import updater from 'electron-updater';
import type { Updater } from './shell/updates.ts';

/**
 * The updater of signed builds; a file of its own, which unsigned packages leave out. Downloads are checked against
 * the signature that the feed names; nothing is older, and nothing is installed by itself, not even when the app quits.
 */
export function createUpdater(): Updater {
  const { autoUpdater } = updater;
  autoUpdater.autoDownload = false;
  autoUpdater.autoInstallOnAppQuit = false;
  autoUpdater.allowDowngrade = false;
  autoUpdater.allowPrerelease = false;
  autoUpdater.disableWebInstaller = true;
  return {
    async fetchNewer() {
      const found = await autoUpdater.checkForUpdates();
      if (!found?.isUpdateAvailable) return undefined;
      await autoUpdater.downloadUpdate();
      return found.updateInfo.version;
    },
    install: () => autoUpdater.quitAndInstall(),
  };
}
