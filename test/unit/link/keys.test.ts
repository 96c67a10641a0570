import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recogniseKey, sshKeyText } from '../../../electron/core/link/ssh/key-text.ts';
import { expandHome, loadKey } from '../../../electron/core/link/ssh/keys.ts';

describe('keys', () => {
  let dir: string;
  beforeAll(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-keys-'));
  });
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

  it('turns PKCS#8 ed25519 into a text that ssh-keygen reads as the same key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const file = path.join(dir, 'ed25519');
    fs.writeFileSync(file, sshKeyText(privateKey) ?? '', { mode: 0o600 });
    const shown = execFileSync('ssh-keygen', ['-y', '-f', file], { encoding: 'utf8' }).split(' ')[1];
    const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    expect(Buffer.from(shown, 'base64').subarray(-32).equals(point)).toBe(true);
  });

  it('loads PKCS#8 through node:crypto and asks for a passphrase only when one is needed', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const asked: string[] = [];
    const ask = async () => {
      asked.push('passphrase');
      return 'open';
    };
    const plain = path.join(dir, 'plain.pem');
    fs.writeFileSync(plain, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    expect(await loadKey(plain, 'real', ask)).toContain('OPENSSH PRIVATE KEY');
    expect(asked).toEqual([]);
    const locked = path.join(dir, 'locked.pem');
    const cipher = { cipher: 'aes-256-cbc', passphrase: 'open' };
    fs.writeFileSync(locked, privateKey.export({ format: 'pem', type: 'pkcs8', ...cipher }));
    expect(recogniseKey(fs.readFileSync(locked, 'utf8'))).toEqual({
      kind: 'pem',
      encrypted: true,
      pkcs8: true,
    });
    expect(await loadKey(locked, 'real', ask)).toContain('OPENSSH PRIVATE KEY');
    expect(asked).toEqual(['passphrase']);
    await expect(loadKey(locked, 'real', async () => 'shut')).rejects.toMatchObject({
      code: 'LINK_KEY_PASSPHRASE_WRONG',
      next: expect.stringContaining('secret set real passphrase'),
    });
    await expect(loadKey(locked, 'real', async () => undefined)).rejects.toMatchObject({
      code: 'LINK_KEY_ENCRYPTED',
    });
  });

  it('says that the passphrase is wrong also where rubbish decrypts to something of the right form', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const cipher = { cipher: 'aes-128-cbc', passphrase: 'right' };
    const text = privateKey.export({ format: 'pem', type: 'pkcs8', ...cipher }).toString();
    const reason = (passphrase: string) => {
      try {
        createPrivateKey({ key: text, passphrase });
        return '';
      } catch (error) {
        return String(error);
      }
    };
    const guesses = Array.from({ length: 5_000 }, (_, i) => `wrong ${i}`);
    const lucky = guesses.find((guess) => !/bad decrypt/.test(reason(guess))) ?? '';
    expect(reason(lucky)).toContain('unsupported');
    const file = path.join(dir, 'lucky.pem');
    fs.writeFileSync(file, text);
    await expect(loadKey(file, 'real', async () => lucky)).rejects.toMatchObject({
      code: 'LINK_KEY_PASSPHRASE_WRONG',
    });
  });

  it('refuses kinds of keys that SSH cannot use, and damaged ones', async () => {
    const { privateKey } = generateKeyPairSync('x25519');
    const file = path.join(dir, 'x25519.pem');
    fs.writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await expect(loadKey(file, 'real', async () => undefined)).rejects.toMatchObject({
      code: 'LINK_KEY_FORMAT',
    });
    fs.writeFileSync(file, '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
    await expect(loadKey(file, 'real', async () => undefined)).rejects.toMatchObject({
      code: 'LINK_KEY_FORMAT',
    });
    fs.writeFileSync(file, '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n');
    await expect(loadKey(file, 'real', async () => undefined)).rejects.toMatchObject({
      code: 'LINK_KEY_FORMAT',
    });
  });

  it('does not block the main thread while it decrypts', async () => {
    const file = path.join(dir, 'bcrypt');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-a', '32', '-N', 'open', '-f', file]);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    const text = await loadKey(file, 'real', async () => 'open');
    clearInterval(timer);
    // it takes a third of a second or more, and reading the file a turn or two
    expect(turns).toBeGreaterThan(4);
    expect(text).toContain('OPENSSH PRIVATE KEY');
  });

  it('reads ~ as the home folder', () => {
    expect(expandHome('~/.ssh/id')).toBe(path.join(os.homedir(), '.ssh/id'));
    expect(expandHome('/a/~b')).toBe('/a/~b');
  });
});
