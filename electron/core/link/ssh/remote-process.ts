import type { ClientChannel } from 'ssh2';
import { AppError } from '../../../contract/errors.ts';
import type { RemoteProcess } from '../transport.ts';
import type { Session } from './ssh-session.ts';

/**
 * Without a terminal nothing tells a remote command that its channel or the whole connection is gone: sshd only closes its
 * pipes, a follower of quiet logs would stay for good, one more with every reconnect, and a root login takes no signals.
 * This shell runs `$1` beside a watcher of its standard input, whose end ends the process group (sshd gives each command
 * its own; where that is not so, the command alone), after 3 s by force. What ends by itself passes its exit code on.
 */
const KEEPER = [
  'exec 3<&0 </dev/null',
  'sh -c "$1" 3<&- & c=$!',
  '{ trap "" TERM HUP PIPE; while read -r _ <&3; do :; done; kill -TERM -$$ || kill -TERM $c; sleep 3; kill -KILL -$$ || kill -KILL $c; } >/dev/null 2>&1 & w=$!',
  'exec 3<&-',
  'wait $c; s=$?',
  'kill -KILL $w 2>/dev/null',
  'exit $s',
].join('\n');

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The text that is sent for a command of ours: it ends there when its channel or connection ends. */
export function keptCommand(command: string): string {
  return `exec sh -c ${quoted(KEEPER)} companion ${quoted(command)}`;
}

function remoteProcess(channel: ClientChannel, closed: Promise<unknown>): RemoteProcess {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  let code: number | null = null;
  channel.once('exit', (status: number | null) => {
    code = status;
    // `close` comes after the last output, but only to whoever reads it. A short command can be at its end before whoever
    // started it has had a turn to read, so that is looked at after that turn.
    setImmediate(() => {
      if (channel.readableFlowing !== true) resolve(code);
    });
  });
  channel.once('close', () => resolve(code));
  void closed.then(() => resolve(code));
  channel.on('error', () => {});
  return {
    stdout: channel,
    stderr: channel.stderr,
    exited: promise,
    kill: () => {
      channel.signal('TERM');
      channel.close();
      resolve(null);
    },
  };
}

/** Starts one of our own fixed commands. Throws LINK_LOST where the server starts none. */
export function execute({ client, closed }: Session, command: string): Promise<RemoteProcess> {
  const failed = (cause: unknown) =>
    new AppError(
      'LINK_LOST',
      'The droplet did not start the command.',
      'Check that the account may run commands over SSH; the link reconnects by itself.',
      { cause },
    );
  return new Promise((resolve, reject) => {
    try {
      client.exec(keptCommand(command), (error, channel) =>
        error ? reject(failed(error)) : resolve(remoteProcess(channel, closed)),
      );
    } catch (error) {
      reject(failed(error));
    }
  });
}
