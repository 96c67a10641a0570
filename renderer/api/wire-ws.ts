import { RPCLink } from '@orpc/client/websocket';
import { clientOver } from './client.ts';
import type { Session } from './session.ts';
import { SignedOutError } from './session.ts';

const OPEN_LIMIT_MS = 8_000;

/**
 * Trades the one-time token in the address for the session cookie and clears it from the address bar and the
 * history entry before anything else runs. Without a token the cookie of an earlier visit is used.
 */
export async function signIn(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  // A used link with a good cookie of an earlier visit beside it still opens the page, so a refusal here is not
  // the end: the socket's own answer decides.
  await fetch(new URL('session', location.href), {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  }).catch(() => undefined);
}

/** A fresh link that is opened in a tab of this page changes the fragment alone: the page begins anew with it. */
export function followFreshLinks(): void {
  window.addEventListener('hashchange', () => {
    if (new URLSearchParams(location.hash.slice(1)).has('token')) location.reload();
  });
}

/**
 * Whether the cookie is good; `undefined` where the server does not say. A browser hides why a WebSocket was not opened:
 * for want of a session, or because the app slept and is just waking, and then trying again helps.
 */
async function signedIn(): Promise<boolean | undefined> {
  const reply = await fetch(new URL('session', location.href), {
    credentials: 'same-origin',
    signal: AbortSignal.timeout(OPEN_LIMIT_MS),
  }).catch(() => undefined);
  if (reply?.status === 401) return false;
  return reply?.ok === true ? true : undefined;
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.close(), OPEN_LIMIT_MS);
    signal.addEventListener('abort', () => socket.close(), { once: true });
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.addEventListener('close', () => {
      clearTimeout(timer);
      reject(new Error('The connection to the app was not opened.'));
    });
  });
}

/** Opens the WebSocket of the page's own host. The cookie authenticates; the subprotocol names the wire. */
export async function connectWebSocket(signal: AbortSignal): Promise<Session> {
  const url = new URL('rpc', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = '';
  url.search = '';
  const socket = new WebSocket(url, ['companion.v1']);
  try {
    await opened(socket, signal);
  } catch (error) {
    if ((await signedIn()) === false) throw new SignedOutError('cookie refused');
    throw error;
  }
  return { client: clientOver(new RPCLink({ websocket: socket })), close: () => socket.close() };
}
