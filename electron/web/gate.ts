import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Denial } from '../core/denial.ts';
import { deny, hostDenial, rawValues } from '../core/denial.ts';
import type { Clock } from '../core/ports.ts';

/** A one-time token lives this long, milliseconds. */
const TOKEN_LIFE_MS = 5 * 60_000;
export const SUBPROTOCOL = 'companion.v1';
const MAX_TOKENS = 16;
const MAX_SESSIONS = 32;

/** Origin must be this very page's, and a browser that says so must call the request same-origin. */
function originDenial(request: IncomingMessage): Denial | undefined {
  const origins = rawValues(request, 'origin');
  if (origins.length !== 1 || origins[0] !== `http://${rawValues(request, 'host')[0]}`)
    return deny(403, 'Requests from other pages are refused.');
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin')
    return deny(403, 'Requests from other pages are refused.');
  return undefined;
}

/** What every request must pass, whatever it asks for. OPTIONS is refused: there is no CORS here, ever. */
export function requestDenial(request: IncomingMessage, port: number): Denial | undefined {
  const host = hostDenial(request, port, 403);
  if (host) return host;
  if (request.method === 'OPTIONS') return deny(403, 'Requests from other pages are refused.');
  if (!request.url?.startsWith('/')) return deny(400, 'Only plain paths are served.');
  if (rawValues(request, 'origin').length > 0) return originDenial(request);
  return undefined;
}

/** Signing in: POST with a JSON body from our own page. A `text/plain` form post from elsewhere needs no preflight. */
export function sessionDenial(request: IncomingMessage): Denial | undefined {
  if (request.method !== 'POST') return deny(405, 'Only GET and POST are answered here.');
  if (!/^application\/json(; ?charset=utf-8)?$/i.test(request.headers['content-type'] ?? ''))
    return deny(415, 'The body must be application/json.');
  return originDenial(request);
}

/** The WebSocket: our page, our subprotocol, and a session. */
export function socketDenial(request: IncomingMessage, door: Door, port: number): Denial | undefined {
  const first = requestDenial(request, port);
  if (first) return first;
  if (request.method !== 'GET' || request.url !== '/rpc') return deny(404, 'Nothing is served here.');
  const origin = originDenial(request);
  if (origin) return origin;
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((p) => p.trim());
  if (!offered.includes(SUBPROTOCOL)) return deny(400, `The subprotocol ${SUBPROTOCOL} is needed.`);
  if (!door.knows(request)) return deny(401, 'Sign in with a fresh link first.');
  return undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const secret = (): string => randomBytes(32).toString('base64url');

/**
 * One-time tokens and the sessions they are traded for, in memory only. Digests are compared in constant time.
 * The cookie's name carries the port, because cookies do not: two apps on one machine would sign each other out.
 */
export class Door {
  readonly #clock: Clock;
  #tokens: { digest: Buffer; until: number }[] = [];
  #sessions: Buffer[] = [];
  #cookieName = 'companion';

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be called once the port is known. */
  named(port: number): void {
    this.#cookieName = `companion-${port}`;
  }

  /** A fresh token, good for one sign-in within five minutes. Only the newest 16 are kept. */
  issue(): string {
    const token = secret();
    const kept = this.#tokens.filter((one) => one.until > this.#clock.now());
    this.#tokens = [...kept, { digest: digest(token), until: this.#clock.now() + TOKEN_LIFE_MS }].slice(
      -MAX_TOKENS,
    );
    return token;
  }

  /** Trades a token for the Set-Cookie value of a new session; undefined when it is wrong, used or too old. */
  trade(token: unknown): string | undefined {
    if (typeof token !== 'string') return undefined;
    const given = digest(token);
    const match = this.#tokens.find((one) => timingSafeEqual(one.digest, given));
    if (!match) return undefined;
    this.#tokens = this.#tokens.filter((one) => one !== match);
    if (match.until <= this.#clock.now()) return undefined;
    const session = secret();
    this.#sessions = [...this.#sessions, digest(session)].slice(-MAX_SESSIONS);
    return `${this.#cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** Whether the request carries a session's cookie. */
  knows(request: IncomingMessage): boolean {
    const prefix = `${this.#cookieName}=`;
    const values = (request.headers.cookie ?? '')
      .split(';')
      .map((part) => part.trim())
      .filter((part) => part.startsWith(prefix));
    if (values.length !== 1) return false;
    const given = digest((values[0] ?? '').slice(prefix.length));
    return this.#sessions.some((session) => timingSafeEqual(session, given));
  }
}
