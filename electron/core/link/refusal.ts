import { AppError } from '../../contract/errors.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { BlockedReason, HostKeyFacts } from '../../contract/link.ts';

/** A host key that was not accepted: nothing but its public half was exchanged. */
export class HostKeyRefused extends AppError {
  readonly hostKey: HostKeyFacts;

  constructor(
    code: 'LINK_HOST_KEY_UNKNOWN' | 'LINK_HOST_KEY_CHANGED',
    message: string,
    next: string,
    hostKey: HostKeyFacts,
  ) {
    super(code, message, next);
    this.hostKey = hostKey;
  }
}

const REASONS: { readonly [code in ErrorCode]?: BlockedReason } = {
  LINK_HOST_KEY_CHANGED: 'host-key-changed',
  LINK_HOST_KEY_UNKNOWN: 'host-key-unknown',
  LINK_AUTH_REFUSED: 'auth-refused',
  LINK_API_KEY_REFUSED: 'auth-refused',
  LINK_FORBIDDEN: 'auth-refused',
  LINK_TLS_EXPIRED: 'certificate',
  LINK_TLS_NAME: 'certificate',
  LINK_TLS_PIN: 'certificate',
  LINK_TLS_UNTRUSTED: 'certificate',
  LINK_AGENT_UNAVAILABLE: 'config',
  LINK_API_KEY_MISSING: 'config',
  LINK_CA_UNREADABLE: 'config',
  LINK_FORWARD_REFUSED: 'config',
  LINK_KEY_ENCRYPTED: 'config',
  LINK_KEY_FORMAT: 'config',
  LINK_KEY_MISSING: 'config',
  LINK_KEY_PASSPHRASE_WRONG: 'config',
  LINK_KEY_UNREADABLE: 'config',
  LINK_KIND_UNSUPPORTED: 'config',
  LINK_KNOWN_HOSTS_UNREADABLE: 'config',
  LINK_PROXY_REFUSED: 'config',
  LINK_PASSWORD_MISSING: 'config',
  LINK_REDIRECT_REFUSED: 'config',
  LINK_SSH_PROTOCOL: 'config',
  PROFILE_INVALID: 'config',
  SECRET_UNREADABLE: 'config',
};

/**
 * Why an error ends the automatic attempts, or undefined where trying again can help. Nothing that a person must
 * decide or repair, and no refused credential, is ever retried by itself (a retry could lock the account out).
 */
export function blockedReason(code: ErrorCode): BlockedReason | undefined {
  return REASONS[code];
}

/** Reasons that stop the whole fallback chain: somebody may be in the way, so no other link is used silently. */
export function stopsChain(reason: BlockedReason): boolean {
  return reason === 'host-key-changed' || reason === 'certificate';
}

/** A link that must not be tried again before a person acts. */
export interface Refused {
  readonly reason: BlockedReason;
  readonly error: AppError;
}
