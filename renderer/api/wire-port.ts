import { RPCLink } from '@orpc/client/message-port';
import { clientOver } from './client.ts';
import type { Connect, Session } from './session.ts';

/** The preload's message that carries the port, posted once, when the page has loaded. */
const PORT_GIVEN = 'companion-port';
const GIVEN_LIMIT_MS = 8_000;

function isGiven(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === PORT_GIVEN;
}

function takePort(signal: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const stop = new AbortController();
    const finish = (then: () => void) => {
      stop.abort();
      clearTimeout(limit);
      then();
    };
    const limit = setTimeout(
      () => finish(() => reject(new Error('The window was given no connection.'))),
      GIVEN_LIMIT_MS,
    );
    window.addEventListener(
      'message',
      (event: MessageEvent<unknown>) => {
        const port = event.ports[0];
        // Only the preload posts from this very window; a frame or an opener never counts.
        if (event.source !== window || !isGiven(event.data) || port === undefined) return;
        finish(() => resolve(port));
      },
      { signal: stop.signal },
    );
    signal.addEventListener('abort', () => finish(() => reject(new Error('Given up.'))), { once: true });
  });
}

/**
 * Connects over Electron's MessagePort. Must be called before the page's `load`, which is when the preload asks
 * for the port. A page gets one port: when that is gone, the page is loaded anew to be given another.
 */
export function portConnector(reload: () => void): Connect {
  let had = false;
  return async (signal): Promise<Session> => {
    if (had) reload();
    const port = await takePort(signal);
    had = true;
    const client = clientOver(new RPCLink({ port }));
    port.start();
    return { client, close: () => port.close() };
  };
}
