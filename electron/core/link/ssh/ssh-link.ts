import type { SshLink } from '../../../contract/profile.ts';
import type { DialContext, OpenLink } from '../dialling.ts';
import { checkUrls } from '../http/urls.ts';
import { openChain } from './jump.ts';
import { sshTransport } from './ssh-transport.ts';

/**
 * Opens an SSH link, through its jump hosts where it has any. Keys are read and decrypted first; each host key is judged
 * before a user name or any credential is sent to that server; an accepted new key is saved only after signing in, when
 * the server has proven that it holds it.
 * Throws PROFILE_INVALID for a URL that is written oddly, and the LINK_… codes of keys.ts, known-hosts.ts, host-key.ts, network-errors.ts, hop-errors.ts and ssh-errors.ts.
 */
export async function dialSsh(config: SshLink, context: DialContext): Promise<OpenLink> {
  checkUrls(context.profile);
  const chain = await openChain(config, context);
  return sshTransport(chain, config, context);
}
