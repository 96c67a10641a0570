import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Bytes of an envelope key. */
export const KEY_BYTES = 32;

/**
 * AES-256-GCM with a fresh random nonce: `v1.` and base64url of nonce, ciphertext and tag. `aad` binds the text to
 * its place, so that a value moved to another place does not open. Also meant to go inside an operating system's
 * store that encrypts without authenticating (docs/security.md, 26).
 */
export function sealEnvelope(key: Buffer, plain: Buffer, aad: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(`${VERSION}|${aad}`));
  const parts = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return `${VERSION}.${Buffer.concat(parts).toString('base64url')}`;
}

/** The plain bytes. Throws a plain Error for another key, another place, or any changed byte. */
export function openEnvelope(key: Buffer, sealed: string, aad: string): Buffer {
  const [version, body, ...rest] = sealed.split('.');
  const bytes = Buffer.from(body ?? '', 'base64url');
  // base64url decoding skips what it does not know: only the one spelling counts
  const exact = bytes.toString('base64url') === body;
  if (version !== VERSION || rest.length > 0 || !exact || bytes.length < NONCE_BYTES + TAG_BYTES)
    throw new Error('not an envelope');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(`${VERSION}|${aad}`));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
