import http from 'node:http';
import https from 'node:https';
import type { Route } from '../../link/transport.ts';
import type { UpstreamFailure } from '../failure.ts';
import { cutFailure, notMcp, statusFailure, timeoutFailure } from '../failure.ts';
import type { Bytes } from '../pieces.ts';
import { Gather, joined, sliced } from '../pieces.ts';
import type { Received } from '../reply.ts';
import { receive } from '../reply.ts';
import { SseParser } from './sse.ts';

/** Larger answers are cut off with an error: no MCP answer is this large. */
const MAX_ANSWER = 256 * 1024 * 1024;
const MAX_ERROR_BODY = 65_536;

export interface Exchange {
  route: Route;
  path: string;
  method: 'POST' | 'GET' | 'DELETE';
  headers: Record<string, string>;
  /** A string, so that node sends head and body in one write. */
  body?: string;
  /** Whole exchange, milliseconds; absent for streams that stay open. */
  timeoutMs?: number;
  signal?: AbortSignal;
  hadSession: boolean;
  /** Called at the head of any HTTP answer: proof that the back end lives. */
  onHead(status: number, headers: http.IncomingHttpHeaders): void;
  onMessage(message: Received): void;
  /** Called with the body of an answer that is no success, before it fails. */
  onRefused?(status: number, body: string): void;
  /** Any 2xx is well, whatever its body: POSTs of 2024-11-05, answered on another stream. */
  acceptOnly?: boolean;
  /** One event of a stream under another name than `message`. */
  onEvent?(event: string, data: string): void;
  onEventId?(id: string): void;
  onRetry?(ms: number): void;
}

/** Status and head of an exchange that went well; `redirect` for a 307 or 308. */
export interface Exchanged {
  status: number;
  headers: http.IncomingHttpHeaders;
}

/**
 * One HTTP exchange at message level: resolves when the answer has ended, after `onMessage` for each message in
 * it. Rejects with UpstreamFailure. A 307/308 resolves, the caller decides.
 */
export function exchangeMessages(x: Exchange): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let sent = false;
    let timer: NodeJS.Timeout | undefined;
    const { url } = x.route;
    const fail = (cause: unknown) => {
      clearTimeout(timer);
      reject(cutFailure(cause, sent, url.host));
    };
    const request = (url.protocol === 'https:' ? https : http).request({
      agent: x.route.agent,
      protocol: url.protocol,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: x.path,
      method: x.method,
      headers: x.headers,
      ...(x.signal ? { signal: x.signal } : {}),
    });
    request.on('socket', (socket) => {
      if (!socket.connecting) sent = true;
      else socket.once('connect', () => (sent = true));
    });
    request.on('error', fail);
    request.on('response', (response) => {
      sent = true;
      x.onHead(response.statusCode ?? 0, response.headers);
      readAnswer(x, response, (error) => {
        if (error !== undefined) fail(error);
        else {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, headers: response.headers });
        }
      });
    });
    const { timeoutMs } = x;
    if (timeoutMs !== undefined) {
      timer = setTimeout(() => request.destroy(timeoutFailure(timeoutMs, sent)), timeoutMs);
      timer.unref();
    }
    request.end(x.body);
  });
}

function readAnswer(x: Exchange, response: http.IncomingMessage, done: (error?: unknown) => void): void {
  const status = response.statusCode ?? 0;
  const type = response.headers['content-type'] ?? '';
  response.on('error', done);
  response.on('aborted', () => done(new Error('the answer was cut off')));
  if (status === 200 && type.startsWith('text/event-stream')) {
    readStream(x, response, done);
    return;
  }
  collect(response, status === 200 ? MAX_ANSWER : MAX_ERROR_BODY, (body, size) => {
    if (hasNoBody(x, status)) done();
    else if (status < 200 || status >= 300) done(refused(x, status, type, body));
    else if (type.startsWith('application/json')) {
      const message = receive(body);
      if (message) x.onMessage(message);
      done(message ? undefined : notMcp('broken JSON', beginning(body, 2000)));
    } else if (size === 0) done();
    else done(notMcp(type, beginning(body, 8000)));
  });
}

/** Accepted, or sent on: whatever its body, nothing in it is for us. */
function hasNoBody(x: Exchange, status: number): boolean {
  const isAccepted = x.acceptOnly === true && status >= 200 && status < 300;
  return isAccepted || [202, 204, 307, 308].includes(status);
}

/** A JSON-RPC error may come under any status; when it names our request it is the answer. */
function refused(x: Exchange, status: number, type: string, body: Bytes): UpstreamFailure {
  const message = type.startsWith('application/json') ? receive(body) : undefined;
  if (message && message.kind === 'response' && message.id !== '' && message.id !== 'null')
    x.onMessage(message);
  const text = joined(body).toString('utf8');
  x.onRefused?.(status, text);
  return statusFailure(status, text, x.hadSession);
}

function readStream(x: Exchange, response: http.IncomingMessage, done: (error?: unknown) => void): void {
  const parser = new SseParser({
    onEvent: (data, event) => {
      if (event !== 'message') {
        x.onEvent?.(event, joined(data).toString('utf8'));
        return;
      }
      const message = receive(data);
      if (message) x.onMessage(message);
    },
    onId: (id) => x.onEventId?.(id),
    onRetry: (ms) => x.onRetry?.(ms),
  });
  response.on('data', (chunk: Buffer) => parser.push(chunk));
  response.on('end', () => done());
}

const beginning = (body: Bytes, length: number) => joined(sliced(body, 0, length)).toString('utf8');

function collect(
  response: http.IncomingMessage,
  max: number,
  done: (body: Bytes, size: number) => void,
): void {
  const gather = new Gather();
  let size = 0;
  response.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= max) gather.add(part);
    else if (max === MAX_ANSWER) response.destroy(new Error(`the answer is larger than ${MAX_ANSWER} bytes`));
  });
  response.on('end', () => done(gather.take(), size));
}
