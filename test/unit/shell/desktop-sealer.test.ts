import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSealer } from '../../../electron/core/secrets/file-sealer.ts';
import { createDesktopSealer, osProtection, withoutKeyring } from '../../../electron/shell/desktop-sealer.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
let dir: string;
let keyFile: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'seal-'));
  keyFile = path.join(dir, 'desktop.key');
});
afterEach(() => rm(dir, { recursive: true }));

/** A keyring that can be locked and whose key can be rotated, as safeStorage's can. */
function fakeStorage() {
  const storage = {
    locked: false,
    rotated: false,
    calls: 0,
    encryptStringAsync: (text: string) => {
      storage.calls += 1;
      return storage.locked
        ? Promise.reject(new Error('locked'))
        : Promise.resolve(Buffer.from(`os:${Buffer.from(text).toString('hex')}`));
    },
    decryptStringAsync: (bytes: Buffer) =>
      storage.locked || !bytes.toString().startsWith('os:')
        ? Promise.reject(new Error('locked'))
        : Promise.resolve({
            result: Buffer.from(bytes.toString().slice(3), 'hex').toString(),
            shouldReEncrypt: storage.rotated,
          }),
  };
  return storage;
}
const sealer = (storage = fakeStorage()) =>
  createDesktopSealer({
    storage,
    note: 'n',
    keyFile,
    log,
    fileSealer: fileSealer(path.join(dir, 'vault.key')),
  });

describe('secrets behind the system keyring', () => {
  it('come back, also for the next run', async () => {
    const storage = fakeStorage();
    const sealed = await sealer(storage).seal(Buffer.from('s3cret'), 'demo|api-key|1');
    expect(sealed).not.toContain(Buffer.from('s3cret').toString('base64'));
    expect((await sealer(storage).open(sealed, 'demo|api-key|1')).toString()).toBe('s3cret');
    expect(await sealer(storage).seal(Buffer.from('s3cret'), 'demo|api-key|1')).not.toBe(sealed);
  });

  it('are refused where they were swapped, flipped or cut', async () => {
    const one = sealer();
    const sealed = await one.seal(Buffer.from('s3cret'), 'demo|api-key|1');
    const flipped = sealed.slice(0, -2) + (sealed.at(-2) === 'A' ? 'B' : 'A') + sealed.at(-1);
    const unreadable = { code: 'SECRET_UNREADABLE' };
    await expect(one.open(sealed, 'live|api-key|1')).rejects.toMatchObject(unreadable);
    await expect(one.open(flipped, 'demo|api-key|1')).rejects.toMatchObject(unreadable);
    await expect(one.open(sealed.slice(0, 20), 'demo|api-key|1')).rejects.toMatchObject(unreadable);
    await expect(one.open('os.', 'demo|api-key|1')).rejects.toMatchObject(unreadable);
  });

  it('stay where a locked keyring cannot open them, and come back once it can', async () => {
    const storage = fakeStorage();
    const sealed = await sealer(storage).seal(Buffer.from('s3cret'), 'a');
    const stored = await readFile(keyFile, 'utf8');
    storage.locked = true;
    const later = sealer(storage);
    await expect(later.open(sealed, 'a')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    await expect(later.seal(Buffer.from('x'), 'a')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    expect(await readFile(keyFile, 'utf8')).toBe(stored);
    storage.locked = false;
    expect((await later.open(sealed, 'a')).toString()).toBe('s3cret');
  });

  it('are not given a new key where the stored one is damaged', async () => {
    await writeFile(keyFile, 'damaged');
    await expect(sealer().seal(Buffer.from('x'), 'a')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
    expect(await readFile(keyFile, 'utf8')).toBe('damaged');
  });

  it('that serve sealed in the same folder are read too', async () => {
    const sealed = await fileSealer(path.join(dir, 'vault.key')).seal(Buffer.from('s3cret'), 'a');
    expect((await sealer().open(sealed, 'a')).toString()).toBe('s3cret');
    await expect(sealer().open(sealed, 'b')).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });

  it('follow a rotated key of the system', async () => {
    const storage = fakeStorage();
    const sealed = await sealer(storage).seal(Buffer.from('x'), 'a');
    storage.rotated = true;
    await sealer(storage).open(sealed, 'a');
    expect(storage.calls).toBe(2);
  });
});

describe('what the system protects', () => {
  const storage = (backend: string, available = true, sealedWith = 'v11'): any => ({
    getSelectedStorageBackend: () => backend,
    encryptStringAsync: () =>
      sealedWith === ''
        ? Promise.reject(new Error('locked'))
        : Promise.resolve(Buffer.from(`${sealedWith}\0…`)),
    isAsyncEncryptionAvailable: () => Promise.resolve(available),
  });
  it.each(['basic_text', 'unknown'])('is nothing on Linux with %s', async (backend) => {
    expect(await osProtection(storage(backend), 'linux')).toBeUndefined();
  });
  it('is nothing where encryption is not available', async () => {
    expect(await osProtection(storage('gnome_libsecret', false), 'linux')).toBeUndefined();
    expect(await osProtection(storage('', false), 'win32')).toBeUndefined();
  });
  it('is nothing on a Linux desktop whose keyring does not answer, whatever the desktop is called', async () => {
    for (const sealedWith of ['v10', ''])
      expect(await osProtection(storage('gnome_libsecret', true, sealedWith), 'linux')).toBeUndefined();
    // the portal's
    expect(await osProtection(storage('gnome_libsecret', true, 'v12'), 'linux')).toContain('keyring');
    // the same mark stands for the keychain and for DPAPI
    expect(await osProtection(storage('', true, 'v10'), 'darwin')).toContain('keychain');
    expect(await osProtection(storage('', true, 'v10'), 'win32')).toContain('Windows');
  });
  it('leaves what a keyring sealed to the keyring, and what it did not to the key file', async () => {
    const file = fileSealer(path.join(dir, 'vault.key'));
    const one = withoutKeyring(file);
    const sealed = await sealer().seal(Buffer.from('s3cret'), 'a');
    await expect(one.open(sealed, 'a')).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
      next: expect.stringContaining('Unlock the system keyring'),
    });
    expect((await one.open(await one.seal(Buffer.from('x'), 'a'), 'a')).toString()).toBe('x');
    expect([one.protection, one.note]).toEqual(['file', file.note]);
  });
  it('is said plainly where it is something', async () => {
    expect(await osProtection(storage('gnome_libsecret'), 'linux')).toContain('other programs of yours');
    expect(await osProtection(storage(''), 'win32')).toContain('other programs of yours');
    expect(await osProtection(storage(''), 'darwin')).toContain('keychain');
  });
});
