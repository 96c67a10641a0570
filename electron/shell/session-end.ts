import type * as Electron from 'electron';

/**
 * Windows tells windows alone that the session ends, and an app that started hidden has none: this one hears it, is
 * never seen and has no page. The end is never held up. Returns the dispose.
 */
export function hearSessionEnd(
  { BaseWindow }: Pick<typeof Electron, 'BaseWindow'>,
  platform: string,
  end: () => void,
): () => void {
  if (platform !== 'win32') return () => {};
  const ear = new BaseWindow({ show: false, skipTaskbar: true, width: 100, height: 100 });
  ear.on('query-session-end', end);
  return () => ear.destroy();
}
