import type { IncomingMessage } from 'node:http';

/** Why a request is turned away: an HTTP status and one plain sentence without anything of the request in it. */
export interface Denial {
  readonly status: number;
  readonly reason: string;
}

export const deny = (status: number, reason: string): Denial => ({ status, reason });

/** Every value of a header (name in lower case) as received: Node joins or drops what is sent twice. */
export function rawValues(request: IncomingMessage, name: string): string[] {
  const values: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === name) values.push(raw[i + 1] ?? '');
  }
  return values;
}

/**
 * The raw Host header must be one exact string of ours. Anything parsed would be looser: `evil@localhost:P`,
 * `0x7f.1` and full-width digits all parse to loopback, and Node takes the first of two Host headers and HTTP/1.0
 * with none. This is what stops DNS rebinding. `status` answers a host that is not ours.
 */
export function hostDenial(request: IncomingMessage, port: number, status: 403 | 421): Denial | undefined {
  const hosts = rawValues(request, 'host');
  if (request.httpVersion !== '1.1' || hosts.length !== 1) return deny(400, 'One Host header is needed.');
  // the usual port is left out
  const suffix = port === 80 ? '' : `:${port}`;
  if (hosts[0] !== `127.0.0.1${suffix}` && hosts[0] !== `localhost${suffix}`)
    return deny(status, 'This address is not served here.');
  return undefined;
}
