import { AppError } from '../../../contract/errors.ts';
import { UpstreamFailure } from '../failure.ts';
import type { Received } from '../reply.ts';
import { parsed } from '../reply.ts';
import type { Era } from './era.ts';

const MAX_REDIRECTS = 3;

/** What `initialize` or `server/discover` taught about the server. */
export interface SessionFacts {
  /** The era in which this session speaks with the server. */
  era: Era;
  protocolVersion: string;
  capabilities: Record<string, unknown>;
  serverInfo: { name: string; version: string };
  /** The result of initialize as JSON text; in the modern era one made of what the server said of itself. */
  text: string;
  /** The result of server/discover as the server wrote it; in the modern era only. */
  discover?: string;
}

/** The path that a 307/308 names on the same host (scheme changes of a proxy that does not know it is behind TLS are undone); else LINK_REDIRECT_REFUSED. */
export function sameOrigin(url: URL, path: string, location: string | undefined, hops: number): string {
  const target = location === undefined ? undefined : URL.parse(location, new URL(path, url).href);
  const downgraded =
    target?.protocol === 'http:' && url.protocol === 'https:' && target.hostname === url.hostname;
  if (target && hops < MAX_REDIRECTS && (target.host === url.host || downgraded))
    return target.pathname + target.search;
  throw new UpstreamFailure(
    'refused',
    new AppError(
      'LINK_REDIRECT_REFUSED',
      `The server sends us to ${target?.host ?? 'nowhere'}, which is not followed.`,
      'Set the MCP URL of the profile to the final address.',
    ),
  );
}

export function closedFailure(): UpstreamFailure {
  return new UpstreamFailure(
    'unsent',
    new AppError('LINK_NOT_CONNECTED', 'This session was closed.', 'Try again.'),
  );
}

export function factsOf(answer: Received | undefined): SessionFacts {
  const value = answer && parsed(answer);
  const result = value?.['result'] as Partial<SessionFacts> | undefined;
  if (typeof result?.protocolVersion !== 'string') {
    const said = (value?.['error'] as { message?: string } | undefined)?.message;
    const error = said
      ? new AppError(
          'MCP_SERVER_ERROR',
          `The server refused to begin a session: "${said.slice(0, 300)}".`,
          'Look at the server on the droplet.',
        )
      : new AppError(
          'MCP_NOT_MCP',
          'The server did not answer initialize as an MCP server does.',
          'Check the MCP URL of the profile.',
        );
    throw new UpstreamFailure('unsent', error);
  }
  const { name, version } = (result.serverInfo ?? {}) as { name?: unknown; version?: unknown };
  return {
    era: 'legacy',
    protocolVersion: result.protocolVersion,
    capabilities: result.capabilities ?? {},
    serverInfo: { name: textOf(name), version: textOf(version) },
    text: JSON.stringify(result),
  };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
