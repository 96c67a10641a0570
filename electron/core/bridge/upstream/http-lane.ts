import { AppError } from '../../../contract/errors.ts';
import type { LinkHandle, Route } from '../../link/transport.ts';
import type { Clock } from '../../ports.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Exchange, Exchanged } from './http.ts';
import { exchangeMessages } from './http.ts';
import { sameOrigin } from './session-facts.ts';

const BASE_HEADERS = {
  'content-type': 'application/json',
  // both types literally: Python servers answer 406 to anything less
  accept: 'application/json, text/event-stream',
  'accept-encoding': 'identity',
};
/** For a GET: an event stream is all we take. */
export const STREAM_ONLY = { accept: 'text/event-stream' };
/** How long a message waits for a link that is just coming back. */
const LINK_WAIT_MS = 1500;
const RESUME_TRIES = 5;
const NO_ANSWER: ReadonlySet<string> = new Set([
  'LINK_LOST',
  'LINK_PORT_CLOSED',
  'LINK_UNREACHABLE',
  'LINK_TIMEOUT',
]);

export type RunOptions = Omit<Exchange, 'route' | 'path' | 'headers' | 'onHead' | 'hadSession'> & {
  hadSession?: boolean;
  /** Path and query on the same origin, instead of the MCP URL's own. */
  to?: string;
};

/** The way to the MCP endpoint over whatever link is up: headers, redirects on the same host, resumed streams. */
export class HttpLane {
  readonly #link: LinkHandle;
  readonly #clock: Clock;
  /** Where a redirect of this address led. */
  #moved: { from: string; path: string } | undefined;

  constructor(link: LinkHandle, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
  }

  /** The route now; waits a moment for a link that is coming back. Throws UpstreamFailure `unsent`. */
  async route(): Promise<Route> {
    const link = this.#link;
    const transport = link.transport ?? (await link.whenOpen(LINK_WAIT_MS));
    if (!transport)
      throw new UpstreamFailure(
        'unsent',
        new AppError(
          'LINK_NOT_CONNECTED',
          link.reason(),
          'Wait for the link, or connect in Catalyst Companion.',
        ),
      );
    const route = transport.route({ to: 'mcp' });
    if (route) return route;
    throw new UpstreamFailure(
      'unsent',
      new AppError(
        'LINK_NOT_CONNECTED',
        'This link does not reach the MCP server.',
        'Check the links of the profile.',
      ),
    );
  }

  /** A stream that ended before the answer is taken up again with its last event id (2025-11-25, SEP-1699). Nothing is sent twice. */
  async resume(
    headers: Record<string, string>,
    lastEvent: () => string,
    retryMs: () => number,
    leftMs: () => number,
    listen: Pick<Exchange, 'onMessage' | 'onEventId' | 'onRetry'>,
    answered: () => boolean,
  ): Promise<void> {
    for (let tries = 0; tries < RESUME_TRIES && !answered() && leftMs() > 0; tries++) {
      await new Promise<void>((resolve) => void this.#clock.after(retryMs(), resolve));
      const route = this.#link.transport?.route({ to: 'mcp' });
      if (!route) continue;
      const before = lastEvent();
      try {
        await this.run(
          route,
          { ...headers, ...STREAM_ONLY, 'last-event-id': before },
          { method: 'GET', timeoutMs: Math.max(1, leftMs()), ...listen },
        );
        if (lastEvent() !== before) tries = 0;
      } catch (error) {
        if (error instanceof UpstreamFailure && error.fate === 'refused') return;
      }
    }
  }

  /** No answer at all says something about the link, not about the server alone. */
  async #exchange(exchange: Exchange): Promise<Exchanged> {
    try {
      return await exchangeMessages(exchange);
    } catch (error) {
      if (error instanceof UpstreamFailure && NO_ANSWER.has(error.error.code)) this.#link.doubt?.();
      throw error;
    }
  }

  /** One exchange, following redirects on the same host. Throws UpstreamFailure. */
  async run(route: Route, headers: Record<string, string>, rest: RunOptions): Promise<Exchanged> {
    const own = route.url.pathname + route.url.search;
    let path = rest.to ?? (this.#moved?.from === route.url.href ? this.#moved.path : own);
    const whole: Record<string, string> = { ...BASE_HEADERS, ...route.headers, ...headers };
    if (rest.body === undefined) delete whole['content-type'];
    else whole['content-length'] = String(Buffer.byteLength(rest.body));
    for (let hops = 0; ; hops++) {
      const done = await this.#exchange({
        hadSession: false,
        ...rest,
        route,
        path,
        headers: whole,
        onHead: () => this.#link.proof(),
      });
      if (done.status !== 307 && done.status !== 308) return done;
      path = sameOrigin(route.url, path, done.headers.location, hops);
      if (rest.to === undefined) this.#moved = { from: route.url.href, path };
    }
  }
}
