import { AppError } from '../../contract/errors.ts';
import { exchange } from '../http/request.ts';
import type { OpenLink } from './dialling.ts';
import { networkError } from './network-errors.ts';
import type { Route } from './transport.ts';
import { sameOriginPath } from './http/urls.ts';

/** What an HTTP answer of the MCP URL says about the endpoint. */
export type McpVerdict =
  | { kind: 'fine' }
  | { kind: 'auth'; code: 'LINK_API_KEY_REFUSED' | 'LINK_FORBIDDEN' }
  | { kind: 'redirect' }
  | { kind: 'wrong'; error: AppError };

/**
 * Judges the answer to a GET without a session. A healthy MCP endpoint answers it in many ways (FastMCP: 400 or 406;
 * stateless servers: 405; a second stream: 409; legacy SSE: 200 with an event stream), so only what cannot be MCP counts.
 */
export function judge(status: number, contentType: string): McpVerdict {
  const wrong = (code: AppError['code'], message: string, nextStep: string): McpVerdict => ({
    kind: 'wrong',
    error: new AppError(code, message, nextStep),
  });
  if (status === 401) return { kind: 'auth', code: 'LINK_API_KEY_REFUSED' };
  if (status === 403) return { kind: 'auth', code: 'LINK_FORBIDDEN' };
  if (status === 404 || status === 410) {
    return wrong(
      'MCP_NOT_FOUND',
      `There is no MCP endpoint at this path (HTTP ${status}).`,
      'Check the path of the MCP URL; it is usually /mcp.',
    );
  }
  if (status === 421) {
    return wrong(
      'MCP_SERVER_ERROR',
      'The MCP server does not accept this host name (HTTP 421).',
      "Add the host to the server's allowed hosts, e.g. FASTMCP_HTTP_ALLOWED_HOSTS.",
    );
  }
  if (status >= 500) {
    return wrong(
      'MCP_SERVER_ERROR',
      `The MCP endpoint fails with HTTP ${status}.`,
      "Look at the orchestrator's log on the droplet.",
    );
  }
  if (status >= 300 && status < 400) return { kind: 'redirect' };
  if (/^\s*text\/html\b/i.test(contentType)) {
    return wrong(
      'MCP_NOT_MCP',
      'A web page answers at the MCP URL, not an MCP server.',
      'Check host, port and path of the MCP URL.',
    );
  }
  return { kind: 'fine' };
}

export type ProbeResult =
  | { kind: 'fine'; rttMs: number }
  /** MCP alone fails; `proven`: an HTTP answer came through the link all the same. */
  | { kind: 'mcp'; error: AppError; proven: boolean }
  /** A person has to act before anything is tried again. */
  | { kind: 'refused'; error: AppError }
  /** No HTTP answer at all. */
  | { kind: 'silent'; error: AppError };

export interface ProbeOptions {
  /** The profile's name, for the commands that help. */
  profile: string;
  /** Milliseconds per request. */
  timeoutMs: number;
  /** Names of the profile's services, for the second opinion. */
  services: readonly string[];
  signal: AbortSignal;
}

function authError(
  link: OpenLink,
  code: 'LINK_API_KEY_REFUSED' | 'LINK_FORBIDDEN',
  profile: string,
): AppError {
  if (code === 'LINK_FORBIDDEN') {
    return new AppError(
      code,
      'The server refuses this access (HTTP 403).',
      'Check what the API key may do and which addresses the server lets in.',
    );
  }
  const store = `catalyst-companion secret set ${profile} api-key`;
  if (link.apiKeyHeader !== undefined) {
    return new AppError(
      code,
      `The server refused the API key in ${link.apiKeyHeader} (HTTP 401).`,
      `Store the right one: ${store}`,
    );
  }
  return new AppError(
    code,
    'The server asks for credentials (HTTP 401), and none are set up for this link.',
    link.via.kind === 'https'
      ? `Add the profile again with --api-key-header NAME, then store the key: ${store}`
      : 'Only HTTPS links carry an API key; add the profile again with --https URL --api-key-header NAME.',
  );
}

