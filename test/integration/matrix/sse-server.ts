import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { Conformance2025 } from '../../fixtures/mcp/conformance-2025.ts';

/** The suite's server of 2025 over the transport of 2024-11-05: one GET stream, and a URL to post to. */
export class SseServer {
  readonly #tools = new Conformance2025();
  readonly #http: http.Server;
  readonly #open = new Map<string, SSEServerTransport>();

  constructor() {
    this.#http = http.createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here');
      if (request.method === 'GET' && pathname === '/sse') {
        const transport = new SSEServerTransport('/messages', response);
        this.#open.set(transport.sessionId, transport);
        void this.#tools.serve(transport, () => void this.#open.delete(transport.sessionId));
        return;
      }
      const transport = this.#open.get(searchParams.get('sessionId') ?? '');
      if (request.method === 'POST' && pathname === '/messages' && transport)
        void bodyOf(request).then((body) => transport.handlePostMessage(request, response, body));
      else response.writeHead(pathname === '/sse' ? 405 : 404).end();
    });
  }

  get cancelled(): number {
    return this.#tools.cancelled;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/sse`;
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}
