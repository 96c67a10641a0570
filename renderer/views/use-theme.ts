import { useEffect } from 'react';
import { useUi } from '../api/app-context.tsx';

/** Sets the chosen theme on the document. */
export function useTheme(): void {
  const theme = useUi((s) => s.theme);
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
