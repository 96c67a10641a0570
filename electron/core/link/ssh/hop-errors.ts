import { AppError } from '../../../contract/errors.ts';
import type { SshLink } from '../../../contract/profile.ts';
import { HostKeyRefused } from '../refusal.ts';

interface Named {
  readonly host: string;
  readonly port: number;
}

/** `host`, with its port where that is not 22. */
function shortName({ host, port }: Named): string {
  if (port === 22) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** How the jump hosts are named behind a link's own name, e.g. ` via bastion, inner:2222`; empty without any. */
export function viaJumps(config: SshLink): string {
  return config.jump.length === 0 ? '' : ` via ${config.jump.map(shortName).join(', ')}`;
}

/** An error of a jump host, which says so. The code and the facts of a refused host key stay. */
export function atHop(error: Error, hop: Named): Error {
  if (!(error instanceof AppError)) return error;
  const message = `Jump host ${shortName(hop)}: ${error.message}`;
  if (error instanceof HostKeyRefused) {
    const code = error.code === 'LINK_HOST_KEY_UNKNOWN' ? error.code : 'LINK_HOST_KEY_CHANGED';
    return new HostKeyRefused(code, message, error.next, error.hostKey);
  }
  return new AppError(error.code, message, error.next, { cause: error });
}

/** Reason numbers of SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 5.1). */
const PROHIBITED = 1;
const CONNECT_FAILED = 2;

/** Why a jump host opened no connection to the next server; the words are those of OpenSSH's sshd. */
export function onwardError(cause: Error & { reason?: unknown }, hop: Named, target: Named): AppError {
  if (cause instanceof AppError) return cause;
  const from = `The jump host ${shortName(hop)}`;
  const to = `${target.host}:${target.port}`;
  if (cause.reason === PROHIBITED) {
    return new AppError(
      'LINK_FORWARD_REFUSED',
      `${from} does not allow forwarding to ${to}.`,
      `Set AllowTcpForwarding to yes (or local) in the sshd_config of ${hop.host}, check PermitOpen, and restart sshd there.`,
      { cause },
    );
  }
  if (cause.reason === CONNECT_FAILED && /unknown host|not known|resolution/i.test(cause.message)) {
    return new AppError(
      'LINK_HOST_NOT_FOUND',
      `${from} could not resolve the name ${target.host}.`,
      `Jump hosts resolve names themselves: check the name with: getent hosts ${target.host} (on ${hop.host})`,
      { cause },
    );
  }
  if (cause.reason === CONNECT_FAILED && /refused/i.test(cause.message)) {
    return new AppError(
      'LINK_PORT_CLOSED',
      `${from} says that nothing listens on ${to}.`,
      `Check the port, and that the server runs and its firewall lets ${hop.host} in.`,
      { cause },
    );
  }
  if (cause.reason === undefined) {
    return new AppError(
      'LINK_LOST',
      `${from} was lost on the way to ${to}.`,
      'It is tried again by itself.',
      {
        cause,
      },
    );
  }
  return new AppError(
    'LINK_UNREACHABLE',
    `${from} cannot reach ${to}.`,
    `Check the address, and the network between ${hop.host} and it.`,
    { cause },
  );
}

/** The next server did not answer in time through a jump host. */
export function onwardTimeout(hop: Named, target: Named): AppError {
  return new AppError(
    'LINK_TIMEOUT',
    `The jump host ${shortName(hop)} got no answer from ${target.host}:${target.port} in time.`,
    'Check that the machine is up and that no firewall drops the connection.',
  );
}
