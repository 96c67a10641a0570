import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeAt, makeHome } from '../../../electron/core/files.ts';
import type { Home } from '../../../electron/core/files.ts';
import { openEnvelope, sealEnvelope } from '../../../electron/core/secrets/envelope.ts';
import { createFileSealer, fileSealer } from '../../../electron/core/secrets/file-sealer.ts';
import { createRedactor } from '../../../electron/core/secrets/redact.ts';
import { createVault } from '../../../electron/core/secrets/vault.ts';
import type { Vault } from '../../../electron/core/secrets/vault.ts';

const VALUE = 'käse-9f8e7d6c5b4a';
let home: Home;
let keyFile: string;

beforeEach(async () => {
  home = homeAt(await fs.mkdtemp(path.join(os.tmpdir(), 'companion-vault-')));
  await makeHome(home);
  keyFile = path.join(home.keys, 'vault.key');
});
afterEach(async () => {
  await fs.rm(home.dir, { recursive: true, force: true });
});

const vaultOf = async (): Promise<Vault> => {
  const vault = createVault({ file: home.secrets, sealer: await createFileSealer(home) });
  await vault.load();
  return vault;
};

async function allBytes(dir: string): Promise<string> {
  let all = '';
  for (const entry of await fs.readdir(dir, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) all += await fs.readFile(path.join(entry.parentPath, entry.name), 'latin1');
  return all;
}

describe('the envelope', () => {
  const key = randomBytes(32);
  it('opens with the same key and place only', () => {
    const sealed = sealEnvelope(key, Buffer.from('x'), 'a|b|1');
    expect(openEnvelope(key, sealed, 'a|b|1').toString()).toBe('x');
    expect(() => openEnvelope(key, sealed, 'a|c|1')).toThrow();
    expect(() => openEnvelope(randomBytes(32), sealed, 'a|b|1')).toThrow();
  });

  it('never looks the same twice, and takes an empty value', () => {
    const seal = () => sealEnvelope(key, Buffer.alloc(0), 'p');
    expect(seal()).not.toBe(seal());
    expect(openEnvelope(key, seal(), 'p')).toHaveLength(0);
  });

  it('does not open after any single character changed, was added or removed', () => {
    const sealed = sealEnvelope(key, Buffer.from('secret'), 'p');
    const others = [
      sealed.slice(0, -1),
      `${sealed}A`,
      `${sealed}.`,
      ` ${sealed}`,
      sealed.replace('.', '.!'),
      '',
      'v1.',
      'v1',
    ];
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      others.push(sealed.slice(0, at) + other + sealed.slice(at + 1));
    }
    for (const text of others) expect(() => openEnvelope(key, text, 'p'), text).toThrow();
  });
});

