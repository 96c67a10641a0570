import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../contract/errors.ts';
import type { App } from '../core/app-interface.ts';
import { readPage } from '../core/page-files.ts';
import type { Clock } from '../core/ports.ts';
import { Door, requestDenial, sessionDenial, socketDenial } from './gate.ts';
import type { Denial } from '../core/denial.ts';
import { SECURITY_HEADERS } from './headers.ts';
import { portHolder } from './port-holder.ts';
import { RpcSockets } from './rpc-sockets.ts';
import { StaticFiles } from './static-files.ts';

const MAX_BODY = 4096;
/**
 * Every user of the machine can connect here, before any gate: too many or too slow ones must not use up the file
 * descriptors that the links need.
 */
const MAX_CONNECTIONS = 256;
const SLOW = { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 5_000 };

export interface WebServer {
  /** `http://127.0.0.1:PORT/#token=…` with a fresh token, good for one sign-in within five minutes. */
  url(): string;
  readonly origin: string;
  /** Ends pages and connections at once. Idempotent. */
  close(): Promise<void>;
}

export interface WebOptions {
  app: App;
  /** The folder of the built page. */
  pageDir: string;
  /** 0 or absent: the system picks one. */
  port?: number;
  clock: Clock;
}

function refuse(response: http.ServerResponse, denial: Denial): void {
  response.writeHead(denial.status, {
    ...SECURITY_HEADERS,
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(`${denial.reason}\n`);
}

/** The body as JSON, undefined when it is too large or not JSON. */
async function jsonBody(request: http.IncomingMessage): Promise<unknown> {
  let text = '';
  request.setEncoding('utf8');
  for await (const part of request) {
    text += part as string;
    if (text.length > MAX_BODY) return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** POST signs in; GET says whether the cookie is a session's, which a browser does not tell of a WebSocket it was refused. */
async function signIn(request: http.IncomingMessage, response: http.ServerResponse, door: Door) {
  if (request.method === 'GET') {
    if (!door.knows(request)) return refuse(response, { status: 401, reason: 'Sign in with a fresh link.' });
    response.writeHead(204, { ...SECURITY_HEADERS, 'cache-control': 'no-store' });
    return response.end();
  }
  const denial = sessionDenial(request);
  if (denial) return refuse(response, denial);
  const body = await jsonBody(request);
  const cookie = door.trade((body as { token?: unknown } | null | undefined)?.token);
  if (cookie === undefined) {
    return refuse(response, {
      status: 403,
      reason: 'This link was already used or is older than five minutes.',
    });
  }
  response.writeHead(204, { ...SECURITY_HEADERS, 'set-cookie': cookie, 'cache-control': 'no-store' });
  response.end();
}

async function listen(server: http.Server, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') {
      throw new AppError(
        'INPUT_INVALID',
        `Port ${port} may not be opened by you.`,
        'Choose one above 1023 with --port N, or leave --port away.',
        { cause: error },
      );
    }
    if (code !== 'EADDRINUSE') throw error;
    const holder = await portHolder(port);
    throw new AppError(
      'APP_PORT_IN_USE',
      `Port ${port} on 127.0.0.1 is in use${holder ? ` (${holder})` : ''}.`,
      'Choose another one with --port N, leave --port away, or end that program.',
      { cause: error },
    );
  }
  return (server.address() as AddressInfo).port;
}

/** Throws what startWeb would for this port, and leaves it free. */
export async function checkPort(port: number): Promise<void> {
  const server = http.createServer();
  await listen(server, port);
  await new Promise((resolve) => server.close(resolve));
}

/** Ends a socket that asked for an upgrade it may not have. */
function refuseUpgrade(socket: Duplex, denial: Denial): void {
  socket.on('error', () => {});
  socket.end(
    `HTTP/1.1 ${denial.status} ${http.STATUS_CODES[denial.status] ?? ''}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    () => socket.destroy(),
  );
}

/**
 * The dashboard over HTTP on 127.0.0.1: the page's files, sign-in by a one-time token, and the router over
 * WebSocket. Throws APP_PORT_IN_USE with the port and, where it can be seen, who holds it.
 */
export async function startWeb(options: WebOptions): Promise<WebServer> {
  const { app, clock } = options;
  const files = new StaticFiles(await readPage(options.pageDir));
  const door = new Door(clock);
  const sockets = new RpcSockets(app);
  let port = 0;

  const server = http.createServer(SLOW, (request, response) => {
    const denial = requestDenial(request, port);
    if (denial) return refuse(response, denial);
    if (request.url === '/session') {
      signIn(request, response, door).catch(() => response.destroy());
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, { status: 405, reason: 'Only GET is answered here.' });
    if (!files.serve(request, response)) refuse(response, { status: 404, reason: 'Nothing is served here.' });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('upgrade', (request, socket, head) => {
    const denial = socketDenial(request, door, port);
    if (denial) return refuseUpgrade(socket, denial);
    sockets.accept(request, socket, head);
  });
  try {
    port = await listen(server, options.port ?? 0);
  } catch (error) {
    sockets.close();
    throw error;
  }
  door.named(port);
  files.compress().catch((error: unknown) => app.log.warn('the page could not be compressed', { error }));

  const origin = `http://127.0.0.1:${port}`;
  let closing: Promise<void> | undefined;
  return {
    origin,
    url: () => `${origin}/#token=${door.issue()}`,
    close() {
      closing ??= new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}
