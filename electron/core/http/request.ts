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
  /** The body is cut off with an error beyond this many bytes. */
  maxBytes?: number;
  signal?: AbortSignal;
  /** Resolve at the head and drop the body: for streams that never end. */
  headOnly?: boolean;
}

/**
 * One HTTP exchange over a link. Never follows redirects: a 3xx is an answer like any other.
 * Throws LINK_TIMEOUT, MCP_SERVER_ERROR for an oversized body, or the socket's own error.
 */
export function exchange(route: Route, options: HttpOptions): Promise<HttpAnswer> {
  const started = performance.now();
  const max = options.maxBytes ?? 8 << 20;
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      request.destroy(
        new AppError(
          'LINK_TIMEOUT',
          `No answer from ${route.url.host} within ${options.timeoutMs / 1000} s.`,
          'Check that the service runs on the droplet.',
        ),
      );
    }, options.timeoutMs);
    const client = route.url.protocol === 'https:' ? https : http;
    const request = client.request(
      route.url,
      {
        agent: route.agent,
        method: options.method ?? 'GET',
        // identity: compressed bodies only cost time here, and decoders have had memory faults (CVE-2026-111497)
        headers: {
          'accept-encoding': 'identity',
          ...(options.body === undefined
            ? {}
            : { 'content-length': String(Buffer.byteLength(options.body)) }),
          ...route.headers,
          ...options.headers,
        },
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        const done = () => {
          clearTimeout(deadline);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts),
            ms: performance.now() - started,
          });
        };
        if (options.headOnly) {
          done();
          request.destroy();
          return;
        }
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > max)
            request.destroy(
              new AppError(
                'MCP_SERVER_ERROR',
                `The answer of ${route.url.host} is larger than ${max} bytes.`,
                'Look at the service on the droplet.',
              ),
            );
          else parts.push(part);
        });
        response.on('end', done);
        response.on('error', reject);
      },
    );
    request.on('error', (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    request.end(options.body);
  });
}
