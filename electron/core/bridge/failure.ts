import type { ErrorCode } from '../../contract/errors.ts';
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

type Words = [code: ErrorCode, what: string, next: string];

/** Statuses by which a server turns a message away before it runs. */
const TURNED_AWAY: Record<number, Words> = {
  401: [
    'LINK_API_KEY_REFUSED',
    'The server wants other credentials',
    'Set the API key again: catalyst-companion secret set PROFILE api-key',
  ],
  403: [
    'LINK_FORBIDDEN',
    'The server forbids access',
    'Check the API key and the access rules of the server.',
  ],
  404: [
    'MCP_NOT_FOUND',
    'There is no MCP server at this path',
    'Check the MCP URL of the profile, usually it ends in /mcp.',
  ],
  405: notHere(),
  406: notHere(),
  413: [
    'MCP_SERVER_ERROR',
    'The message is too large for the server',
    'Send less, or raise client_max_body_size in nginx.',
  ],
  421: [
    'LINK_FORBIDDEN',
    'The server does not accept this host name',
    "Add the host to the server's allowed_hosts.",
  ],
  429: ['RATE_LIMITED', 'The server wants fewer requests', 'Wait a minute, then try again.'],
};

/** Others that come before a message is looked at: not understood, sent elsewhere, not this content type. */
const BEFORE_IT_RAN = new Set([301, 302, 307, 308, 400, 415]);

function notHere(): Words {
  return [
    'MCP_NOT_MCP',
    'The server does not accept MCP over Streamable HTTP here',
    'Check the MCP URL of the profile, and the proxy in front of it.',
  ];
}

const SESSION_LOST: Words = [
  'MCP_SESSION_LOST',
  'The server no longer knows this session; it was probably restarted',
  'A new session is opened by itself; try again.',
];
const ELSEWHERE: Words = [
  'LINK_REDIRECT_REFUSED',
  'The server sends us elsewhere, which is not followed',
  'Set the MCP URL of the profile to the final address.',
];
const OTHER: Words = [
  'MCP_SERVER_ERROR',
  'The server answered with an error',
  'Look at the server on the droplet, then check the status.',
];

/** An HTTP status that is not a success, as an error in plain words. */
export function statusFailure(status: number, body: string, hadSession: boolean): UpstreamFailure {
  const said = serverWords(body);
  const sessionLost = hadSession && (status === 404 || (status === 400 && /session/i.test(said)));
  const moved = status >= 300 && status < 400;
  const [code, what, next] = sessionLost
    ? SESSION_LOST
    : (TURNED_AWAY[status] ?? (moved ? ELSEWHERE : OTHER));
  const error = new AppError(code, `${what} (HTTP ${status})${quoted(said)}`, next);
  const refused = TURNED_AWAY[status] !== undefined || BEFORE_IT_RAN.has(status);
  return new UpstreamFailure(refused && !sessionLost ? 'refused' : 'lost', error, sessionLost);
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
