import fs from 'node:fs/promises';
import os from 'node:os';
import { expandHome } from './keys.ts';

/** What is asked of the system to find an agent; injected, so that Windows' ways are tested anywhere. */
export interface AgentSystem {
  readonly platform: NodeJS.Platform;
  readonly user: string;
  /** The names of all pipes of this machine (Windows). */
  pipes(): Promise<readonly string[]>;
}

const PIPES = '\\\\.\\pipe\\';

/** The pipe of Windows' own ssh-agent service; 1Password, KeePassXC and Bitwarden answer there too. */
const OPENSSH_PIPE = `${PIPES}openssh-ssh-agent`;

export const thisSystem: AgentSystem = {
  platform: process.platform,
  get user() {
    return os.userInfo().username;
  },
  pipes: () => fs.readdir(PIPES),
};

const isPipe = (name: string) => /^[\\/]{2}[.?][\\/]pipe[\\/]/i.test(name);

/**
 * Pageant's pipes of this user. PuTTY names them `pageant.USER.HASH` (agent_named_pipe_name in its source, 0.75 and
 * newer), the hash being of a text that Windows encrypts for the session (CryptProtectMemory), which needs native code:
 * so they are looked up by name. Another user's Pageant is never asked.
 */
async function pageantPipes(system: AgentSystem): Promise<string[]> {
  const prefix = `pageant.${system.user}.`.toLowerCase();
  const names = await system.pipes().catch((): string[] => []);
  const ours = names.filter((name) => {
    const lower = name.toLowerCase();
    return lower.startsWith(prefix) && /^[0-9a-f]{64}$/.test(lower.slice(prefix.length));
  });
  return ours.map((name) => PIPES + name);
}

/**
 * Where an SSH agent may answer, the likeliest first. A link's own socket (`IdentityAgent`) is the only one where it is
 * given; its value `SSH_AUTH_SOCK` means the system's, as in ssh_config(5), and `none` means no agent.
 * Otherwise what the environment names, and on Windows the pipes of OpenSSH and of Pageant.
 */
export async function agentSockets(
  configured: string | undefined,
  fromEnvironment: string | undefined,
  system: AgentSystem = thisSystem,
): Promise<string[]> {
  const windows = system.platform === 'win32';
  if (configured === 'none') return [];
  if (configured !== undefined && configured !== 'SSH_AUTH_SOCK') {
    const file = expandHome(configured);
    return [windows && isPipe(file) ? file.replaceAll('/', '\\') : file];
  }
  if (!windows) return fromEnvironment ? [fromEnvironment] : [];
  // a value of Cygwin or of Git's shell names a file there, which is no socket to anybody else
  const named = fromEnvironment && isPipe(fromEnvironment) ? [fromEnvironment.replaceAll('/', '\\')] : [];
  return [...new Set([...named, OPENSSH_PIPE, ...(await pageantPipes(system))])];
}
