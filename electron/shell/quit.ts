import type { App } from 'electron';

/** Quitting never hangs on a dead link: after this long the process ends whatever is left, milliseconds. */
const QUIT_BUDGET_MS = 3_000;
/** What is to end the app in its own way, an update, gets this long; then the app is started again as it is. */
const OWN_WAY_MS = 120_000;

export interface Quitter {
  /** Stops and ends. With `ownWay` that ends the app once all is stopped, in place of a plain exit. */
  readonly quit: (ownWay?: () => void) => void;
  /** Whether the end has begun. */
  readonly begun: boolean;
}

/**
 * Every way out goes through one clean stop: the menu, the system's quit, a signal, the end of the session, an update.
 * The stop runs once; the process ends when it is done or after the budget.
 */
export function quitOnce(
  app: Pick<App, 'on' | 'exit' | 'relaunch'>,
  stop: () => Promise<void>,
  budgetMs = QUIT_BUDGET_MS,
): Quitter {
  let begun = false;
  /** All is stopped, and what ends the app now must not be held up. */
  let released = false;
  const endBy = (ownWay: () => void): void => {
    released = true;
    setTimeout(() => {
      app.relaunch();
      app.exit(0);
    }, OWN_WAY_MS).unref();
    try {
      ownWay();
    } catch {
      app.exit(0);
    }
  };
  const quit = (ownWay?: () => void): void => {
    if (begun) return;
    begun = true;
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      clearTimeout(deadline);
      if (ownWay) endBy(ownWay);
      else app.exit(0);
    };
    const deadline = setTimeout(end, budgetMs);
    stop().then(end, end);
  };
  app.on('before-quit', (event) => {
    if (released) return;
    event.preventDefault();
    quit();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quit());
  return {
    quit,
    get begun() {
      return begun;
    },
  };
}
