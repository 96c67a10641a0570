import { AppError } from '../../../contract/errors.ts';
import { networkError, systemCode } from '../network-errors.ts';

/** What a sign-in came to. */
export interface SignInReport {
  /** Why some of the ways that the profile names could not even be tried. */
  problems: readonly AppError[];
  /** Keys of the agent that were not offered. */
  left: number;
  /** How many tries the server refused. */
  refusals: number;
  /** The methods that the server takes, as it said last. */
  takes: readonly string[] | undefined;
  /** What the server asked for beside the password, in its own words. */
  asked: string | undefined;
  /** Why the agent did not sign. */
  agentProblem: string | undefined;
}

/** What was seen of a handshake before it failed. */
export interface HandshakeFacts {
  host: string;
  port: number;
  user: string;
  /** The first bytes the server sent. */
  readonly greeting: Buffer | undefined;
  /** How we tried to sign in, in words. */
  methods: string;
  report?: SignInReport;
}

const MAX_QUOTED = 160;

/** Reason number of SSH_MSG_DISCONNECT (RFC 4253 11.1). */
const NO_MORE_AUTH = 14;

function refusal(message: string, next: string, cause: unknown): AppError {
  return new AppError('LINK_AUTH_REFUSED', message, next, { cause });
}

const NAME_KEY =
  'Name the right key: --identity FILE, or IdentityFile with IdentitiesOnly yes in ~/.ssh/config; then connect again.';

/** A sign-in that the server did not let through although it was not simply refused. */
function specialRefusal(facts: HandshakeFacts, report: SignInReport, cause: unknown): AppError | undefined {
  const { host, user, methods } = facts;
  const { agentProblem, asked, left, refusals } = report;
  if (agentProblem !== undefined && methods === 'the SSH agent') {
    return new AppError(
      'LINK_AGENT_UNAVAILABLE',
      `The SSH agent did not sign (${agentProblem}).`,
      'Unlock it or allow its use when it asks, then connect again; ssh-add -l shows what it holds.',
      { cause },
    );
  }
  if (
    asked !== undefined &&
    /expired|new password|current password|change (?:your|the) password/i.test(asked)
  ) {
    return expiredPassword(facts, cause);
  }
  if (asked !== undefined) {
    return refusal(
      `${host} asks ${user} for more than the stored password (${quoted(asked)}).`,
      'Codes cannot be typed here; sign in with a key: --identity FILE',
      cause,
    );
  }
  if (left > 0) {
    return refusal(
      `${host} refused to sign in ${user} with ${refusals} keys; ${left} more of the SSH agent were not offered, because servers hang up after six (MaxAuthTries).`,
      NAME_KEY,
      cause,
    );
  }
  return undefined;
}

/** A password that was right but has to be changed first. */
export function expiredPassword({ host, user }: { host: string; user: string }, cause?: unknown): AppError {
  return refusal(
    `The password of ${user} at ${host} has expired.`,
    `Change it there once: ssh ${user}@${host}; then store the new one with: catalyst-companion secret set PROFILE password`,
    cause,
  );
}

export function authRefused(facts: HandshakeFacts, cause?: unknown): AppError {
  const { host, user, methods, report } = facts;
  const special = report && specialRefusal(facts, report, cause);
  if (special) return special;
  const untried =
    report?.problems.map(({ message }) => `; not tried: ${message.replace(/\.$/, '')}`).join('') ?? '';
  const takes = report?.takes?.filter((method) => /^[a-z-]{1,40}$/.test(method)).join(', ');
  const offer = takes ? `; it takes ${takes}` : '';
  return refusal(
    `${host} refused to sign in ${user} with ${methods}${offer}${untried}.`,
    report?.problems[0]?.next ??
      `Check the user name and that the key stands in ~${user}/.ssh/authorized_keys there, then connect again.`,
    cause,
  );
}

/** The server ended the connection at its MaxAuthTries. */
function tooManyTries(facts: HandshakeFacts, cause: unknown): AppError {
  const tried = (facts.report?.refusals ?? 0) + 1;
  return refusal(
    `${facts.host} ended the sign-in of ${facts.user} after ${tried === 1 ? 'one try' : `${tried} tries`} (MaxAuthTries).`,
    NAME_KEY,
    cause,
  );
}

/** What sshd says in the place of its greeting when it is full, and from 9.8 on to an address that it penalises (PerSourcePenalties). */
const TURNED_AWAY = /^(?:Exceeded MaxStartups|Not allowed at this time)/;

