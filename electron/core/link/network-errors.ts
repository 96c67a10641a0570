import { AppError } from '../../contract/errors.ts';

/** The system's error code of a failed connection; for several tried addresses the first of them. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { code, errors } = error as { code?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string') return code;
  return Array.isArray(errors) && errors.length > 0 ? systemCode(errors[0]) : '';
}

const UNTRUSTED = new Set([
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function tlsError(code: string, host: string, cause: unknown): AppError | undefined {
  if (code === 'CERT_HAS_EXPIRED') {
    return new AppError(
      'LINK_TLS_EXPIRED',
      `The certificate of ${host} has expired.`,
      'Renew it on the server, e.g. with: certbot renew',
      { cause },
    );
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return new AppError(
      'LINK_TLS_EXPIRED',
      `The certificate of ${host} is not valid yet.`,
      "Check this computer's clock, then the certificate on the server.",
      { cause },
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return new AppError(
      'LINK_TLS_NAME',
      `The certificate that answered was not issued for ${host}.`,
      'Use the name that stands in the certificate, or issue one for this name.',
      { cause },
    );
  }
  if (UNTRUSTED.has(code)) {
    return new AppError(
      'LINK_TLS_UNTRUSTED',
      `The certificate of ${host} is not signed by a CA that this computer trusts.`,
      'Give the CA that signed it with --ca FILE, or pin the certificate with --pin SHA256.',
      { cause },
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new AppError(
      'LINK_UNREACHABLE',
      `${host} does not speak HTTPS with TLS 1.2 or newer on this port.`,
      'Check the port in the URL, and ssl_protocols of the web server.',
      { cause },
    );
  }
  return undefined;
}

/** A failed connection in our codes; `where` is host and port as the user knows them. */
export function networkError(cause: unknown, where: { host: string; port: number }): AppError {
  if (cause instanceof AppError) return cause;
  const code = systemCode(cause);
  const at = `${where.host}:${where.port}`;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ENODATA':
      return new AppError(
        'LINK_HOST_NOT_FOUND',
        `The name ${where.host} could not be resolved.`,
        "Check the host's spelling and this computer's network.",
        { cause },
      );
    case 'ECONNREFUSED':
      return new AppError(
        'LINK_PORT_CLOSED',
        `Nothing listens on ${at}.`,
        'Check the port, and that the server runs and its firewall lets you in.',
        { cause },
      );
    case 'ETIMEDOUT':
      return new AppError(
        'LINK_TIMEOUT',
        `${at} did not answer in time.`,
        'Check that the machine is up and that no firewall drops the connection.',
        { cause },
      );
    case 'ECONNRESET':
    case 'EPIPE':
      return new AppError(
        'LINK_LOST',
        `The connection to ${at} was cut.`,
        'It is tried again by itself; check the network if this repeats.',
        { cause },
      );
    default:
      return (
        tlsError(code, where.host, cause) ??
        new AppError(
          'LINK_UNREACHABLE',
          `${at} cannot be reached${code === '' ? '' : ` (${code})`}.`,
          "Check this computer's network and the address.",
          { cause },
        )
      );
  }
}
