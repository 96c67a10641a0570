import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js';
import type { Log } from '../ports.ts';
import { foreign, phrase, readBody, send } from './http-answers.ts';
import { HttpListener } from './http-listener.ts';
import { mcpSurface, type SurfaceParts } from './mcp-surface.ts';
import { VERSIONS } from './names.ts';

const NOT_ACCEPTABLE = 'Not Acceptable: Client must accept both application/json and text/event-stream';
const MAX_SESSIONS = 256;

interface Session {
  server: Server;
  transport: StreamableHTTPServerTransport;
}

const sessionId = (): string => randomUUID().replaceAll('-', '');

/** FastMCP's error replies carry a fresh session id that means nothing; clients must not take it. */
function refuse(response: http.ServerResponse, status: number, message: string): void {
  const body = { jsonrpc: '2.0', id: null, error: { code: -32600, message } };
  send(response, { status, body }, { 'mcp-session-id': sessionId() });
}

/** Whether an Accept header admits a media type; wildcards count, as in FastMCP 4. */
function accepts(header: string | undefined, type: 'application/json' | 'text/event-stream'): boolean {
  const ranges = (header ?? '').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase());
  return ranges.includes(type) || ranges.includes('*/*') || ranges.includes(`${type.split('/')[0] ?? ''}/*`);
}

/** The SDK wants the literal types; it reads the raw headers. */
function spellOutAccept(request: http.IncomingMessage): void {
  const at = request.rawHeaders.findIndex(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'accept',
  );
  request.headers.accept = 'application/json, text/event-stream';
  if (at >= 0) request.rawHeaders[at + 1] = request.headers.accept;
}

/** Lets half of the chunk that holds the answer out, then cuts the connection. */
function cutInTheMiddle(response: http.ServerResponse): void {
  const write = response.write.bind(response) as (chunk: Buffer, done: () => void) => boolean;
  const half = (chunk: unknown): boolean => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk as Uint8Array);
    const text = bytes.toString('latin1');
    const answer = text.includes('"result":') || text.includes('"error":');
    if (!answer) return write(bytes, () => {});
    // the writer may end the response at once; a proper end would make a truncated answer look whole
    response.write = () => true;
    response.end = () => response;
    return write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
  };
  response.write = half;
}

function calledTool(message: unknown): string | undefined {
  const { method, params } = (message ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && typeof params?.name === 'string' ? params.name : undefined;
}

/**
 * The orchestrator: MCP over Streamable HTTP with sessions at /mcp, text at /health. The protocol is the official
 * SDK's; the HTTP answers around it (406, 400, 404, 307) are FastMCP 4's, where they differ.
 */
export class McpServer {
  readonly #parts: SurfaceParts;
  readonly #log: Log;
  readonly #listener: HttpListener;
  readonly #sessions = new Map<string, Session>();

  constructor(parts: SurfaceParts, log: Log) {
    this.#parts = parts;
    this.#log = log;
    this.#listener = new HttpListener((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        this.#log.debug('demo MCP: a request ended early', { reason: String(error) });
        response.destroy();
      });
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/mcp`;
  }

  open(): Promise<void> {
    return this.#listener.open();
  }

  /** Closes the port. As after a restart of the container, sessions and the trading cycle are forgotten. */
  async close(): Promise<void> {
    this.#parts.simulation.stopCycle(false, 'shutdown');
    await this.#listener.close();
    await this.forgetSessions();
  }

  /** Every known session becomes unknown (404), as after a restart. */
  async forgetSessions(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map(({ server }) => server.close()));
  }

  async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { simulation, faults } = this.#parts;
    response.once('finish', () => {
      const { method = '', url = '' } = request;
      simulation.logs.access('orchestration', method, url, response.statusCode, phrase(response.statusCode));
    });
    const refused = foreign(request);
    if (refused) return send(response, refused);
    const delay = faults.delay('mcp');
    if (delay > 0) await new Promise<void>((resolve) => simulation.clock.after(delay, resolve));
    const { pathname, search } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (pathname === '/health')
      return send(response, { status: 200, body: `OK - Orchestration v${VERSIONS.orchestration}` });
    if (pathname === '/mcp/') {
      const location = `http://${request.headers.host ?? ''}/mcp${search}`;
      return send(response, { status: 307, body: '' }, { location });
    }
    if (pathname !== '/mcp') return send(response, { status: 404, body: 'Not Found' });
    if (request.method === 'POST') return this.#post(request, response);
    if (request.method === 'GET' && !accepts(request.headers.accept, 'text/event-stream')) {
      return refuse(response, 406, 'Not Acceptable: Client must accept text/event-stream');
    }
    const session = this.#session(request, response);
    if (!session) return;
    spellOutAccept(request);
    await session.transport.handleRequest(request, response);
  }

  async #post(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { accept, 'content-type': contentType } = request.headers;
    if (!accepts(accept, 'application/json') || !accepts(accept, 'text/event-stream')) {
      return refuse(response, 406, NOT_ACCEPTABLE);
    }
    if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
      return refuse(response, 400, 'Invalid Content-Type header');
    }
    const text = await readBody(request);
    if (text === undefined) return refuse(response, 413, 'Request body too large');
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      const body = {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32700, message: 'Parse error: Invalid JSON' },
      };
      return send(response, { status: 400, body });
    }
    const fresh = isInitializeRequest(message) && request.headers['mcp-session-id'] === undefined;
    const session = fresh ? await this.#newSession() : this.#session(request, response);
    if (!session) return;
    spellOutAccept(request);
    if (this.#parts.faults.diesMidAnswer(calledTool(message) ?? '')) cutInTheMiddle(response);
    await session.transport.handleRequest(request, response, message);
  }

  /** The session named by the request; answers 400 or 404 itself where there is none. */
  #session(request: http.IncomingMessage, response: http.ServerResponse): Session | undefined {
    const id = request.headers['mcp-session-id'];
    if (typeof id !== 'string') refuse(response, 400, 'Bad Request: Missing session ID');
    else if (!this.#sessions.has(id)) refuse(response, 404, 'Session not found');
    else return this.#sessions.get(id);
    return undefined;
  }

  async #newSession(): Promise<Session> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: sessionId,
      onsessioninitialized: (id) => {
        this.#sessions.set(id, session);
        this.#dropOldest();
      },
      onsessionclosed: (id) => {
        this.#sessions.delete(id);
      },
    });
    const session: Session = { server: mcpSurface(this.#parts), transport };
    await session.server.connect(transport);
    return session;
  }

  #dropOldest(): void {
    const [oldest] = this.#sessions;
    if (this.#sessions.size <= MAX_SESSIONS || !oldest) return;
    this.#sessions.delete(oldest[0]);
    oldest[1].server.close().catch((error: unknown) => {
      this.#log.debug('demo MCP: a session did not close', { reason: String(error) });
    });
  }
}
