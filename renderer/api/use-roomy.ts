import { useMemo, useSyncExternalStore } from 'react';

/** The same as the variant `roomy` of styles/app.css, where more than the looks depends on it. */
const QUERY = '(width >= 1800px) and (height >= 1000px)';

/** Whether the window is as large as on a second monitor. */
export function useRoomy(): boolean {
  const media = useMemo(() => matchMedia(QUERY), []);
  const subscribe = useMemo(
    () => (listener: () => void) => {
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [media],
  );
  return useSyncExternalStore(subscribe, () => media.matches);
}