describe('the vault', () => {
  it('keeps values over a restart, sealed, in private files', async () => {
    const vault = await vaultOf();
    await vault.set('real', 'password', VALUE);
    await vault.set('real', 'passphrase', 'other');
    const again = await vaultOf();
    expect(await again.get('real', 'password')).toBe(VALUE);
    expect(again.list('real')).toEqual(['password', 'passphrase']);
    expect(await again.get('real', 'api-key')).toBeUndefined();
    expect(await again.get('rea', 'password')).toBeUndefined();
    const bytes = await allBytes(home.dir);
    expect(bytes).not.toContain('9f8e7d6c');
    expect(bytes).not.toContain(Buffer.from(VALUE).toString('base64').slice(0, 12));
    for (const file of [home.secrets, keyFile]) expect((await fs.stat(file)).mode & 0o777).toBe(0o600);
  });

  it('replaces and forgets, per kind and per profile', async () => {
    const vault = await vaultOf();
    await vault.set('a', 'api-key', 'one1');
    await vault.set('a', 'api-key', 'two2');
    await vault.set('a', 'password', 'three');
    await vault.set('a-b', 'api-key', 'four');
    expect(await vault.get('a', 'api-key')).toBe('two2');
    await vault.remove('a', 'password');
    expect(vault.list('a')).toEqual(['api-key']);
    await vault.removeProfile('a');
    expect(vault.list('a')).toEqual([]);
    expect(await vault.get('a-b', 'api-key')).toBe('four');
    await vault.remove('a', 'password');
  });

  it('loses nothing when many write at once', async () => {
    const vault = await vaultOf();
    await Promise.all(Array.from({ length: 20 }, (_, n) => vault.set(`p${n}`, 'api-key', `value-${n}`)));
    const again = await vaultOf();
    for (let n = 0; n < 20; n += 1) expect(await again.get(`p${n}`, 'api-key')).toBe(`value-${n}`);
  });

  it('refuses empty and huge values', async () => {
    const vault = await vaultOf();
    await expect(vault.set('a', 'api-key', '')).rejects.toMatchObject({ code: 'SECRET_EMPTY' });
    await expect(vault.set('a', 'api-key', 'x'.repeat(70_000))).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    await expect(fs.stat(home.secrets)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each([
    ['two\nlines', 'a line break'],
    ['key\r\nX-Admin: 1', 'a line break'],
    ['ta\tb', 'a control character'],
    ['k\u0000', 'a control character'],
    ['schlüssel', 'outside ASCII'],
    ['\ufeffkey', 'outside ASCII'],
    ['k3y ', 'ends with a space'],
  ])('refuses an API key that no header can carry: %j', async (value, why) => {
    const vault = await vaultOf();
    const error: unknown = await vault.set('a', 'api-key', value).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining(why) });
    expect(JSON.stringify(error)).not.toContain(JSON.stringify(value).slice(1, -1));
    await expect(fs.stat(home.secrets)).rejects.toMatchObject({ code: 'ENOENT' });
    await vault.set('a', 'password', value);
    await vault.set('a', 'api-key', 'Bearer abc.DEF~+/=');
    expect([await vault.get('a', 'password'), await vault.get('a', 'api-key')]).toEqual([
      value,
      'Bearer abc.DEF~+/=',
    ]);
  });

  it('detects swapped values, says what to do, and keeps them', async () => {
    const vault = await vaultOf();
    await vault.set('a', 'api-key', 'one1');
    await vault.set('b', 'api-key', 'two2');
    const file = JSON.parse(await fs.readFile(home.secrets, 'utf8')) as {
      version: number;
      entries: Record<string, string>;
    };
    const { 'a|api-key': a = '', 'b|api-key': b = '' } = file.entries;
    await fs.writeFile(
      home.secrets,
      JSON.stringify({ ...file, entries: { 'a|api-key': b, 'b|api-key': a } }),
    );
    const before = await fs.readFile(home.secrets, 'utf8');
    const error = await vault.get('a', 'api-key').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'SECRET_UNREADABLE',
      next: expect.stringContaining('secret set a api-key'),
    });
    expect(await fs.readFile(home.secrets, 'utf8')).toBe(before);
    expect((await vaultOf()).list('a')).toEqual(['api-key']);
  });

  it('leaves a broken file as it is', async () => {
    const vault = await vaultOf();
    await vault.set('a', 'api-key', 'one1');
    await fs.writeFile(home.secrets, '{"version":1,"entries":');
    await expect(vaultOf()).rejects.toMatchObject({ code: 'STATE_FILE_BROKEN' });
    await expect(vault.set('a', 'password', 'x')).rejects.toMatchObject({ code: 'STATE_FILE_BROKEN' });
    expect(await fs.readFile(home.secrets, 'utf8')).toBe('{"version":1,"entries":');
  });

  it('tells the log what to mask, before the value is used', async () => {
    const redact = createRedactor();
    const vault = createVault({ file: home.secrets, sealer: await createFileSealer(home), redact });
    await vault.set('a', 'password', VALUE);
    expect(redact.text(`key ${VALUE}!`)).toBe('key [redacted]!');
    const fresh = createRedactor();
    await createVault({ file: home.secrets, sealer: await createFileSealer(home), redact: fresh }).get(
      'a',
      'password',
    );
    expect(fresh.text(VALUE)).toBe('[redacted]');
  });
});

describe('the key file', () => {
  it('is made once, whole, even when several make it at the same time', async () => {
    const sealed = await Promise.all(
      Array.from({ length: 8 }, () => fileSealer(keyFile).seal(Buffer.from('x'), 'p')),
    );
    for (const text of sealed) expect((await fileSealer(keyFile).open(text, 'p')).toString()).toBe('x');
    expect(await fs.readFile(keyFile)).toHaveLength(32);
    expect(await fs.readdir(home.keys)).toEqual(['vault.key']);
  });

  it('says plainly that only file permissions protect it', async () => {
    const sealer = await createFileSealer(home);
    expect(sealer.protection).toBe('file');
    expect(sealer.note).toContain('Only file permissions protect it');
  });

  const unreadable = async (work: Promise<unknown>, next: string): Promise<void> => {
    await expect(work).rejects.toMatchObject({
      code: 'SECRET_UNREADABLE',
      next: expect.stringContaining(next),
    });
  };

  it.skipIf(process.platform === 'win32').each([0o640, 0o604, 0o622])(
    'is refused with mode %o, saying how to repair it',
    async (mode) => {
      const sealer = fileSealer(keyFile);
      const sealed = await sealer.seal(Buffer.from('x'), 'p');
      await fs.chmod(keyFile, mode);
      await unreadable(sealer.open(sealed, 'p'), `chmod 600 "${keyFile}"`);
      await unreadable(sealer.seal(Buffer.from('y'), 'p'), 'chmod 600');
      await fs.chmod(keyFile, 0o600);
      expect((await sealer.open(sealed, 'p')).toString()).toBe('x');
    },
  );

  it('that is missing, damaged or a link is not replaced', async () => {
    const sealer = fileSealer(keyFile);
    const sealed = await sealer.seal(Buffer.from('x'), 'p');
    await fs.rm(keyFile);
    await unreadable(sealer.open(sealed, 'p'), 'backup');
    await expect(fs.stat(keyFile)).rejects.toMatchObject({ code: 'ENOENT' });
    await fs.writeFile(keyFile, 'short', { mode: 0o600 });
    await unreadable(sealer.seal(Buffer.from('x'), 'p'), 'backup');
    expect(await fs.readFile(keyFile, 'utf8')).toBe('short');
    await fs.rename(keyFile, `${keyFile}.real`);
    await fs.writeFile(`${keyFile}.real`, randomBytes(32), { mode: 0o600 });
    await fs.symlink(`${keyFile}.real`, keyFile);
    await unreadable(sealer.seal(Buffer.from('x'), 'p'), 'ls -l');
  });
});
