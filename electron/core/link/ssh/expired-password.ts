import type { Client } from 'ssh2';

const LIMIT_MS = 3_000;

/**
 * Whether sshd holds an account in a forced change of its password: it then lets it sign in, by key too, refuses every
 * forwarding as prohibited, and says why only on the standard error of a command (do_pwchange in OpenSSH's session.c).
 * Asked only where forwarding was refused, to name the right cause.
 */
export function passwordExpired(client: Client, answer: (expired: boolean) => void): void {
  let over = false;
  const done = (expired: boolean) => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    answer(expired);
  };
  const timer = setTimeout(() => done(false), LIMIT_MS).unref();
  try {
    client.exec('true', (error, channel) => {
      if (error) return done(false);
      let text = '';
      channel.on('error', () => {});
      channel.stderr.on('data', (data: Buffer) => (text += data.toString('latin1').slice(0, 1_000)));
      channel.on('close', () => done(/password has expired|must change your password/i.test(text)));
      channel.resume().end();
    });
  } catch {
    done(false); // the connection is gone
  }
}
