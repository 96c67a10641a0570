import http from 'node:http';
import https from 'node:https';
import { AppError } from '../../contract/errors.ts';
import type { Route } from '../link/transport.ts';

export interface HttpAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** Milliseconds from sending to the end of the body. */
  ms: number;
}

export interface HttpOptions {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** A string, so that node sends head and body in one write (two writes are two packets of an SSH channel). */
  body?: string;
  /** Whole exchange, milliseconds. */
  timeoutMs: number;
  /** The body is cut off with an error beyond this many bytes; 8 MiB by default. */
  maxBytes?: number;
  signal?: AbortSignal;
  /** Resolve at the head and drop the body: for streams that never end. */
  headOnly?: boolean;
}

function headersOf(route: Route, options: HttpOptions): Record<string, string> {
  // identity: compressed bodies only cost time here, and decoders have had memory faults (CVE-2026-111497)
  const headers: Record<string, string> = {
    'accept-encoding': 'identity',
    ...route.headers,
    ...options.headers,
  };
  if (options.body !== undefined) headers['content-length'] = String(Buffer.byteLength(options.body));
  return headers;
}

/** Collects a body; fails with MCP_SERVER_ERROR beyond `maxBytes`, and when the answer is cut. */
function collect(
  response: http.IncomingMessage,
  host: string,
  maxBytes: number,
  done: (body: Buffer) => void,
  fail: (error: Error) => void,
): void {
  const parts: Buffer[] = [];
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    parts.push(part);
    if (size <= maxBytes) return;
    const message = `The answer of ${host} is larger than ${maxBytes} bytes.`;
    response.destroy(new AppError('MCP_SERVER_ERROR', message, 'Look at that service on the droplet.'));
  });
  response.on('end', () => done(Buffer.concat(parts)));
  response.on('error', fail);
  response.on('close', () => fail(new Error('The answer was cut.')));
}

/**
 * One HTTP exchange over a link. Never follows redirects: a 3xx is an answer like any other.
 * Throws LINK_TIMEOUT, MCP_SERVER_ERROR for an oversized body, or the socket's own error.
 */
export function exchange(route: Route, options: HttpOptions): Promise<HttpAnswer> {
  const started = performance.now();
  const host = route.url.host;
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => {
      clearTimeout(deadline);
      run();
    };
    const done = (response: http.IncomingMessage, body: Buffer) => {
      const ms = performance.now() - started;
      settle(() => resolve({ status: response.statusCode ?? 0, headers: response.headers, body, ms }));
    };
    const fail = (error: Error) => settle(() => reject(error));
    const client = route.url.protocol === 'https:' ? https : http;
    const request = client.request(
      route.url,
      {
        agent: route.agent,
        method: options.method ?? 'GET',
        headers: headersOf(route, options),
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (response) => {
        if (options.headOnly) {
          done(response, Buffer.alloc(0));
          request.destroy();
          return;
        }
        collect(response, host, options.maxBytes ?? 8 << 20, (body) => done(response, body), fail);
      },
    );
    // after the request: making one throws for what cannot be sent, and a deadline must not outlive that
    const deadline = setTimeout(() => {
      const message = `No answer from ${host} within ${options.timeoutMs / 1000} s.`;
      const late = new AppError('LINK_TIMEOUT', message, 'Check that the service runs on the droplet.');
      // told here: a request whose socket is still being opened says nothing of its end before that is decided
      fail(late);
      request.destroy(late);
    }, options.timeoutMs);
    request.on('error', fail);
    request.end(options.body);
  });
}
