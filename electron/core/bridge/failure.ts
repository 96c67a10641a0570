import { AppError } from '../../contract/errors.ts';

/**
 * A message that got no JSON-RPC answer. `unsent`: it certainly never left. `refused`: an HTTP answer says that it
 * was turned away before it ran. `lost`: it was sent and nobody can say what became of it.
 */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';
  readonly fate: 'unsent' | 'refused' | 'lost';
  /** True when the server no longer knows our session (it restarted); a new session may help. */
  readonly sessionLost: boolean;
  readonly error: AppError;

  constructor(fate: 'unsent' | 'refused' | 'lost', error: AppError, sessionLost = false) {
    super(error.message, { cause: error });
    this.fate = fate;
    this.sessionLost = sessionLost;
    this.error = error;
  }
}

/** What a body says in words: the message of a JSON-RPC error, the text of an HTML page, or the text itself; 300 characters. */
export function serverWords(body: string): string {
  let words = body;
  try {
    const value = JSON.parse(body) as {
      error?: { message?: unknown } | string;
      message?: unknown;
      detail?: unknown;
    };
    const inner = typeof value.error === 'string' ? value.error : value.error?.message;
    const said = inner ?? value.message ?? value.detail;
    if (typeof said === 'string') words = said;
  } catch {
    words = body.replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ');
  }
  return words.replace(/\s+/g, ' ').trim().slice(0, 300);
}

const quoted = (words: string) => (words === '' ? '.' : `: "${words}".`);

/** An HTTP status that is not a success, as an error in plain words. */
export function statusFailure(status: number, body: string, hadSession: boolean): UpstreamFailure {
  const words = serverWords(body);
  const refused = (code: ConstructorParameters<typeof AppError>[0], message: string, next: string) =>
    new UpstreamFailure('refused', new AppError(code, message, next));
  if (hadSession && (status === 404 || (status === 400 && /session/i.test(words))))
    return new UpstreamFailure(
      'lost',
      new AppError(
        'MCP_SESSION_LOST',
        `The server no longer knows this session (HTTP ${status}); it was probably restarted${quoted(words)}`,
        'A new session is opened by itself; try again.',
      ),
      true,
    );
  switch (status) {
    case 401:
      return refused(
        'LINK_API_KEY_REFUSED',
        `The server wants other credentials (HTTP 401)${quoted(words)}`,
        'Set the API key again: catalyst-companion secret set PROFILE api-key',
      );
    case 403:
      return refused(
        'LINK_FORBIDDEN',
        `The server forbids access (HTTP 403)${quoted(words)}`,
        'Check the API key and the access rules of the server.',
      );
    case 404:
      return refused(
        'MCP_NOT_FOUND',
        'There is no MCP server at this path (HTTP 404).',
        'Check the MCP URL of the profile, usually it ends in /mcp.',
      );
    case 405:
    case 406:
      return refused(
        'MCP_NOT_MCP',
        `The server does not accept MCP over Streamable HTTP here (HTTP ${status})${quoted(words)}`,
        'Check the MCP URL of the profile, and the proxy in front of it.',
      );
    case 413:
      return refused(
        'MCP_SERVER_ERROR',
        'The message is too large for the server (HTTP 413).',
        'Send less, or raise client_max_body_size in nginx.',
      );
    case 421:
      return refused(
        'LINK_FORBIDDEN',
        `The server does not accept this host name (HTTP 421)${quoted(words)}`,
        "Add the host to the server's allowed_hosts.",
      );
    case 429:
      return refused(
        'RATE_LIMITED',
        `The server wants fewer requests (HTTP 429)${quoted(words)}`,
        'Wait a minute, then try again.',
      );
    default:
      if (status >= 300 && status < 400)
        return refused(
          'LINK_REDIRECT_REFUSED',
          `The server sends us elsewhere (HTTP ${status}), which is not followed.`,
          'Set the MCP URL of the profile to the final address.',
        );
      return new UpstreamFailure(
        status < 500 ? 'refused' : 'lost',
        new AppError(
          'MCP_SERVER_ERROR',
          `The server answered HTTP ${status}${quoted(words)}`,
          'Look at the server on the droplet, then check the status.',
        ),
      );
  }
}

export function notMcp(contentType: string, body: string): UpstreamFailure {
  const words = serverWords(body);
  const what = contentType === '' ? 'an answer without a content type' : contentType.split(';')[0];
  return new UpstreamFailure(
    'lost',
    new AppError(
      'MCP_NOT_MCP',
      `The server answered ${what} instead of MCP${quoted(words)}`,
      'A login page or another program may be in front of the server; check the MCP URL of the profile.',
    ),
  );
}

export function cutFailure(cause: unknown, sent: boolean, where: string): UpstreamFailure {
  if (cause instanceof UpstreamFailure) return cause;
  if (cause instanceof AppError) return new UpstreamFailure(sent ? 'lost' : 'unsent', cause);
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  return sent
    ? new UpstreamFailure(
        'lost',
        new AppError(
          'LINK_LOST',
          `The connection to ${where} was cut before the answer came (${why}).`,
          'Wait for the link to come back, then check the status.',
          { cause },
        ),
      )
    : new UpstreamFailure(
        'unsent',
        new AppError(
          'LINK_UNREACHABLE',
          `${where} cannot be reached (${why}).`,
          'Check that the server runs on the droplet.',
          { cause },
        ),
      );
}

export function timeoutFailure(ms: number, sent: boolean): UpstreamFailure {
  return new UpstreamFailure(
    sent ? 'lost' : 'unsent',
    new AppError(
      'MCP_TIMEOUT',
      `No answer within ${Math.round(ms / 1000)} s.`,
      'Look at the server on the droplet, then check the status.',
    ),
  );
}
