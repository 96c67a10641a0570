import { RPCLink } from '@orpc/client/message-port';
import { clientOver } from './client.ts';
import type { Session } from './session.ts';

/** Messages between page and preload, both by `window.postMessage` in the same window. */
const PORT_WANTED = 'companion.port-wanted';
const PORT_GIVEN = 'companion.port';

const GIVEN_LIMIT_MS = 8_000;

/** Asks the preload for a port and waits for it. The ask repeats, so that whoever starts first does not matter. */
function takePort(signal: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const stop = new AbortController();
    const ask = () => window.postMessage(PORT_WANTED, '/');
    const finish = (then: () => void) => {
      stop.abort();
      clearInterval(asking);
      clearTimeout(limit);
      then();
    };
    const asking = setInterval(ask, 1_000);
    const limit = setTimeout(
      () => finish(() => reject(new Error('The window was given no connection.'))),
      GIVEN_LIMIT_MS,
    );
    window.addEventListener(
      'message',
      (event: MessageEvent<unknown>) => {
        const port = event.ports[0];
        if (event.source !== window || event.data !== PORT_GIVEN || port === undefined) return;
        finish(() => resolve(port));
      },
      { signal: stop.signal },
    );
    signal.addEventListener('abort', () => finish(() => reject(new Error('Given up.'))), { once: true });
    ask();
  });
}

/** Connects over Electron's MessagePort. */
export async function connectPort(signal: AbortSignal): Promise<Session> {
  const port = await takePort(signal);
  const client = clientOver(new RPCLink({ port }));
  port.start();
  return { client, close: () => port.close() };
}
