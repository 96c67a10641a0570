import type { Given } from './evaluate.ts';
import type { SshHostEntry } from './hosts.ts';
import { hostsIn } from './hosts.ts';
import { loadSshConfig } from './load.ts';
import { checkKnown, resolveInConfig } from './resolve.ts';
import type { SshSurroundings } from './surroundings.ts';
import { sshSurroundings } from './surroundings.ts';
import type { ImportedLink } from './to-link.ts';
import { toSshLink } from './to-link.ts';

/** What screens and commands ask of the user's SSH configuration; read afresh each time. */
export interface SshConfigReader {
  /** The aliases to choose from. Throws SSH_CONFIG_INVALID. */
  hosts(): Promise<SshHostEntry[]>;
  /**
   * The link that an alias stands for. `whole` are hosts that need not be in the configuration, since they were given
   * with a user. Throws SSH_CONFIG_INVALID and SSH_CONFIG_UNKNOWN_HOST.
   */
  link(alias: string, given?: Given, whole?: readonly string[]): Promise<ImportedLink>;
  /** The link as it would be without any configuration. */
  plainLink(host: string, given?: Given): Promise<ImportedLink>;
}

export function createSshConfigReader(given?: Partial<SshSurroundings>): SshConfigReader {
  const around = sshSurroundings(given);
  return {
    hosts: async () => hostsIn(await loadSshConfig(around)),
    async link(alias, more, whole = []) {
      const config = await loadSshConfig(around);
      const resolved = resolveInConfig(config, alias, more);
      checkKnown(config, resolved, whole);
      return await toSshLink(resolved, around);
    },
    plainLink: (host, more) =>
      toSshLink(resolveInConfig({ files: [], notes: [], around }, host, more), around),
  };
}
