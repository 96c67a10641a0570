import type http from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Answer } from './service-health.ts';

/** Larger bodies are refused with 413; FastMCP's own limit. */
const MAX_BODY_BYTES = 4 << 20;

/** Writes head and body together; a string goes out as text/plain, everything else as compact JSON. */
export function send(
  response: http.ServerResponse,
  { status, body }: Answer,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}

export const phrase = (status: number): string => STATUS_CODES[status] ?? '';

/** The whole body as text, or undefined when it is larger than 4 MiB. Rejects when the client goes away. */
export async function readBody(request: http.IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Refuses browsers (any Origin) and names other than loopback in Host: without this a web page could reach
 * these ports by DNS rebinding. The real servers let both pass. Undefined: the request may go on.
 */
export function foreign(request: http.IncomingMessage): Answer | undefined {
  if (request.headers.origin !== undefined) return { status: 403, body: 'Forbidden Origin' };
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const loopback = host === '127.0.0.1' || host === 'localhost' || host === '[::1]';
  return loopback ? undefined : { status: 421, body: 'Misdirected Request' };
}
