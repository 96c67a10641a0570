import type { Log } from './ports.ts';

/** The part of `process` that tells of what nobody caught. */
interface Faults {
  on(event: 'unhandledRejection', listener: (reason: unknown) => void): unknown;
  on(event: 'uncaughtExceptionMonitor', listener: (error: Error, origin: string) => void): unknown;
}

/**
 * Writes into the app's log what nobody caught, for as long as the process lives. A rejected promise ends nothing:
 * it is a fault in one part, and ending the process would take the bridge, every link and the emergency stop with it,
 * in the middle of calls whose outcome would then be unknown. An exception out of nowhere still ends the process, as
 * Node does: what it left half done cannot be known.
 */
export function recordFaults(log: Log, faults: Faults = process): void {
  const words = (thrown: unknown) => ({
    error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
  });
  faults.on('unhandledRejection', (reason) =>
    log.error('A fault of the app in one of its parts.', words(reason)),
  );
  faults.on('uncaughtExceptionMonitor', (error, origin) => {
    if (origin !== 'unhandledRejection') log.error('A fault of the app that ends it.', words(error));
  });
}
