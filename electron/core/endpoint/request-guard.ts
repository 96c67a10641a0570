import type { IncomingMessage } from 'node:http';
import type { Denial } from '../denial.ts';
import { deny, hostDenial, rawValues } from '../denial.ts';

/**
 * What every request must pass before anything of it is read. No browser has business here, so any Origin at all is
 * refused, and there is no CORS.
 */
export function requestDenial(request: IncomingMessage, port: number): Denial | undefined {
  const host = hostDenial(request, port, 421);
  if (host) return host;
  if (rawValues(request, 'origin').length > 0) return deny(403, 'Web pages are not served here.');
  if (request.url !== '/mcp') return deny(404, 'Only /mcp is served here.');
  if (!['POST', 'GET', 'DELETE'].includes(request.method ?? '')) return deny(405, 'Use POST, GET or DELETE.');
  return undefined;
}

/** The bearer token, exactly one and nowhere else. */
export function bearerOf(request: IncomingMessage): string | undefined {
  const values = rawValues(request, 'authorization');
  if (values.length !== 1) return undefined;
  return /^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(values[0] ?? '')?.[1];
}

const accepts = (request: IncomingMessage, type: string): boolean =>
  (request.headers.accept ?? '').split(',').some((each) => each.split(';')[0]?.trim().toLowerCase() === type);

/** What a message must be sent as. A `text/plain` post needs no preflight and could come from any web page. */
export function bodyDenial(request: IncomingMessage, maxBytes: number): Denial | undefined {
  const types = rawValues(request, 'content-type');
  if (types.length !== 1 || !/^application\/json(?:;\s*charset=utf-8)?$/i.test(types[0] ?? ''))
    return deny(415, 'The body must be application/json.');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes)
    return deny(413, 'The message is too large.');
  if (request.headers['content-encoding'] !== undefined) return deny(415, 'The body must not be encoded.');
  if (!accepts(request, 'application/json') || !accepts(request, 'text/event-stream'))
    return deny(406, 'Accept must name application/json and text/event-stream.');
  return undefined;
}

export function streamDenial(request: IncomingMessage): Denial | undefined {
  return accepts(request, 'text/event-stream') ? undefined : deny(406, 'Accept must name text/event-stream.');
}

/** A header value as it was meant; `=?base64?…?=` carries what a header cannot (2026-07-28). */
function decoded(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = /^=\?base64\?([A-Za-z0-9+/=]*)\?=$/.exec(value)?.[1];
  return text === undefined ? value : Buffer.from(text, 'base64').toString('utf8');
}

/** What a proxy on the way reads from the headers must be what the body says (2026-07-28, Streamable HTTP). */
export function headerMismatch(
  request: IncomingMessage,
  message: { method: string; params: unknown },
): string | undefined {
  const params = (message.params ?? {}) as { name?: unknown; uri?: unknown; _meta?: Record<string, unknown> };
  const version = params._meta?.['io.modelcontextprotocol/protocolVersion'];
  if (request.headers['mcp-protocol-version'] !== version)
    return 'Mcp-Protocol-Version differs from the body.';
  if (decoded(request.headers['mcp-method']) !== message.method) return 'Mcp-Method differs from the body.';
  const name = message.method === 'resources/read' ? params.uri : params.name;
  if (!['tools/call', 'prompts/get', 'resources/read'].includes(message.method)) return undefined;
  return decoded(request.headers['mcp-name']) === name ? undefined : 'Mcp-Name differs from the body.';
}
