import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppError } from '../../contract/errors.ts';
import type { Clock, Log } from '../ports.ts';
import { HttpSession, tokenOf } from './http-session.ts';
import type { OpenClient } from './http-session.ts';
import { bearerOf, bodyDenial, headerMismatch, requestDenial, streamDenial } from './request-guard.ts';
import type { Denial } from '../denial.ts';

const MAX_BODY = 4 << 20;
const MAX_SESSIONS = 64;
/** A session without a message or an open stream for this long is ended. */
const IDLE_MS = 30 * 60_000;
const KEEP_ALIVE_MS = 15_000;
/** Messages per second of one token over a minute; a model that calls tools needs far fewer. */
const RATE = { points: 3_000, duration: 60 };
/** Wrong tokens per minute before this address waits. */
const WRONG = { points: 20, duration: 60 };

export interface EndpointOptions {
  /** 0 takes any free port. */
  port: number;
  clock: Clock;
  log: Log;
  /** By profile the SHA-256 of its token, hex. Read at every request. */
  digests: () => Readonly<Record<string, string>>;
  /** Opens a client of the bridge. Throws PROFILE_UNKNOWN. */
  open: (profile: string, ...of: Parameters<OpenClient>) => ReturnType<OpenClient>;
  /** What kind of message this is and its raw id, as the bridge will read it. */
  inspect: (body: Buffer) => { kind: string; id: string; method: string; modern: boolean; params: unknown };
}

export interface Endpoint {
  readonly url: string;
  readonly port: number;
  /** Ends the sessions of a profile whose token was taken back. */
  drop(profile: string): void;
  /** Ends the server with all its sessions. Idempotent. */
  dispose(): Promise<void>;
}

export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');
/** A token that is shown once and kept as its digest alone. */
export const newToken = (): string => `ccp_${randomBytes(32).toString('base64url')}`;

interface Held {
  readonly profile: string;
  readonly session: HttpSession;
}

/** The local Streamable HTTP endpoint. See openEndpoint. */
class LocalEndpoint {
  readonly server: http.Server;
  port = 0;
  private readonly o: EndpointOptions;
  private readonly sessions = new Map<string, Held>();
  private readonly rate = new RateLimiterMemory(RATE);
  private readonly wrong = new RateLimiterMemory(WRONG);
  private cancelTick = () => {};

  constructor(options: EndpointOptions) {
    this.o = options;
    this.server = http.createServer(
      { maxHeaderSize: 16_384, requestTimeout: 30_000 },
      (request, response) => {
        this.handle(request, response).catch((error: unknown) => {
          this.o.log.warn('a request to the local endpoint failed', { why: String(error) });
          if (response.headersSent) response.destroy();
          else refuse(response, { status: 500, reason: 'Something went wrong in Catalyst Companion.' });
        });
      },
    );
    this.tick();
  }

