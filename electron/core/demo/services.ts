import type http from 'node:http';
import type { Log } from '../ports.ts';
import type { Counter } from './counter.ts';
import type { FaultBoard } from './faults.ts';
import { foreign, phrase, readBody, send } from './http-answers.ts';
import { HttpListener } from './http-listener.ts';
import { SERVICE_NAMES, type ServiceName } from './names.ts';
import { ROUTES, type ServiceRoute } from './routes.ts';
import { serviceHealth, type Answer } from './service-health.ts';
import type { Simulation } from './simulation.ts';

export interface ServiceParts {
  simulation: Simulation;
  faults: FaultBoard;
  counter: Counter;
  log: Log;
}

/** What reads or writes its database answers this without one; workflow keeps its state in memory. */
const DATABASE_UNAVAILABLE: Answer = {
  status: 503,
  body: {
    detail: { error: 'Database unavailable', message: 'Cannot reach the database', retry_after: 30 },
  },
};

function matches(route: ServiceRoute, path: string): string | undefined {
  const open = route.path.indexOf('{');
  if (open < 0) return route.path === path ? '' : undefined;
  const prefix = route.path.slice(0, open);
  const rest = path.slice(prefix.length);
  return path.startsWith(prefix) && rest !== '' && !rest.includes('/') ? decodeURIComponent(rest) : undefined;
}

function parse(text: string): { body: unknown } | undefined {
  if (text.trim() === '') return { body: undefined };
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function answer(parts: ServiceParts, name: ServiceName, request: http.IncomingMessage, text: string): Answer {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/health' && request.method === 'GET') {
    return serviceHealth(name, parts.simulation, parts.faults);
  }
  const found = ROUTES[name].filter((route) => matches(route, url.pathname) !== undefined);
  if (found.length === 0) return { status: 404, body: { detail: 'Not Found' } };
  const route = found.find((candidate) => candidate.method === request.method);
  if (!route) return { status: 405, body: { detail: 'Method Not Allowed' } };
  const parsed = parse(text);
  if (!parsed) {
    const problem = { type: 'json_invalid', loc: ['body', 0], msg: 'JSON decode error', input: {} };
    return { status: 422, body: { detail: [problem] } };
  }
  if (parts.faults.databaseDown(name) && name !== 'workflow') return DATABASE_UNAVAILABLE;
  if (route.method === 'POST') parts.counter.add(`POST ${name} ${url.pathname}`);
  return route.answer({
    simulation: parts.simulation,
    faults: parts.faults,
    query: url.searchParams,
    param: matches(route, url.pathname) ?? '',
    body: parsed.body,
  });
}

async function serve(
  parts: ServiceParts,
  name: ServiceName,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const refused = foreign(request);
  if (refused) return send(response, refused);
  const text = await readBody(request);
  const delay = parts.faults.delay(name);
  if (delay > 0) await new Promise<void>((resolve) => parts.simulation.clock.after(delay, resolve));
  if (response.destroyed) return;
  const result =
    text === undefined ? { status: 413, body: 'Payload Too Large' } : answer(parts, name, request, text);
  send(response, result);
  parts.simulation.logs.access(
    name,
    request.method ?? '',
    request.url ?? '',
    result.status,
    phrase(result.status),
  );
}

/** One HTTP server per service, each on a loopback port of its own. */
export class Services {
  readonly #listeners = new Map<ServiceName, HttpListener>();

  constructor(parts: ServiceParts) {
    for (const name of SERVICE_NAMES) {
      const listener = new HttpListener((request, response) => {
        serve(parts, name, request, response).catch((error: unknown) => {
          parts.log.debug('demo service: a request ended early', { service: name, reason: String(error) });
          response.destroy();
        });
      });
      this.#listeners.set(name, listener);
    }
  }

  /** Opens or closes each port as `down` says. */
  async apply(down: (name: ServiceName) => boolean): Promise<void> {
    await Promise.all(
      [...this.#listeners].map(([name, listener]) => (down(name) ? listener.close() : listener.open())),
    );
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
  }

  port(name: ServiceName): number {
    return this.#listeners.get(name)?.port ?? 0;
  }

  /** As seen from the droplet. */
  urls(): { name: ServiceName; url: string }[] {
    return SERVICE_NAMES.map((name) => ({ name, url: `http://127.0.0.1:${this.port(name)}` }));
  }
}
