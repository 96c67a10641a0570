import { AppError } from '../../contract/errors.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { LinkVia } from '../../contract/link.ts';

/** What an HTTP answer of the MCP URL says about the endpoint. */
export type McpVerdict =
  | { kind: 'fine' }
  | { kind: 'auth'; code: 'LINK_API_KEY_REFUSED' | 'LINK_FORBIDDEN' }
  | { kind: 'redirect' }
  /** A success that MCP does not give to a GET: only a message can tell. */
  | { kind: 'unsure' }
  | { kind: 'wrong'; error: AppError };

/** Where was asked, for words that name it. */
export interface Asked {
  readonly url: URL;
  readonly via: LinkVia['kind'];
  /** The profile's name, for the commands that help. */
  readonly profile: string;
  /** The header that carries the API key. */
  readonly apiKeyHeader: string | undefined;
}

type Words = readonly [code: ErrorCode, sentence: string, next: string];

/** Statuses of a server in front of one that does not answer it (RFC 9110, 15.6). */
const BEHIND: Readonly<Record<number, string>> = {
  502: 'The web server cannot reach the MCP server behind it',
  503: 'The MCP server is not available now',
  504: 'The MCP server did not answer the web server in front of it in time',
};

function pageWords(status: number, { url }: Asked): Words {
  if (status === 400 && url.protocol === 'http:') {
    return [
      'MCP_NOT_MCP',
      `${url.host} refuses plain HTTP (HTTP 400).`,
      'If that port is the one for HTTPS, write https:// in the URL.',
    ];
  }
  if (status === 400) {
    return [
      'MCP_NOT_MCP',
      `The web server at ${url.host} refuses the request (HTTP 400).`,
      'If it asks for a client certificate: that is not supported; let it take an API key instead.',
    ];
  }
  return [
    'MCP_NOT_MCP',
    `A web page answers at the MCP URL, not an MCP server (HTTP ${status}).`,
    'Check host, port and path of the MCP URL; a login page may be in front of the server.',
  ];
}

function wrongWords(status: number, contentType: string, asked: Asked): Words | undefined {
  const { url } = asked;
  if (status === 404 || status === 410) {
    return [
      'MCP_NOT_FOUND',
      `The path ${url.pathname} holds no MCP endpoint (HTTP ${status}).`,
      'Check the path of the MCP URL; it is usually /mcp, and a web server in front must pass it on.',
    ];
  }
  if (status === 421) {
    return [
      'MCP_SERVER_ERROR',
      `The MCP server does not accept the host name ${url.host} (HTTP 421).`,
      `Add ${url.host} to the server's allowed hosts, e.g. FASTMCP_HTTP_ALLOWED_HOSTS.`,
    ];
  }
  if (status === 429) {
    return [
      'RATE_LIMITED',
      'The server says that it is asked too often (HTTP 429).',
      'Wait a minute; if it stays, raise the limit for this computer on the server (limit_req in nginx).',
    ];
  }
  if (status >= 500) {
    const what = BEHIND[status];
    return [
      'MCP_SERVER_ERROR',
      what === undefined ? `The MCP endpoint fails with HTTP ${status}.` : `${what} (HTTP ${status}).`,
      what === undefined
        ? "Look at the orchestrator's log on the droplet."
        : 'Check on the droplet that the orchestrator runs, and look at its log.',
    ];
  }
  return status >= 300 && status < 400 ? undefined : html(status, contentType, asked);
}

function html(status: number, contentType: string, asked: Asked): Words | undefined {
  return /^\s*(?:text\/html|application\/xhtml)\b/i.test(contentType) ? pageWords(status, asked) : undefined;
}

/**
 * Judges the answer to a GET without a session. A healthy MCP endpoint answers it in many ways (FastMCP: 400 or 406;
 * stateless servers: 405; a second stream: 409; legacy SSE: 200 with an event stream), so only what cannot be MCP counts.
 */
