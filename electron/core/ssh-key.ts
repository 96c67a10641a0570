import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';

export interface SshKey {
  /** OpenSSH private key file, unencrypted. Lives in memory; whoever writes it chooses the file's mode. */
  privateKey: string;
  /** The public key's wire form. */
  blob: Buffer;
  /** `ssh-ed25519 AAAA…`. */
  publicLine: string;
  /** `SHA256:…` as ssh-keygen -l prints it. */
  fingerprint: string;
}

const TYPE = 'ssh-ed25519';

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function field(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/**
 * A fresh ed25519 key in OpenSSH's format (PROTOCOL.key). ssh2's own generator strips leading zero bytes of the
 * public key and so makes one broken key in 256.
 */
export function generateSshKey(comment: string): SshKey {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const publicKey = Buffer.from(jwk.x ?? '', 'base64url');
  const seed = Buffer.from(jwk.d ?? '', 'base64url');
  const blob = Buffer.concat([field(TYPE), field(publicKey)]);
  const check = randomBytes(4);
  const secret = [check, check, blob, field(Buffer.concat([seed, publicKey])), field(comment)];
  const length = secret.reduce((sum, part) => sum + part.length, 0);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (length % 8)) % 8));
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    uint32(1),
    field(blob),
    field(Buffer.concat([...secret, padding])),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  const label = 'OPENSSH PRIVATE KEY';
  return {
    privateKey: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`,
    blob,
    publicLine: `${TYPE} ${blob.toString('base64')}`,
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
  };
}

/** What an OpenSSH ed25519 key file shows without its passphrase; undefined for any other text. */
export function publicPart(text: string): { blob: Buffer; encrypted: boolean } | undefined {
  const body = /^-----BEGIN OPENSSH PRIVATE KEY-----\s([\s\S]*)\s-----END OPENSSH PRIVATE KEY-----\s*$/.exec(
    text,
  );
  const data = Buffer.from(body?.[1] ?? '', 'base64');
  const magic = Buffer.from('openssh-key-v1\0');
  if (!data.subarray(0, magic.length).equals(magic)) return undefined;
  let at = magic.length;
  const next = (): Buffer => {
    if (at + 4 > data.length) return Buffer.alloc(0);
    const length = data.readUInt32BE(at);
    at += 4 + length;
    return data.subarray(at - length, at);
  };
  const cipher = next().toString('latin1');
  next();
  next();
  at += 4;
  const blob = next();
  const whole =
    field(TYPE).equals(blob.subarray(0, 4 + TYPE.length)) && blob.length === 4 + TYPE.length + 4 + 32;
  return whole ? { blob: Buffer.from(blob), encrypted: cipher !== 'none' } : undefined;
}