/** What answers greets as no SSH server. */
function notSsh(facts: HandshakeFacts, cause: unknown): AppError {
  const text = facts.greeting?.toString('latin1') ?? '';
  if (TURNED_AWAY.test(text)) {
    return new AppError(
      'LINK_UNREACHABLE',
      `The SSH server on ${facts.host}:${facts.port} takes no new connections right now ("${quoted(text)}").`,
      'Too many sign-ins are under way there, or it has shut this address out for a while; it is tried again by itself.',
      { cause },
    );
  }
  const what = text.startsWith('HTTP/') || text.startsWith('<') ? 'a web server' : 'another service';
  return new AppError(
    'LINK_NOT_SSH',
    `What answers on ${facts.host}:${facts.port} is ${what}, not an SSH server.`,
    'Check the port; SSH usually listens on 22.',
    { cause },
  );
}

/** The connection stands, but no SSH greeting came within `limitMs`. */
export function noGreeting(facts: HandshakeFacts, limitMs: number): AppError {
  if (facts.greeting !== undefined) return notSsh(facts, undefined);
  return new AppError(
    'LINK_NOT_SSH',
    `${facts.host}:${facts.port} takes connections but did not greet as an SSH server does within ${limitMs / 1000} s.`,
    'Check the port; SSH usually listens on 22. If it is the right one, the server is starting or overloaded; it is tried again by itself.',
  );
}

/** Words of a server that nobody has verified yet: one short line without anything a terminal obeys. */
function quoted(words: string): string {
  const plain = words.replace(/[^ -~]+/g, ' ').trim();
  return plain.length > MAX_QUOTED ? `${plain.slice(0, MAX_QUOTED)}…` : plain;
}

function protocolError(message: string, facts: HandshakeFacts, cause: unknown): AppError {
  const part = /no matching (.+)$/.exec(message)?.[1];
  const hint =
    part === 'key exchange algorithm'
      ? 'Allow curve25519-sha256 in KexAlgorithms of its sshd_config; post-quantum exchanges alone are not supported yet.'
      : 'Update its OpenSSH, or allow aes256-gcm@openssh.com, hmac-sha2-256 and ssh-ed25519 in its sshd_config.';
  return new AppError(
    'LINK_SSH_PROTOCOL',
    part === undefined
      ? `The SSH handshake with ${facts.host} failed (${quoted(message.replace(/^Handshake failed: /, ''))}).`
      : `${facts.host} offers no ${quoted(part)} that is safe enough.`,
    hint,
    { cause },
  );
}

/** An error of ssh2 in our codes. Which text and level means what was read from ssh2 1.17. */
export function sshError(cause: Error, facts: HandshakeFacts): AppError {
  if (cause instanceof AppError) return cause;
  const { level, code } = cause as { level?: string; code?: unknown };
  const { message } = cause;
  const spokeOther = facts.greeting !== undefined && !facts.greeting.includes('SSH-');
  if (spokeOther) return notSsh(facts, cause);
  if (message === 'Keepalive timeout') {
    return new AppError(
      'LINK_LOST',
      `${facts.host} stopped answering.`,
      'It is tried again by itself; check the network if this repeats.',
      { cause },
    );
  }
  if (level === 'client-timeout') {
    return new AppError(
      'LINK_TIMEOUT',
      `${facts.host}:${facts.port} did not finish the SSH handshake in time.`,
      'Check that an SSH server listens there and is not overloaded.',
      { cause },
    );
  }
  if (/too many authentication failures/i.test(message)) return tooManyTries(facts, cause);
  if (code === NO_MORE_AUTH) return authRefused(facts, cause);
  if (level === 'client-authentication') return authRefused(facts, cause);
  if (message === 'Connection lost before handshake') {
    return new AppError(
      'LINK_LOST',
      `${facts.host}:${facts.port} closed the connection before the SSH handshake.`,
      'The server may be starting or may have blocked this address (fail2ban); it is tried again by itself.',
      { cause },
    );
  }
  if (level === 'handshake' || level === 'protocol') return protocolError(message, facts, cause);
  if (systemCode(cause) !== '') return networkError(cause, facts);
  return new AppError(
    'LINK_LOST',
    `${facts.host} ended the connection (${quoted(message)}).`,
    'It is tried again by itself; look at the log of sshd if this repeats.',
    { cause },
  );
}

/** Reason numbers of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 5.1). */
const PROHIBITED = 1;
const CONNECT_FAILED = 2;

/** Why the droplet did not open a connection to one of its services. */
export function channelError(cause: Error & { reason?: unknown }, host: string, port: number): AppError {
  if (cause.reason === PROHIBITED) {
    return new AppError(
      'LINK_FORWARD_REFUSED',
      `The SSH server does not allow forwarding to ${host}:${port}.`,
      'Set AllowTcpForwarding to yes (or local) in its sshd_config, check PermitOpen, and restart sshd.',
      { cause },
    );
  }
  if (cause.reason === CONNECT_FAILED) {
    return new AppError(
      'LINK_PORT_CLOSED',
      `Nothing listens on ${host}:${port} on the droplet.`,
      'Start the service there, or correct its URL in the profile.',
      { cause },
    );
  }
  return new AppError('LINK_LOST', 'The SSH connection was lost.', 'It is opened again by itself.', {
    cause,
  });
}