export function judge(status: number, contentType: string, asked: Asked): McpVerdict {
  if (status === 401) return { kind: 'auth', code: 'LINK_API_KEY_REFUSED' };
  if (status === 403) return { kind: 'auth', code: 'LINK_FORBIDDEN' };
  const words = wrongWords(status, contentType, asked);
  if (words) return { kind: 'wrong', error: new AppError(...words) };
  if (status >= 300 && status < 400) return { kind: 'redirect' };
  const stream = /^\s*text\/event-stream\b/i.test(contentType);
  return status >= 200 && status < 300 && !stream ? { kind: 'unsure' } : { kind: 'fine' };
}

/** What answers is no MCP server: it took a message as something else. */
export function notMcp({ url }: Asked): AppError {
  return new AppError(
    'MCP_NOT_MCP',
    `Something answers at ${url.pathname}, but it does not speak MCP.`,
    'Check port and path of the MCP URL; it may be the address of another service.',
  );
}

function forbidden({ via, url, apiKeyHeader }: Asked): Words {
  if (via !== 'https') {
    return [
      'LINK_FORBIDDEN',
      'The MCP server refuses requests from here (HTTP 403).',
      `It may check host names: add ${url.host} to its allowed hosts, e.g. FASTMCP_HTTP_ALLOWED_HOSTS, and look at its log.`,
    ];
  }
  return [
    'LINK_FORBIDDEN',
    'The server refuses this access (HTTP 403).',
    apiKeyHeader === undefined
      ? 'Check which addresses the server lets in, and whether it wants an API key (--api-key-header NAME).'
      : 'Check what the API key may do and which addresses the server lets in.',
  ];
}

/** A refused access in words; `challenge` is the answer's WWW-Authenticate. */
export function authError(
  code: 'LINK_API_KEY_REFUSED' | 'LINK_FORBIDDEN',
  asked: Asked,
  challenge = '',
): AppError {
  if (code === 'LINK_FORBIDDEN') return new AppError(...forbidden(asked));
  const { apiKeyHeader, profile, via } = asked;
  const store = `catalyst-companion secret set ${profile} api-key`;
  if (apiKeyHeader !== undefined) {
    const whole = /^authorization$/i.test(apiKeyHeader) ? ' with its scheme, such as Bearer KEY' : '';
    return new AppError(
      code,
      `The server refused the API key in ${apiKeyHeader} (HTTP 401).`,
      `Store the right one${whole}: ${store}`,
    );
  }
  if (/\bresource_metadata=/i.test(challenge)) {
    return new AppError(
      code,
      'The server asks for a sign-in with OAuth (HTTP 401), and none is set up for this link.',
      'If the server takes an API key as well, name its header (Edit on the page, or profile set with --https URL --api-key-header NAME).',
    );
  }
  return new AppError(
    code,
    'The server asks for credentials (HTTP 401), and none are set up for this link.',
    via === 'https'
      ? `Name the header that carries the key (Edit on the page, or profile set with --api-key-header NAME), then store it: ${store}`
      : 'Only HTTPS links carry an API key: give the profile one (Edit on the page, or profile set with --https URL --api-key-header NAME).',
  );
}

/** A redirect that is not followed: it leaves the origin, or asks for another method, or goes in a circle. */
export function redirectError(
  from: URL,
  location: string,
  status: number,
  path: string | undefined,
): AppError {
  if (path === undefined) {
    const target = URL.canParse(location, from.href) ? new URL(location, from).origin : 'elsewhere';
    return new AppError(
      'LINK_REDIRECT_REFUSED',
      `The MCP URL redirects to another server (${target}); nothing was sent there.`,
      'If that is the right server, give its URL to the link.',
    );
  }
  const to = path.split('?')[0] ?? '';
  const slash = to === `${from.pathname}/` || `${to}/` === from.pathname;
  return new AppError(
    'MCP_NOT_MCP',
    `The MCP URL redirects to ${to.slice(0, 200)} (HTTP ${status}).`,
    slash
      ? `Give the link this URL: ${from.origin}${to}`
      : 'Check the path of the MCP URL; a login page may be in front of the server.',
  );
}
