import type { SshLink } from '../../../contract/profile.ts';
import type { DialContext } from '../dialling.ts';
import { HostKeyCheck } from './host-key.ts';
import { signIn } from './ssh-session.ts';
import { openSocket } from './ssh-socket.ts';

/**
 * Goes as far as the host key of the first server on the way and no further: the key is judged, then the connection is
 * ended, before a user name is sent. For a link whose keys cannot be used now. Rejects with our codes, with HostKeyRefused for a key
 * that is not the stored one; resolves where it is.
 */
export async function lookAtHost(config: SshLink, context: DialContext): Promise<void> {
  const { auth, knownHosts } = config;
  const [hop] = config.jump;
  const host = { ...(hop ?? config), auth, knownHosts };
  const check = await HostKeyCheck.read(host, context);
  const socket = await openSocket(host, context.timing.connectMs, context);
  const accepts = check.accepts.bind(check);
  let known = false;
  check.accepts = (key) => {
    known = accepts(key);
    return false;
  };
  const prepared = { host, check, credentials: { ways: [], problems: [] } };
  try {
    const { client } = await signIn(socket, prepared, context.timing, context);
    client.end();
  } catch (error) {
    if (!known) throw error;
  } finally {
    socket.destroy();
  }
}
