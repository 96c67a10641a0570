import { useMirror, useUi } from '../api/app-context.tsx';
import { ConsentDialog } from '../parts/consent-dialog.tsx';
import { StopPanel } from '../parts/stop-report.tsx';
import { Toasts } from '../parts/toasts.tsx';
import { useTheme } from './use-theme.ts';

/** What fills the desktop app's window for consent: the request, and nothing else that could be pressed. */
export function ConsentWindow() {
  useTheme();
  const waiting = useMirror((s) => s.app?.consents.length ?? 0);
  const stopping = useUi((s) => s.stop !== null);
  return (
    <main className="flex h-full items-center justify-center" aria-label="Consent">
      {waiting === 0 && !stopping ? <p className="text-quiet">Nothing waits for your answer.</p> : null}
      <ConsentDialog fill />
      <StopPanel />
      <Toasts />
    </main>
  );
}