  async dispose(): Promise<void> {
    this.cancelTick();
    const ended = [...this.sessions.values()].map(({ session }) => session.close());
    this.sessions.clear();
    await Promise.allSettled(ended);
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  drop(profile: string): void {
    for (const [id, held] of this.sessions) if (held.profile === profile) this.end(id);
  }

  private tick(): void {
    this.cancelTick = this.o.clock.after(KEEP_ALIVE_MS, () => {
      this.tick();
      const now = this.o.clock.monotonic();
      for (const [id, { session }] of this.sessions) {
        session.keepAlive();
        if (session.busy) session.lastAt = now;
        else if (now - session.lastAt > IDLE_MS) this.end(id);
      }
    });
  }

  private end(id: string): void {
    const held = this.sessions.get(id);
    this.sessions.delete(id);
    void held?.session.close();
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const denial = requestDenial(request, this.port);
    if (denial) return refuse(response, denial);
    const profile = await this.profileOf(request, response);
    if (profile === undefined) return;
    if (request.method === 'POST') return this.post(request, response, profile);
    const { 'mcp-session-id': id } = request.headers;
    // the stateless revision has neither of the two
    if (typeof id !== 'string') return refuse(response, { status: 405, reason: 'A session id is needed.' });
    const held = this.sessions.get(id);
    if (held?.profile !== profile) return refuse(response, lostSession);
    if (request.method === 'DELETE') {
      this.end(id);
      response.writeHead(200).end();
      return;
    }
    const wrong = streamDenial(request);
    if (wrong) return refuse(response, wrong);
    if (!held.session.listen(response))
      refuse(response, { status: 409, reason: 'This session has a stream already.' });
  }

  /** The profile that the token opens; otherwise the request is answered here. Digests are compared in constant time. */
  private async profileOf(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
    const token = bearerOf(request);
    const given = Buffer.from(token === undefined ? '' : digestOf(token));
    let found: string | undefined;
    for (const [profile, digest] of Object.entries(this.o.digests())) {
      const kept = Buffer.from(digest);
      if (given.length === kept.length && timingSafeEqual(given, kept)) found = profile;
    }
    const limiter = found === undefined ? this.wrong : this.rate;
    try {
      await limiter.consume(found ?? 'wrong');
    } catch {
      refuse(response, { status: 429, reason: 'Too many requests; wait a minute.' }, { 'retry-after': '60' });
      return undefined;
    }
    if (found !== undefined) return found;
    refuse(
      response,
      { status: 401, reason: 'The token is missing or wrong.' },
      { 'www-authenticate': 'Bearer' },
    );
    return undefined;
  }

  private async post(request: IncomingMessage, response: ServerResponse, profile: string): Promise<void> {
    const denial = bodyDenial(request, MAX_BODY);
    if (denial) return refuse(response, denial);
    const body = await readBody(request);
    if (!body) return refuse(response, { status: 413, reason: 'The message is too large.' });
    const message = this.o.inspect(body);
    const { 'mcp-session-id': id } = request.headers;
    if (message.modern) return this.once(profile, message, body, request, response);
    if (message.kind === 'request' && message.method === 'initialize')
      return this.begin(profile, message, body, response);
    if (typeof id !== 'string') return refuse(response, { status: 400, reason: 'A session id is needed.' });
    const held = this.sessions.get(id);
    if (held?.profile !== profile) return refuse(response, lostSession);
    const { session } = held;
    session.lastAt = this.o.clock.monotonic();
    if (message.kind === 'refused') return refuseMessage(response, message.id);
    if (message.kind === 'request') {
      if (session.isOpen(message.id))
        return refuse(response, { status: 400, reason: 'This id is still in use.' });
      return session.request(message.id, body, tokenOf(message), response, {});
    }
    session.tell(body);
    response.writeHead(202).end();
  }

  private begin(profile: string, message: { id: string }, body: Buffer, response: ServerResponse): void {
    if (this.sessions.size >= MAX_SESSIONS)
      return refuse(response, { status: 503, reason: 'Too many sessions are open; end one first.' });
    const id = randomUUID();
    const session = new HttpSession(
      (send, hangUp) => this.o.open(profile, send, hangUp),
      this.o.clock.monotonic(),
      () => this.sessions.delete(id),
    );
    this.sessions.set(id, { profile, session });
    session.request(message.id, body, undefined, response, { 'mcp-session-id': id });
  }

  /** A request of the stateless revision: a client of its own, which leaves with its answer. */
  private once(
    profile: string,
    message: { kind: string; id: string; method: string; params: unknown },
    body: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    const wrong = headerMismatch(request, message);
    if (wrong !== undefined) return refuseMessage(response, message.id, -32_020, wrong);
    if (message.kind !== 'request') {
      response.writeHead(202).end();
      return;
    }
    const session = new HttpSession(
      (send, hangUp) => this.o.open(profile, send, hangUp),
      this.o.clock.monotonic(),
      () => {},
    );
    // closing the response is how this revision cancels
    response.once('close', () => void session.close());
    session.request(message.id, body, tokenOf(message), response, {});
  }
}

const lostSession: Denial = { status: 404, reason: 'There is no such session; initialize again.' };

function refuse(
  response: ServerResponse,
  { status, reason }: Denial,
  headers: Record<string, string> = {},
): void {
  const error = { jsonrpc: '2.0', id: null, error: { code: -32_000, message: reason } };
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
  response.end(JSON.stringify(error));
}

function refuseMessage(
  response: ServerResponse,
  id = 'null',
  code = -32_600,
  reason = 'Invalid request',
): void {
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(
    `{"jsonrpc":"2.0","id":${id === '' ? 'null' : id},"error":{"code":${code},"message":${JSON.stringify(reason)}}}`,
  );
}

/** The whole body, undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/**
 * Opens the local Streamable HTTP endpoint `http://127.0.0.1:PORT/mcp` for clients that prefer HTTP: the token names
 * the profile, everything goes through the same guard as a stub's messages. Throws APP_PORT_IN_USE.
 */
export async function openEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const endpoint = new LocalEndpoint(options);
  const { server } = endpoint;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new AppError(
          'APP_PORT_IN_USE',
          `Port ${options.port} for the local endpoint is taken (${error.code}).`,
          'Choose another one: catalyst-companion endpoint on PROFILE --port N',
          { cause: error },
        ),
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  }).catch(async (error: unknown) => {
    await endpoint.dispose();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  endpoint.port = port;
  let disposed: Promise<void> | undefined;
  return {
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    drop: (profile) => endpoint.drop(profile),
    dispose: () => (disposed ??= endpoint.dispose()),
  };
}
