import { AppError } from '../../../contract/errors.ts';
import type { SshLink } from '../../../contract/profile.ts';
import type { DialContext } from '../dialling.ts';
import { expandHome, loadKey } from './keys.ts';

/** One way to sign in, ready to use: nothing more has to be read. */
export type Credential =
  | { kind: 'key'; file: string; text: string }
  | { kind: 'agent'; socket: string }
  | { kind: 'password'; password: string };

const ORDER = ['key', 'agent', 'password'] as const;

/**
 * The ways to sign in, read and decrypted before anything is connected: keys by name first, then the agent (whose many
 * keys could use up the server's MaxAuthTries), then the password, and each only where the profile names it.
 * Throws the LINK_KEY_… errors, LINK_AGENT_UNAVAILABLE, or LINK_AUTH_REFUSED where a password is the only way and none is stored.
 */
export async function loadCredentials(config: SshLink, context: DialContext): Promise<Credential[]> {
  const { secrets, agentSocket } = context;
  const profile = context.profile.name;
  const found: Credential[] = [];
  const ways = config.auth.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  for (const way of ways) {
    switch (way.kind) {
      case 'key': {
        const text = await loadKey(way.file, profile, () => secrets.get(profile, 'passphrase'));
        found.push({ kind: 'key', file: expandHome(way.file), text });
        break;
      }
      case 'agent':
        if (agentSocket !== undefined) found.push({ kind: 'agent', socket: agentSocket });
        break;
      case 'password': {
        const password = await secrets.get(profile, 'password');
        if (password !== undefined && password !== '') found.push({ kind: 'password', password });
        break;
      }
      default:
        way satisfies never;
    }
  }
  if (found.length > 0) return found;
  if (ways.some((way) => way.kind === 'agent')) {
    throw new AppError(
      'LINK_AGENT_UNAVAILABLE',
      'No SSH agent is known to this app: SSH_AUTH_SOCK is not set.',
      'Start the app from a session with an agent, or give a key file with --identity FILE.',
    );
  }
  throw new AppError(
    'LINK_AUTH_REFUSED',
    `No password is stored for ${profile}, and its SSH link signs in with one.`,
    `Store it: catalyst-companion secret set ${profile} password`,
  );
}

/** The ways in words, for an error message. */
export function describeCredentials(credentials: readonly Credential[]): string {
  const words = credentials.map((credential) => {
    if (credential.kind === 'key') return `the key ${credential.file}`;
    return credential.kind === 'agent' ? 'the SSH agent' : 'the stored password';
  });
  return words.join(' or ');
}
