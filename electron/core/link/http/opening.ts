import type { Agent } from 'node:http';
import net from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { bareHost, isLoopbackHost } from '../../addresses.ts';
import { authority, openTunnel } from './tunnel.ts';
import type { Endpoint } from './tunnel.ts';

/** How connections get out of this computer. */
export interface Way {
  /** Milliseconds for proxy, TCP and TLS together. */
  readonly connectMs: number;
  /** The proxy for a URL, asked for every connection, because networks change; absent: none. */
  readonly proxyFor?: (url: URL) => Promise<URL | undefined>;
}

/** What node's agents hand to createConnection, as far as it is used here. */
export interface ConnectOptions {
  host?: string | null;
  port?: number | string | null;
}

type Done = (error: Error | null, socket?: Duplex) => void;
type Opener<S extends Duplex> = (options: ConnectOptions, signal: AbortSignal) => Promise<S>;

const KEEPALIVE_MS = 15_000;

/** Options of every agent: TCP's own keepalive every 15 s, because node's 1 s ends calls in a hiccup of 11 s. */
export const AGENT_OPTIONS = { keepAlive: true, keepAliveMsecs: KEEPALIVE_MS, maxCachedSessions: 0 };

/** Host and port of node's options. */
export function endpointOf(options: ConnectOptions, defaultPort: number): Endpoint {
  return { host: bareHost(options.host ?? ''), port: Number(options.port) || defaultPort };
}

/** Rejects with the signal's reason as soon as it is aborted. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

/** The proxy for an endpoint; this computer itself is never reached through one, whatever the setting says. */
export async function proxyTo(
  scheme: 'http' | 'https',
  target: Endpoint,
  way: Way,
  signal: AbortSignal,
): Promise<URL | undefined> {
  if (!way.proxyFor || isLoopbackHost(target.host)) return undefined;
  return await orAborted(way.proxyFor(new URL(`${scheme}://${authority(target)}/`)), signal);
}

/** A socket straight to an endpoint, once it is connected. Rejects with the socket's error or the signal's reason. */
export function connectDirectly(
  options: ConnectOptions,
  target: Endpoint,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ ...options, ...target, noDelay: true });
    const aborted = () => socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    const settle = () => signal.removeEventListener('abort', aborted);
    socket.on('error', (error) => {
      settle();
      reject(error);
    });
    socket.once('connect', () => {
      settle();
      resolve(socket);
    });
  });
}

/** A tunnel with the timing of a socket of our own. */
export async function throughProxy(proxy: URL, target: Endpoint, signal: AbortSignal): Promise<Socket> {
  const socket = await openTunnel(proxy, target, signal);
  return socket.setNoDelay(true).setKeepAlive(true, KEEPALIVE_MS);
}

/**
 * Makes an agent open its sockets with `open`: given up after `connectMs`, handed over only when ready to carry a
 * request, and ended with the agent also while they are being opened (one that came up later would carry its request
 * to a link that is closed).
 */
export function openWith<A extends Agent, S extends Duplex>(agent: A, way: Way, open: Opener<S>): A {
  const coming = new Set<AbortController>();
  agent.createConnection = (options: ConnectOptions, done: Done) => {
    const control = new AbortController();
    coming.add(control);
    const late = () => control.abort(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' }));
    const timer = setTimeout(late, way.connectMs).unref();
    const settle = () => {
      clearTimeout(timer);
      coming.delete(control);
    };
    open(options, control.signal).then(
      (socket) => {
        settle();
        if (!socket.destroyed) return done(null, socket);
        done(Object.assign(new Error('cut while opening'), { code: 'ECONNRESET' }));
      },
      (error: unknown) => {
        settle();
        done(error as Error);
      },
    );
    // nothing is returned: whatever were returned here would be taken for the socket
  };
  const destroy = agent.destroy.bind(agent);
  agent.destroy = () => {
    for (const control of coming) control.abort(new Error('The link was closed.'));
    destroy();
  };
  return agent;
}
