/** The closed list of error codes. A code is stable: scripts and documentation may rely on it. */
export const ERROR_CODES = [
  'APP_ALREADY_RUNNING',
  'APP_NOT_RUNNING',
  'APP_PORT_IN_USE',
  'APP_SOCKET_REFUSED',
  'AUDIT_BROKEN',
  'AUDIT_WRITE_FAILED',
  'CLIENT_CONFIG_AMBIGUOUS',
  'CLIENT_CONFIG_BROKEN',
  'CLIENT_CONFIG_CHANGED',
  'CLIENT_CONFIG_LOCKED',
  'CLIENT_CONFIG_SHAPE',
  'CLIENT_CONFIG_UNSAFE',
  'CLIENT_NOTHING_TO_REMOVE',
  'CLIENT_NOTHING_TO_UNDO',
  'CLIENT_NOT_FOUND',
  'CLIENT_NOT_SET_UP',
  'CLIENT_UNSTABLE_PATH',
  'CONFIRMATION_NEEDED',
  'CONSENT_DENIED',
  'CONSENT_EXPIRED',
  'CONSENT_NOT_CONFIRMED',
  'CONSENT_NO_SCREEN',
  'CONSENT_WITHDRAWN',
  'ENVIRONMENT_MISMATCH',
  'GRANT_REFUSED',
  'HISTORY_UNAVAILABLE',
  'INPUT_INVALID',
  'INTERNAL',
  'KEY_EXISTS',
  'KEY_UNKNOWN',
  'LIMIT_REFUSED',
  'LINK_AGENT_NOT_READY',
  'LINK_AGENT_UNAVAILABLE',
  'LINK_API_KEY_MISSING',
  'LINK_API_KEY_REFUSED',
  'LINK_AUTH_REFUSED',
  'LINK_CA_UNREADABLE',
  'LINK_FORBIDDEN',
  'LINK_FORWARD_REFUSED',
  'LINK_EXPOSE_PORT_TAKEN',
  'LINK_HOST_KEY_CHANGED',
  'LINK_HOST_KEY_UNKNOWN',
  'LINK_HOST_NOT_FOUND',
  'LINK_KEY_ENCRYPTED',
  'LINK_KEY_FORMAT',
  'LINK_KEY_MISSING',
  'LINK_KEY_PASSPHRASE_WRONG',
  'LINK_KEY_UNREADABLE',
  'LINK_KIND_UNSUPPORTED',
  'LINK_KNOWN_HOSTS_UNREADABLE',
  'LINK_LOST',
  'LINK_NOT_CONNECTED',
  'LINK_NOT_SSH',
  'LINK_PASSWORD_MISSING',
  'LINK_PORT_CLOSED',
  'LINK_PROXY_FAILED',
  'LINK_PROXY_REFUSED',
  'LINK_REDIRECT_REFUSED',
  'LINK_SSH_PROTOCOL',
  'LINK_TIMEOUT',
  'LINK_TLS_EXPIRED',
  'LINK_TLS_NAME',
  'LINK_TLS_PIN',
  'LINK_TLS_UNTRUSTED',
  'LINK_UNREACHABLE',
  'MCP_NOT_FOUND',
  'MCP_NOT_MCP',
  'MCP_SERVER_ERROR',
  'MCP_SESSION_LOST',
  'MCP_TIMEOUT',
  'NOT_AVAILABLE_YET',
  'OUTCOME_UNKNOWN',
  'PROFILE_BUSY',
  'PROFILE_CHANGED',
  'PROFILE_EXISTS',
  'PROFILE_INVALID',
  'PROFILE_UNKNOWN',
  'RATE_LIMITED',
  'SECRET_EMPTY',
  'SECRET_UNREADABLE',
  'SSH_CONFIG_INVALID',
  'SSH_CONFIG_UNKNOWN_HOST',
  'STATE_FILE_BROKEN',
  'STATUS_NOT_FRESH',
  'STATE_WRITE_FAILED',
  'TOOL_BLOCKED',
  'TOOL_NOT_APPROVED',
  'TOOL_UNKNOWN',
  'USAGE',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What travels over a wire and lands in state: an error without its cause or stack. */
export interface ErrorShape {
  code: ErrorCode;
  /** One plain sentence for people. Never holds a secret. */
  message: string;
  /** What the user can do next, as a sentence or a command to copy. */
  next: string;
}

/**
 * The only error class that crosses a boundary in this product.
 * `message` is one plain sentence; `next` is the next step for the user; neither ever holds a secret.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly next: string;

  constructor(code: ErrorCode, message: string, next: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.next = next;
  }

  shape(): ErrorShape {
    return { code: this.code, message: this.message, next: this.next };
  }
}

/** Any thrown value as an AppError; what we did not foresee becomes INTERNAL with its message kept. */
export function asAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(
    'INTERNAL',
    `Something unexpected went wrong: ${message}`,
    'Look at the app log in the state folder, logs/app.log.',
    {
      cause: thrown,
    },
  );
}
