import { AppError } from '../../contract/errors.ts';
import type { LinkConfig } from '../../contract/profile.ts';
import type { HttpAnswer, HttpOptions } from '../http/request.ts';
import { exchange } from '../http/request.ts';
import type { OpenLink } from '../link/dialling.ts';
import { networkError } from '../link/network-errors.ts';
import type { Route } from '../link/transport.ts';
import type { Seen } from './judge-http.ts';
import { endpointOf } from './network-checks.ts';
import type { DoctorCase } from './ports.ts';
import type { Rounds } from './rounds.ts';

export const ANSWER_MS = 8_000;
const BODY_BYTES = 65_536;

export const BOTH = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
export const PING = '{"jsonrpc":"2.0","id":"companion-doctor","method":"ping"}';

/** What the layers above need of an open link. */
export interface Reached {
  readonly link: OpenLink;
  readonly config: LinkConfig;
  readonly rounds: Rounds;
  readonly one: DoctorCase;
  readonly keyed: boolean;
}

export function mcpRoute(link: OpenLink): Route {
  const route = link.route({ to: 'mcp' });
  if (route) return route;
  throw new AppError('INTERNAL', 'The link has no MCP endpoint.', 'Check the profile.');
}

export function seenOf({ status, headers, body }: HttpAnswer): Seen {
  return { status, contentType: headers['content-type'] ?? '', body: body.toString('utf8').slice(0, 4_096) };
}

/** One request to the MCP URL. Throws our codes. */
export async function ask({ link, rounds }: Reached, options: Partial<HttpOptions>): Promise<HttpAnswer> {
  const route = mcpRoute(link);
  try {
    return await exchange(route, {
      timeoutMs: ANSWER_MS,
      maxBytes: BODY_BYTES,
      signal: rounds.signal,
      ...options,
    });
  } catch (cause) {
    throw networkError(cause, endpointOf(route.url));
  }
}
