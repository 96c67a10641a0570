import { useApp, useCall } from '../../api/app-context.tsx';

/** Restarts a container after a person allowed the exact command; what went wrong is told. */
export function useRestart(): (profile: string, service: string) => Promise<void> {
  const { ui } = useApp();
  const call = useCall();
  return async (profile, service) => {
    const outcome = await call((client) => client.containers.restart({ profile, service }));
    if (outcome.ok) return;
    const { code, message, next } = outcome.error;
    // a person's own no is no problem
    if (code !== 'CONSENT_DENIED') ui.notify('problem', message, next);
  };
}
