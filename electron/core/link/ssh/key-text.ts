import type { KeyObject } from 'node:crypto';

/** What a key file holds, as far as its outside tells. */
export type KeyKind =
  | { kind: 'openssh'; encrypted: boolean; cipher: string; rounds: number; type: string; publicKey: Buffer }
  | { kind: 'pem'; encrypted: boolean; pkcs8: boolean }
  | { kind: 'putty'; version: number }
  | { kind: 'utf16' }
  | { kind: 'public'; certificate: boolean }
  | { kind: 'unknown' };

/** Reads length-prefixed strings of the SSH wire format; undefined past the end. */
function reader(data: Buffer, start: number): { string(): Buffer | undefined; skip(bytes: number): void } {
  let at = start;
  return {
    string() {
      if (at + 4 > data.length) return undefined;
      const length = data.readUInt32BE(at);
      if (at + 4 + length > data.length) return undefined;
      at += 4 + length;
      return data.subarray(at - length, at);
    },
    skip(bytes) {
      at += bytes;
    },
  };
}

const MAGIC = Buffer.from('openssh-key-v1\0', 'latin1');

/** Reads the clear header of an OpenSSH key (PROTOCOL.key of OpenSSH): cipher, KDF rounds and key type. */
function opensshHeader(text: string): KeyKind {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END OPENSSH PRIVATE KEY-----/.exec(text);
  const data = Buffer.from((body?.[1] ?? '').replace(/\s+/g, ''), 'base64');
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'unknown' };
  const fields = reader(data, MAGIC.length);
  const cipher = fields.string()?.toString('latin1');
  fields.string();
  const kdf = fields.string();
  fields.skip(4);
  const publicKey = fields.string();
  if (cipher === undefined || kdf === undefined || publicKey === undefined) return { kind: 'unknown' };
  const type = reader(publicKey, 0).string()?.toString('latin1') ?? '';
  const salt = kdf.length >= 8 ? kdf.readUInt32BE(0) : 0;
  const rounds = kdf.length >= 8 + salt ? kdf.readUInt32BE(4 + salt) : 0;
  return { kind: 'openssh', encrypted: cipher !== 'none', cipher, rounds, type, publicKey };
}

/** Recognises the format of a private key file without needing its passphrase. */
export function recogniseKey(text: string): KeyKind {
  if (text.includes('-----BEGIN OPENSSH PRIVATE KEY-----')) return opensshHeader(text);
  const putty = /^PuTTY-User-Key-File-(\d)/m.exec(text);
  if (putty) return { kind: 'putty', version: Number(putty[1]) };
  // what a redirection of old PowerShells writes; read as latin1, two bytes stand before it
  if (text.startsWith('\u00ff\u00fe') || text.startsWith('\u00fe\u00ff')) return { kind: 'utf16' };
  const pem = /-----BEGIN (?:(RSA|EC|DSA|ENCRYPTED) )?PRIVATE KEY-----/.exec(text);
  if (pem) {
    const encrypted = pem[1] === 'ENCRYPTED' || /^Proc-Type: *4,ENCRYPTED/m.test(text);
    return { kind: 'pem', encrypted, pkcs8: pem[1] === undefined || pem[1] === 'ENCRYPTED' };
  }
  if (/^(?:ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/]/m.test(text) || text.includes('BEGIN PUBLIC KEY')) {
    return { kind: 'public', certificate: /^\S+-cert-v\d+@openssh\.com /m.test(text) };
  }
  return { kind: 'unknown' };
}

/** The public key in wire format that a public key file or an OpenSSH private key shows; undefined for other texts. */
export function publicHalf(text: string): Buffer | undefined {
  const found = recogniseKey(text);
  if (found.kind === 'openssh') return found.publicKey;
  const line = /^((?:ssh-|ecdsa-|sk-)\S+) ([A-Za-z0-9+/]+=*)/m.exec(text);
  if (!line) return undefined;
  const key = Buffer.from(line[2]!, 'base64');
  return reader(key, 0).string()?.toString('latin1') === line[1] ? key : undefined;
}

function wire(...parts: readonly (Buffer | string)[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as string, 'latin1');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** An ed25519 key in OpenSSH's own format, the only one ssh2 takes for it. */
function ed25519Text(key: KeyObject): string | undefined {
  const { d, x } = key.export({ format: 'jwk' });
  if (d === undefined || x === undefined) return undefined;
  const seed = Buffer.from(d, 'base64url');
  const point = Buffer.from(x, 'base64url');
  const publicKey = wire('ssh-ed25519', point);
  const check = Buffer.alloc(8);
  const secret = Buffer.concat([check, wire('ssh-ed25519', point, Buffer.concat([seed, point]), '')]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const count = Buffer.from([0, 0, 0, 1]);
  const body = Buffer.concat([
    MAGIC,
    wire('none', 'none', ''),
    count,
    wire(publicKey, Buffer.concat([secret, padding])),
  ]);
  const lines = body.toString('base64').replace(/(.{70})/g, '$1\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** A key that node:crypto holds, as text that ssh2 reads; undefined for kinds SSH links cannot use (DSA, X25519 …). */
export function sshKeyText(key: KeyObject): string | undefined {
  const type = key.asymmetricKeyType;
  if (type === 'ed25519') return ed25519Text(key);
  if (type === 'rsa') return key.export({ format: 'pem', type: 'pkcs1' }).toString();
  if (type === 'ec') return key.export({ format: 'pem', type: 'sec1' }).toString();
  return undefined;
}
