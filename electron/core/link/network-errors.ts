import { AppError } from '../../contract/errors.ts';
import type { ErrorCode } from '../../contract/errors.ts';

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
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

type Words = readonly [code: ErrorCode, sentence: string, next: string];

/** The names of the certificate that Node's error carries, which anybody can write: visible ASCII of a sane length only. */
function namesIn(cause: unknown): string {
  const text = (cause as { cert?: { subjectaltname?: unknown } }).cert?.subjectaltname;
  const names = typeof text === 'string' ? text.matchAll(/(?:DNS|IP Address):([\w.*:-]{1,80})(?=,|$)/g) : [];
  const first = [...names].slice(0, 3).map(([, name]) => name);
  return first.length === 0 ? '' : `; it is for ${first.join(', ')}`;
}

function certificateWords(code: string, host: string, cause: unknown): Words | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return [
        'LINK_TLS_EXPIRED',
        `The certificate of ${host} has expired.`,
        "Renew it on the server, if this computer's date is right: sudo certbot renew",
      ];
    case 'CERT_NOT_YET_VALID':
      return [
        'LINK_TLS_EXPIRED',
        `The certificate of ${host} is not valid yet.`,
        "Check this computer's clock, then the certificate on the server.",
      ];
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return [
        'LINK_TLS_NAME',
        `The certificate that answered was not issued for ${host}${namesIn(cause)}.`,
        'Use a name that stands in the certificate, or issue one for this name.',
      ];
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return [
        'LINK_TLS_UNTRUSTED',
        `The certificate of ${host} is signed by itself, so nobody vouches for it.`,
        'If the server is yours, read the fingerprint on it (openssl x509 -in CERTIFICATE -noout -fingerprint -sha256) and pin it with --pin SHA256.',
      ];
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return [
        'LINK_TLS_UNTRUSTED',
        `The certificate of ${host} comes from a CA that this computer does not know, and its chain is not complete.`,
        'Let the server send the whole chain (fullchain.pem, not cert.pem), or give the CA with --ca FILE.',
      ];
    default:
      if (!UNTRUSTED.has(code)) return undefined;
      return [
        'LINK_TLS_UNTRUSTED',
        `The certificate of ${host} is not signed by a CA that this computer trusts.`,
        'Give the CA that signed it with --ca FILE, or pin the certificate with --pin SHA256.',
      ];
  }
}

/** OpenSSL's reasons, each in its own code or, where writing failed first, only in the text of an EPROTO. */
const HANDSHAKES: readonly (readonly [RegExp, (host: string) => readonly [string, string]])[] = [
  [
    /unsupported.protocol|alert.protocol.version|version.too.low/i,
    (host) => [
      `${host} speaks only TLS older than 1.2, which is not safe.`,
      'Turn on TLS 1.2 or 1.3 on the server (ssl_protocols TLSv1.2 TLSv1.3;).',
    ],
  ],
  [
    /wrong.version.number|http.request|packet.length.too.long|record.layer.failure/i,
    (host) => [
      `${host} answers on this port, but not with HTTPS.`,
      'Check the port in the URL: it may be the one for plain HTTP or for another program.',
    ],
  ],
  [
    /unrecognized.name/i,
    (host) => [
      `The server has no certificate for the name ${host}.`,
      'Use the name that the server is set up for (server_name), or add this one there.',
    ],
  ],
  [
    /certificate.required/i,
    (host) => [
      `${host} asks for a client certificate, which is not supported.`,
      'Let the server take an API key instead, or use an SSH link.',
    ],
  ],
];

function handshakeWords(code: string, host: string, cause: unknown): Words | undefined {
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined;
  const said = `${code} ${cause instanceof Error ? cause.message : ''}`;
  const known = HANDSHAKES.find(([reason]) => reason.test(said))?.[1](host);
  const [sentence, next] = known ?? [
    `No encrypted connection to ${host} came about (${code}).`,
    'Check the port in the URL, and ssl_protocols and ssl_ciphers of the web server.',
  ];
  return ['LINK_UNREACHABLE', sentence, next];
}

function noHttp(code: string, at: string): Words | undefined {
  if (!code.startsWith('HPE_')) return undefined;
  return [
    'LINK_UNREACHABLE',
    `What answers on ${at} does not speak HTTP.`,
    'Check the port; if it is the one for HTTPS, the URL must begin with https://.',
  ];
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
    default: {
      const [known, sentence, next] = certificateWords(code, where.host, cause) ??
        handshakeWords(code, where.host, cause) ??
        noHttp(code, at) ?? [
          'LINK_UNREACHABLE',
          `${at} cannot be reached${code === '' ? '' : ` (${code})`}.`,
          "Check this computer's network and the address.",
        ];
      return new AppError(known, sentence, next, { cause });
    }
  }
}
