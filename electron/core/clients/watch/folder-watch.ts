import fs from 'node:fs';

/** Tells of changes in a folder by the name that changed (null: the system does not say); `close` ends it. */
export type WatchFolder = (
  folder: string,
  onChange: (name: string | null) => void,
  onLost: () => void,
) => { close(): void };

/** The system's own notification. Throws where the folder cannot be watched. */
export const watchFolder: WatchFolder = (folder, onChange, onLost) => {
  const watcher = fs.watch(folder, { persistent: false }, (_event, name) => onChange(name));
  watcher.on('error', () => {
    watcher.close();
    onLost();
  });
  return watcher;
};
