import type { MessageBoxOptions } from 'electron';
import type { AppInfo } from '../contract/state.ts';

/** What the About box tells, and what its buttons do, by their place. */
export const ABOUT_BUTTONS = ['OK', 'Licences', 'Open the log folder'] as const;

/** Versions, where things are kept, and whether this build is signed; what a report of a problem needs. */
export function aboutDialog(
  app: Pick<AppInfo, 'version' | 'home' | 'platform' | 'secrets'>,
  build: { versions: Readonly<Record<string, string | undefined>>; arch: string; updates: string },
): MessageBoxOptions {
  const { electron = 'unknown', chrome = 'unknown', node = 'unknown' } = build.versions;
  return {
    type: 'info',
    title: 'About Catalyst Companion',
    message: `Catalyst Companion ${app.version}`,
    detail: [
      'A live, honest link between your trading droplet and Claude. MIT licence.',
      `Electron ${electron}, Chromium ${chrome}, Node ${node}, ${app.platform} ${build.arch}`,
      `State folder: ${app.home}`,
      app.secrets.note,
      build.updates,
    ].join('\n\n'),
    buttons: [...ABOUT_BUTTONS],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  };
}
