import type { X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import type { AppError } from '../../../contract/errors.ts';
import type { CertificateFacts } from '../../../contract/link.ts';
import { bareHost } from '../../addresses.ts';
import { networkError, systemCode } from '../network-errors.ts';
import { certificateFacts, pinProblem } from './certificate.ts';
import { closeIdleSockets } from './idle-agent.ts';
import { AGENT_OPTIONS, endpointOf, openWith, proxyTo, throughProxy } from './opening.ts';
import type { ConnectOptions, Way } from './opening.ts';
import { trustSets } from './trust.ts';
import { authority, proxyFailed, proxyName } from './tunnel.ts';
import type { Endpoint } from './tunnel.ts';

export interface Trust extends Way {
  /** PEM text of a CA to trust beside the system's. */
  readonly ca?: string;
  /** SHA-256 of the server's certificate, hex with or without colons: exactly this certificate is accepted. */
  readonly pin?: string;
}

export interface SecureAgent extends https.Agent {
  /** The certificate that the server of this URL showed on the newest connection; null before the first. */
  certificate(url: URL): CertificateFacts | null;
}

interface Handshake {
  readonly trust: Trust;
  readonly context: tls.SecureContext;
  /** The tunnel to speak through; absent: a connection of its own. */
  readonly tunnel: Socket | undefined;
  readonly signal: AbortSignal;
}

/** TLS with certificate and pin checked. Rejects with the error of node, of the signal, or LINK_TLS_PIN. */
function handshake(
  options: ConnectOptions,
  { trust, context, tunnel, signal }: Handshake,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      ...(options as tls.ConnectionOptions),
      ...(tunnel ? { socket: tunnel } : {}),
      secureContext: context,
      minVersion: 'TLSv1.2',
      // said here, so that NODE_TLS_REJECT_UNAUTHORIZED cannot say otherwise
      rejectUnauthorized: trust.pin === undefined,
      ALPNProtocols: ['http/1.1'],
    });
    socket.setNoDelay(true);
    const aborted = () => socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', aborted);
    if (signal.aborted) aborted();
    const failed = (error: Error) => {
      signal.removeEventListener('abort', aborted);
      tunnel?.destroy();
      reject(error);
    };
    socket.on('error', failed);
    socket.once('secureConnect', () => {
      signal.removeEventListener('abort', aborted);
      const { pin } = trust;
      const problem = pin === undefined ? undefined : pinProblem(socket.getPeerX509Certificate(), pin);
      if (!problem) return resolve(socket);
      socket.destroy();
      failed(problem);
    });
  });
}

/** A failed handshake inside a tunnel: what is the certificate's fault stays so, the rest is the proxy's. */
function inTunnel(cause: unknown, proxy: URL, target: Endpoint): AppError {
  const error = networkError(cause, target);
  if (error.code.startsWith('LINK_TLS_')) return error;
  const code = systemCode(cause);
  const [name, to] = [proxyName(proxy), authority(target)];
  if (code === 'ETIMEDOUT') {
    return proxyFailed(
      `Through the proxy ${name} nothing came back from ${to} in time.`,
      'Check that the droplet is up, and that the proxy passes TLS on.',
      cause,
    );
  }
  const broken =
    code === 'EPROTO' || code.startsWith('ERR_SSL_')
      ? `What comes through the proxy ${name} from ${to} is not HTTPS.`
      : `The proxy ${name} cut the connection to ${to}.`;
  return proxyFailed(
    broken,
    'Check the URL of the link, and whether the proxy passes TLS on unchanged.',
    cause,
  );
}

/**
 * An https.Agent of one link: its own trust, TLS 1.2 or newer, no TLS session kept (so none is shared between
 * profiles and every connection shows its certificate). A socket is handed over, and so the first byte of a request
 * sent, only after certificate and pin were checked; behind a proxy TLS runs inside the tunnel, with the server's own
 * name. Throws what node says of a `ca` that is no certificate.
 */
export function secureAgent(trust: Trust): SecureAgent {
  const context = trustSets.of(trust.ca);
  const shown = new Map<string, X509Certificate>();
  const certificate = (url: URL) => {
    const found = shown.get(authority({ host: bareHost(url.hostname), port: Number(url.port) || 443 }));
    return found ? certificateFacts(found) : null;
  };
  const agent = Object.assign(new https.Agent(AGENT_OPTIONS), { certificate });
  openWith(agent, trust, async (options, signal) => {
    const target = endpointOf(options, 443);
    const proxy = await proxyTo('https', target, trust, signal);
    const tunnel = proxy && (await throughProxy(proxy, target, signal));
    const socket = await handshake(options, { trust, context, tunnel, signal }).catch((error: unknown) => {
      throw proxy ? inTunnel(error, proxy, target) : (error as Error);
    });
    const found = socket.getPeerX509Certificate();
    if (found) shown.set(authority(target), found);
    return socket;
  });
  return closeIdleSockets(agent);
}
