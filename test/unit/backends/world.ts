import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LinkVia } from '../../../electron/contract/link.ts';
import type { Profile } from '../../../electron/contract/profile.ts';
import { presetProfile } from '../../../electron/core/backends/presets.ts';
import type { LinkHandle, Transport } from '../../../electron/core/link/transport.ts';
import type { McpReader, RpcAnswer } from '../../../electron/core/seams.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

export const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** A clock that stands still until it is moved. */
export function manualClock(start = Date.parse('2026-11-17T12:00:00Z')) {
  const clock = new ManualClock(start, 0);
  return { clock, waiting: () => clock.waiting, move: (ms: number) => clock.advance(ms) };
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** A real service on loopback that counts what it was asked. */
export async function service(handler: Handler) {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export function json(response: http.ServerResponse, body: unknown, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A link over loopback that can be cut, and opened again. */
export function fakeLink(
  urls: Readonly<Record<string, string>>,
  kind: LinkVia['kind'] = 'direct',
  exec?: Transport['exec'],
) {
  const agent = new http.Agent({ keepAlive: false });
  const listeners = new Set<() => void>();
  const state = { proofs: 0, reason: 'The link is off.' };
  const makeTransport = (): Transport => ({
    via: { index: 0, kind, label: kind },
    route(destination) {
      const base = destination.to === 'service' ? urls[destination.name] : undefined;
      if (base === undefined || destination.to === 'mcp') return undefined;
      return { url: new URL(destination.path, base), agent, headers: {} };
    },
    ...(exec ? { exec } : {}),
    closed: new Promise(() => undefined),
    close() {},
  });
  let current: Transport | undefined = makeTransport();
  const change = (next: Transport | undefined) => {
    current = next;
    for (const listener of listeners) listener();
  };
  const link: LinkHandle = {
    get transport() {
      return current;
    },
    whenOpen: () => Promise.resolve(current),
    reason: () => state.reason,
    proof() {
      state.proofs += 1;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    link,
    state,
    listeners,
    cut: () => change(undefined),
    open: () => change(makeTransport()),
  };
}

/** An MCP server as the reader sees it; what it lacks it does not list. */
export function fakeReader(
  resources: Record<string, () => RpcAnswer | Promise<RpcAnswer>>,
  tools: Record<string, () => RpcAnswer | Promise<RpcAnswer>> = {},
) {
  const asked: string[] = [];
  const reader: McpReader = {
    resources: () => Promise.resolve(Object.keys(resources).map((uri) => ({ uri, name: uri }))),
    tools: () => Promise.resolve(Object.keys(tools).map((name) => ({ name }))),
    async read(uri) {
      asked.push(uri);
      return resources[uri]();
    },
    async call(tool) {
      asked.push(tool);
      return tools[tool]();
    },
  };
  return { reader, asked };
}

export function text(value: unknown): RpcAnswer {
  return { result: { contents: [{ uri: 'x', mimeType: 'text/plain', text: JSON.stringify(value) }] } };
}

export const garbage: RpcAnswer = { error: { code: -32603, message: 'Error reading resource' } };

export function profileWith(
  services: Readonly<Record<string, string>>,
  over: Partial<Profile> = {},
): Profile {
  return {
    ...presetProfile('real', 'catalyst'),
    environment: 'live',
    links: [{ kind: 'direct', url: 'http://127.0.0.1:1/mcp' }],
    services: Object.entries(services).map(([name, url]) => ({ name, url })),
    ...over,
  };
}

/** Waits until `read` gives a value, at most 5 s. */
export async function until<T>(read: () => T | undefined | false): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = read();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error('not seen within a minute');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
