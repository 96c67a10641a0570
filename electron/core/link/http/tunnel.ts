import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Socket } from 'node:net';
import { AppError } from '../../../contract/errors.ts';
import { bareHost } from '../../addresses.ts';
import { systemCode } from '../network-errors.ts';
import { trustSets } from './trust.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const SETTING = 'the proxy setting of this computer (for serve: HTTPS_PROXY and NO_PROXY)';

/** `host:port`, IPv6 in brackets. */
export function authority({ host, port }: Endpoint): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** A proxy's host and port, without the credentials that its URL may hold. */
export function proxyName(proxy: URL): string {
  const fallback = proxy.protocol === 'https:' ? 443 : proxy.protocol === 'http:' ? 80 : 1080;
  return authority({ host: bareHost(proxy.hostname), port: Number(proxy.port) || fallback });
}

/** A failure on the way through the proxy, which trying again may help. */
export function proxyFailed(sentence: string, next: string, cause?: unknown): AppError {
  return new AppError('LINK_PROXY_FAILED', sentence, next, { cause });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Basic credentials (RFC 7617) from a proxy's URL, as UTF-8. */
function credentials(proxy: URL): Record<string, string> {
  if (proxy.username === '' && proxy.password === '') return {};
  const pair = `${decoded(proxy.username)}:${decoded(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}

/** What the proxy's answer to CONNECT means, where it is not a success (RFC 9110, 9.3.6). */
function answerError(status: number, proxy: URL, target: string): AppError {
  const name = proxyName(proxy);
  const signedIn = proxy.username !== '' || proxy.password !== '';
  if (status === 407 || status === 401) {
    return new AppError(
      'LINK_PROXY_REFUSED',
      signedIn
        ? `The proxy ${name} refused the user name and password that are set for it (HTTP ${status}).`
        : `The proxy ${name} asks for a user name and password (HTTP ${status}), and none are set for it.`,
      'Give them in HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT) to catalyst-companion serve, or except the droplet from the proxy.',
    );
  }
  if (status === 403) {
    return new AppError(
      'LINK_PROXY_REFUSED',
      `The proxy ${name} does not allow connections to ${target} (HTTP 403).`,
      `Ask whoever runs the proxy to allow CONNECT to ${target}, or except it from the proxy with NO_PROXY.`,
    );
  }
  if (status === 502 || status === 503 || status === 504) {
    return proxyFailed(
      `The proxy ${name} cannot reach ${target} (HTTP ${status}).`,
      'Check that the droplet is up, and that the proxy can resolve and reach it.',
    );
  }
  return proxyFailed(
    `The proxy ${name} opens no connection to ${target} (HTTP ${status}).`,
    `Check ${SETTING}.`,
  );
}

/** A connection to the proxy itself that failed. Nothing of the request's own is quoted: it holds the credentials. */
function reachError(cause: unknown, proxy: URL): AppError {
  if (cause instanceof AppError) return cause;
  const name = proxyName(proxy);
  const code = systemCode(cause);
  const next = `Check ${SETTING}, and the network.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return proxyFailed(`The name of the proxy ${name} could not be resolved.`, next, cause);
  if (code === 'ECONNREFUSED') return proxyFailed(`Nothing listens at the proxy ${name}.`, next, cause);
  if (code === 'ETIMEDOUT') return proxyFailed(`The proxy ${name} did not answer in time.`, next, cause);
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return proxyFailed(`The proxy ${name} closed the connection without an answer.`, next, cause);
  if (code.startsWith('HPE_'))
    return proxyFailed(`What answers at ${name} is no HTTP proxy.`, `Check ${SETTING}.`, cause);
  const said = code === '' ? '' : ` (${code})`;
  return proxyFailed(`The proxy ${name} cannot be used${said}.`, next, cause);
}

function unsupported(proxy: URL): AppError {
  const kind = proxy.protocol.startsWith('socks') ? 'a SOCKS proxy' : `a proxy of the kind ${proxy.protocol}`;
  return new AppError(
    'LINK_PROXY_REFUSED',
    `The proxy ${proxyName(proxy)} is ${kind}, which is not supported; nothing was sent.`,
    'Set an HTTP proxy, or except the droplet from the proxy (NO_PROXY).',
  );
}

function connectRequest(proxy: URL, target: string): http.ClientRequest {
  const host = bareHost(proxy.hostname);
  const secure = proxy.protocol === 'https:';
  const options: https.RequestOptions = {
    host,
    port: proxy.port === '' ? (secure ? 443 : 80) : proxy.port,
    method: 'CONNECT',
    path: target,
    // said outright: node would ask the proxy to close
    headers: { host: target, connection: 'keep-alive', ...credentials(proxy) },
    agent: false,
  };
  if (!secure) return http.request(options);
  const secured = {
    ...options,
    secureContext: trustSets.of(undefined),
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
    ALPNProtocols: ['http/1.1'],
    servername: net.isIP(host) === 0 ? host : '',
  };
  return https.request(secured);
}

/**
 * Opens a connection to `target` through an HTTP proxy with CONNECT; the proxy resolves the name. What is sent
 * through it, TLS above all, is the caller's. Rejects with LINK_PROXY_FAILED (trying again may help),
 * LINK_PROXY_REFUSED (407, 403, SOCKS), or the signal's reason.
 */
export function openTunnel(proxy: URL, target: Endpoint, signal: AbortSignal): Promise<Socket> {
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') return Promise.reject(unsupported(proxy));
  return new Promise((resolve, reject) => {
    const name = authority(target);
    const request = connectRequest(proxy, name);
    const aborted = () => request.destroy(signal.reason as Error);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    request.on('error', (error) => {
      signal.removeEventListener('abort', aborted);
      reject(reachError(error, proxy));
    });
    // an answer without a tunnel is given here too, whatever its status
    request.on('connect', (response, socket: Socket, head) => {
      signal.removeEventListener('abort', aborted);
      socket.on('error', () => {});
      const status = response.statusCode ?? 0;
      const early = `The proxy ${proxyName(proxy)} sent bytes that the server cannot have sent.`;
      if (status >= 200 && status < 300 && head.length === 0) return resolve(socket);
      socket.destroy();
      reject(
        status >= 200 && status < 300
          ? proxyFailed(early, `Check ${SETTING}.`)
          : answerError(status, proxy, name),
      );
    });
    request.end();
  });
}
