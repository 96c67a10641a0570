import type { App } from 'electron';

/** Quitting never hangs on a dead link: after this long the process ends whatever is left, milliseconds. */
const QUIT_BUDGET_MS = 3_000;

/**
 * Every way out goes through one clean stop: the menu, the system's quit, a signal, the end of the session. The
 * stop runs once; the process ends when it is done or after the budget. Returns the quit to call.
 */
export function quitOnce(
  app: Pick<App, 'on' | 'exit'>,
  stop: () => Promise<void>,
  budgetMs = QUIT_BUDGET_MS,
): () => void {
  let begun = false;
  const quit = () => {
    if (begun) return;
    begun = true;
    const end = () => {
      clearTimeout(deadline);
      app.exit(0);
    };
    const deadline = setTimeout(end, budgetMs);
    stop().then(end, end);
  };
  app.on('before-quit', (event) => {
    event.preventDefault();
    quit();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit);
  return quit;
}