function redirected(link: OpenLink, route: Route, location: string, status: number): AppError | undefined {
  const path = sameOriginPath(route.url, location);
  if (path === undefined) {
    const target = URL.canParse(location, route.url.href) ? new URL(location, route.url).origin : 'elsewhere';
    return new AppError(
      'LINK_REDIRECT_REFUSED',
      `The MCP URL redirects to another server (${target}); nothing was sent there.`,
      'If that is the right server, give its URL to the link.',
    );
  }
  if ((status !== 307 && status !== 308) || path === route.url.pathname + route.url.search) {
    return new AppError(
      'MCP_NOT_MCP',
      `The MCP URL redirects to ${path.split('?')[0]} (HTTP ${status}).`,
      'Check the path of the MCP URL.',
    );
  }
  link.moveMcp(path);
  return undefined;
}

const HOPS = 2;

async function askMcp(link: OpenLink, options: ProbeOptions, hops = HOPS): Promise<ProbeResult> {
  const route = link.route({ to: 'mcp' });
  if (!route) throw new AppError('INTERNAL', 'The link has no MCP endpoint.', 'Check the profile.');
  const answer = await exchange(route, {
    headers: { accept: 'text/event-stream' },
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    headOnly: true,
  });
  const verdict = judge(answer.status, answer.headers['content-type'] ?? '');
  switch (verdict.kind) {
    case 'fine':
      return { kind: 'fine', rttMs: answer.ms };
    case 'auth': {
      const error = authError(link, verdict.code, options.profile);
      // over SSH or a direct URL the services may still answer; over HTTPS the key opens everything or nothing
      return link.via.kind === 'https' ? { kind: 'refused', error } : { kind: 'mcp', error, proven: true };
    }
    case 'wrong':
      return { kind: 'mcp', error: verdict.error, proven: true };
    case 'redirect': {
      const error =
        hops > 0
          ? redirected(link, route, answer.headers.location ?? '', answer.status)
          : new AppError('MCP_NOT_MCP', 'The MCP URL redirects in a circle.', 'Check the MCP URL.');
      if (!error) return askMcp(link, options, hops - 1);
      return error.code === 'LINK_REDIRECT_REFUSED'
        ? { kind: 'refused', error }
        : { kind: 'mcp', error, proven: true };
    }
    default:
      return verdict satisfies never;
  }
}

async function answersHealth(link: OpenLink, options: ProbeOptions): Promise<boolean> {
  const path = '/health';
  const [first] = options.services;
  try {
    const route =
      link.route({ to: 'service', name: 'orchestration', path }) ??
      (first === undefined ? undefined : link.route({ to: 'service', name: first, path }));
    if (!route) return false;
    await exchange(route, { timeoutMs: options.timeoutMs, signal: options.signal, headOnly: true });
    return true;
  } catch {
    return false;
  }
}

/** Asks the MCP endpoint for a sign of life and, where it fails, a `/health`, so that the two can be told apart. Never rejects. */
export async function probeLink(link: OpenLink, options: ProbeOptions): Promise<ProbeResult> {
  try {
    return await askMcp(link, options);
  } catch (cause) {
    const url = link.route({ to: 'mcp' })?.url;
    const port = Number(url?.port) || (url?.protocol === 'https:' ? 443 : 80);
    const error = networkError(cause, { host: url?.hostname ?? '', port });
    if (options.signal.aborted) return { kind: 'silent', error };
    if (error.code.startsWith('LINK_TLS_')) return { kind: 'refused', error };
    if (await answersHealth(link, options)) return { kind: 'mcp', error: mcpError(error), proven: true };
    if (error.code === 'LINK_FORWARD_REFUSED') return { kind: 'refused', error };
    // sshd itself said that nothing listens: the link is there, the service is not
    const told = link.via.kind === 'ssh' && error.code === 'LINK_PORT_CLOSED';
    return told ? { kind: 'mcp', error, proven: false } : { kind: 'silent', error };
  }
}

function mcpError(error: AppError): AppError {
  if (error.code !== 'LINK_TIMEOUT') return error;
  return new AppError(
    'MCP_TIMEOUT',
    'The MCP endpoint does not answer, while other services do.',
    "Look at the orchestrator's log on the droplet.",
    { cause: error },
  );
}
