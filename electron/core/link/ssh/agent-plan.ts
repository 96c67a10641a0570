import { publicHalf } from './key-text.ts';
import { expandHome, readSmallFile } from './keys.ts';
import type { AgentIdentity } from './agent-client.ts';

const MAX_BYTES = 64 << 10;

/** sshd ends a connection with the sixth refusal unless its MaxAuthTries says otherwise. */
export const MAX_TRIES = 6;

/**
 * The public half of a key file, read from itself or from the `.pub` beside it; undefined where neither tells.
 * Either of the two files may be named, as ssh's IdentityFile allows.
 */
export async function publicKeyOf(path: string): Promise<Buffer | undefined> {
  const file = expandHome(path);
  for (const each of [file, `${file}.pub`]) {
    const text = await readSmallFile(each, MAX_BYTES).catch(() => '');
    const key = publicHalf(text);
    if (key) return key;
  }
  return undefined;
}

/** The plain key type of a certificate, else the type itself. */
export function plainType(type: string): string {
  return type.replace(/-cert-v\d+@openssh\.com$/, type.startsWith('sk-') ? '@openssh.com' : '');
}

const USABLE = new Set([
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]);

export interface AgentPlan {
  /** To be offered, in this order. */
  readonly offered: readonly AgentIdentity[];
  /** How many more there are that are not offered, because the server would hang up first. */
  readonly left: number;
}

/**
 * Which of an agent's keys are offered, and in which order. `only` are the public keys that may be (IdentitiesOnly);
 * `first` are those of configured key files, which go first; `done` are those that were offered from their file.
 * `tries` is how many refusals the server has room for. Where not all fit, one try is kept: a server that ends the
 * connection at its limit says less, and may count it as an attack.
 */
export function planIdentities(
  held: readonly AgentIdentity[],
  wishes: {
    only: readonly Buffer[] | undefined;
    first: readonly Buffer[];
    done: readonly Buffer[];
    tries: number;
  },
): AgentPlan {
  const { only, done, tries } = wishes;
  const rank = [...(only ?? []), ...wishes.first];
  const place = (identity: AgentIdentity) => {
    const index = rank.findIndex((key) => covers(identity, key));
    return index < 0 ? rank.length : index;
  };
  const wanted = held
    .filter((one) => USABLE.has(plainType(one.type)))
    .filter((one) => !done.some((key) => key.equals(one.blob)))
    .filter((one) => only === undefined || only.some((key) => covers(one, key)))
    .toSorted((a, b) => place(a) - place(b));
  const room = wanted.length > tries ? Math.max(tries - 1, 1) : wanted.length;
  return { offered: wanted.slice(0, room), left: wanted.length - room };
}

/** Whether an identity is this key, or a certificate of it (its second part is a nonce, then the key's own parts follow). */
function covers(identity: AgentIdentity, key: Buffer): boolean {
  if (identity.blob.equals(key)) return true;
  if (!identity.type.includes('-cert-')) return false;
  const parts = key.subarray(4 + key.readUInt32BE(0));
  const nonce = 4 + identity.blob.readUInt32BE(0);
  if (identity.blob.length < nonce + 4) return false;
  const start = nonce + 4 + identity.blob.readUInt32BE(nonce);
  return identity.blob.subarray(start, start + parts.length).equals(parts);
}
