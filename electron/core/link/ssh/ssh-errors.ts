import { AppError } from '../../../contract/errors.ts';
import { networkError, systemCode } from '../network-errors.ts';

/** What was seen of a handshake before it failed. */
export interface HandshakeFacts {
  host: string;
  port: number;
  user: string;
  /** The first bytes the server sent. */
  greeting: Buffer | undefined;
  /** How we tried to sign in, in words. */
  methods: string;
  /** What an agent answered, where one failed. */
  agentProblem: string | undefined;
}

const MAX_QUOTED = 160;

/** Reason numbers of SSH_MSG_DISCONNECT (RFC 4253 11.1) and of OpenSSH's texts. */
const NO_MORE_AUTH = 14;

export function authRefused(facts: HandshakeFacts, cause?: unknown): AppError {
  if (facts.agentProblem !== undefined && facts.methods === 'the SSH agent') {
    return new AppError(
      'LINK_AGENT_UNAVAILABLE',
      `The SSH agent could not be used (${facts.agentProblem}).`,
      'Start or unlock the agent and check that it holds the key: ssh-add -l',
      { cause },
    );
  }
  return new AppError(
    'LINK_AUTH_REFUSED',
    `${facts.host} refused to sign in ${facts.user} with ${facts.methods}.`,
    `Check the user name and that the key stands in ~${facts.user}/.ssh/authorized_keys there, then connect again.`,
    { cause },
  );
}

function notSsh(facts: HandshakeFacts, cause: unknown): AppError {
  const text = facts.greeting?.toString('latin1') ?? '';
  const what = text.startsWith('HTTP/') || text.startsWith('<') ? 'a web server' : 'another service';
  return new AppError(
    'LINK_NOT_SSH',
    `What answers on ${facts.host}:${facts.port} is ${what}, not an SSH server.`,
    'Check the port; SSH usually listens on 22.',
    { cause },
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
  if (code === NO_MORE_AUTH || /too many authentication failures/i.test(message))
    return authRefused(facts, cause);
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
