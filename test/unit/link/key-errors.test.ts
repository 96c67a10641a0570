import { describe, expect, it } from 'vitest';
import { isUnreadableCipher } from '../../../electron/core/link/ssh/keys.ts';

describe('why a key could not be decrypted', () => {
  it.each([
    'error:0308010C:digital envelope routines::unsupported',
    'error:0e000074:Public key routines:OPENSSL_internal:UNSUPPORTED_ALGORITHM',
    'error:23000072:PKCS8 routines:OPENSSL_internal:UNSUPPORTED_KEY_DERIVATION_FUNCTION',
    'error:23000073:PKCS8 routines:OPENSSL_internal:UNKNOWN_ALGORITHM',
  ])('is the encryption, in OpenSSL and in BoringSSL: %s', (text) => {
    expect(isUnreadableCipher(text)).toBe(true);
  });

  it.each([
    'error:1E08010C:DECODER routines::unsupported',
    'error:1e000065:Cipher functions:OPENSSL_internal:BAD_DECRYPT',
  ])('is the passphrase or the file: %s', (text) => {
    expect(isUnreadableCipher(text)).toBe(false);
  });
});
