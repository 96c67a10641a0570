import https from 'node:https';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { AppError } from '../../../contract/errors.ts';
import { closeIdleSockets } from './idle-agent.ts';

export interface Trust {
  /** PEM text of a CA to trust beside the system's. */
  ca?: string;
  /** SHA-256 of the server's certificate, hex with or without colons: exactly this certificate is accepted. */
  pin?: string;
  /** Milliseconds for TCP and TLS together. */
  connectMs: number;
}

const plainHex = (text: string) => text.replaceAll(':', '').toLowerCase();

function pinProblem(socket: TLSSocket, pin: string): Error | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return new Error('The server showed no certificate.');
  if (plainHex(certificate.fingerprint256) !== plainHex(pin)) {
    return new AppError(
      'LINK_TLS_UNTRUSTED',
      `The server showed another certificate than the pinned one; its SHA-256 is ${plainHex(certificate.fingerprint256)}.`,
      'Ask whoever runs the server whether the certificate was renewed, and only then change the pin.',
    );
  }
  if (Date.parse(certificate.validTo) < Date.now()) {
    return Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' });
  }
  return undefined;
}

/**
 * An https.Agent of one link: its own trust, TLS 1.2 or newer, no TLS session kept (so none is shared between
 * profiles and every connection shows its certificate). A socket is handed over, and so the first byte of a request
 * sent, only after certificate and pin were checked.
 */
export function secureAgent(trust: Trust): https.Agent {
  const authorities = [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
  const secureContext = tls.createSecureContext({
    ca: trust.ca === undefined ? authorities : [...authorities, trust.ca],
    minVersion: 'TLSv1.2',
  });
  const agent = new https.Agent({ keepAlive: true, maxCachedSessions: 0 });
  const { pin } = trust;
  const coming = new Set<TLSSocket>();
  agent.createConnection = (
    options: tls.ConnectionOptions & { host?: string | null },
    done: (error: Error | null, socket?: Duplex) => void,
  ) => {
    const socket = tls.connect({
      ...options,
      secureContext,
      minVersion: 'TLSv1.2',
      rejectUnauthorized: pin === undefined,
      ALPNProtocols: ['http/1.1'],
    });
    socket.setNoDelay(true);
    coming.add(socket);
    socket.once('close', () => coming.delete(socket));
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' })),
      trust.connectMs,
    ).unref();
    const failed = (error: Error) => {
      clearTimeout(timer);
      done(error);
    };
    socket.once('error', failed);
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      coming.delete(socket);
      const problem = pin === undefined ? undefined : pinProblem(socket, pin);
      socket.off('error', failed);
      if (problem) {
        socket.on('error', () => {});
        socket.destroy();
        done(problem);
      } else done(null, socket);
    });
    // nothing is returned: whatever were returned here would be taken for the socket
  };
  // node's own destroy knows the sockets it was given; one that is still being opened would carry its request later
  const destroy = agent.destroy.bind(agent);
  agent.destroy = () => {
    for (const socket of coming) socket.destroy(new Error('The link was closed.'));
    destroy();
  };
  return closeIdleSockets(agent);
}
