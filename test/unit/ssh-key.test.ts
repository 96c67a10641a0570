import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { generateSshKey } from '../../electron/core/ssh-key.ts';

describe('generateSshKey', () => {
  it('makes keys that ssh2 reads and that sign for their own public half', () => {
    // enough keys that some public keys begin with a zero byte, where ssh2's own generator fails
    for (let count = 0; count < 600; count += 1) {
      const key = generateSshKey('test');
      const parsed = ssh2.utils.parseKey(key.privateKey);
      if (parsed instanceof Error) throw parsed;
      expect(parsed.getPublicSSH().equals(key.blob)).toBe(true);
    }
  });

  it('never repeats a key', () => {
    expect(generateSshKey('a').fingerprint).not.toBe(generateSshKey('a').fingerprint);
  });
});
