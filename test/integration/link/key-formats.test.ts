import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { opensslAvailable } from '../../helpers/tls.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from './harness.ts';
import type { Droplet } from './harness.ts';

const SECRET = 'a pass phrase';

describe.skipIf(!sshdAvailable)(`formats of SSH keys (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let sshd: Sshd;
  let droplet: Droplet;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    droplet = await startDroplet();
  });
  afterAll(async () => {
    await sshd?.stop();
    await droplet?.stop();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const rigOf = (file: string, passphrase?: string) => {
    const auth = [{ kind: 'key' as const, file }];
    const secrets = passphrase === undefined ? {} : { passphrase };
    const rig = makeRig({ links: [sshTo(sshd, { auth })], mcpUrl: droplet.mcpUrl, secrets });
    ends.push(rig.dispose);
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
    rig.link.connect();
    return rig;
  };
  const refusal = async (file: string, passphrase?: string) => {
    const { reason, error } = await rigOf(file, passphrase).until('blocked');
    expect(reason).toBe('config');
    expect(error.message).not.toContain(SECRET);
    return error;
  };
  const at = (name: string) => path.join(sshd.dir, name);
  const written = (name: string, text: string | Buffer) => {
    fs.writeFileSync(at(name), text, { mode: 0o600 });
    return at(name);
  };

  it.each([
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    'aes128-cbc',
    'aes192-cbc',
    'aes256-cbc',
    '3des-cbc',
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
  ])('an OpenSSH key that ssh-keygen encrypted with %s', async (cipher) => {
    const args = ['-t', 'ed25519', '-Z', cipher, '-a', '4'];
    const file = sshd.makeKey(`z-${cipher}`, { authorised: true, passphrase: SECRET, args });
    await rigOf(file, SECRET).until('live');
    expect((await refusal(file, 'another')).code).toBe('LINK_KEY_PASSPHRASE_WRONG');
  });

  it('names chacha20-poly1305, which cannot be decrypted, before it asks for a passphrase', async () => {
    const args = ['-t', 'ed25519', '-Z', 'chacha20-poly1305@openssh.com'];
    const file = sshd.makeKey('chacha', { passphrase: SECRET, args });
    const error = await refusal(file);
    expect(error).toMatchObject({ code: 'LINK_KEY_FORMAT' });
    expect(error.message).toContain('chacha20-poly1305@openssh.com');
    // and the command that it names helps
    fs.appendFileSync(at('authorized_keys'), fs.readFileSync(`${file}.pub`));
    const given = /ssh-keygen (.*) -f/.exec(error.next)?.[1]?.split(' ') ?? [];
    execFileSync('ssh-keygen', ['-q', ...given, '-P', SECRET, '-N', SECRET, '-f', file]);
    await rigOf(file, SECRET).until('live');
  });

  it.each([
    ['nistp384', ['-t', 'ecdsa', '-b', '384']],
    ['nistp521', ['-t', 'ecdsa', '-b', '521']],
    ['SEC1 of nistp521', ['-t', 'ecdsa', '-b', '521', '-m', 'PEM']],
    ['PKCS#8 of nistp384', ['-t', 'ecdsa', '-b', '384', '-m', 'PKCS8']],
    ['PKCS#1 of 4096 bits', ['-t', 'rsa', '-b', '4096', '-m', 'PEM']],
  ])('a key of %s, plain and encrypted', async (name, args) => {
    const file = sshd.makeKey(`k-${name}`.replace(/\W/g, '-'), { authorised: true, args });
    await rigOf(file).until('live');
    const format = args.includes('-m') ? args.slice(args.indexOf('-m')) : [];
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', SECRET, '-f', file, ...format]);
    await rigOf(file, SECRET).until('live');
  });

  describe.skipIf(!opensslAvailable)('PKCS#8 as OpenSSL writes it', () => {
    const openssl = (...args: readonly string[]) => void execFileSync('openssl', args, { stdio: 'pipe' });
    let plain: string;
    beforeAll(() => {
      plain = at('pkcs8-plain');
      openssl('genpkey', '-algorithm', 'ed25519', '-out', plain);
      const line = execFileSync('ssh-keygen', ['-y', '-f', rsaOf(openssl)], { encoding: 'utf8' });
      fs.appendFileSync(at('authorized_keys'), line);
    });
    /** An RSA key in PKCS#8, which ssh-keygen reads too and can so be authorised. */
    const rsaOf = (run: typeof openssl) => {
      const file = at('pkcs8-rsa');
      if (!fs.existsSync(file)) {
        run('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', file);
        fs.chmodSync(file, 0o600);
      }
      return file;
    };

    it.each<[string, string[]]>([
      ['aes-256-cbc', ['-v2', 'aes-256-cbc']],
      ['aes-128-cbc and SHA-1', ['-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA1']],
      ['aes-192-cbc and SHA-512', ['-v2', 'aes-192-cbc', '-v2prf', 'hmacWithSHA512']],
      ['des3', ['-v2', 'des3']],
      ['scrypt', ['-scrypt']],
      ['many iterations', ['-v2', 'aes-256-cbc', '-iter', '600000']],
      ['PKCS#12 of old', ['-v1', 'PBE-SHA1-3DES']],
    ])('encrypted with %s', async (name, how) => {
      const file = at(`p8-${name}`.replace(/\W/g, '-'));
      openssl('pkcs8', '-topk8', '-in', rsaOf(openssl), '-out', file, '-passout', `pass:${SECRET}`, ...how);
      await rigOf(file, SECRET).until('live');
      expect((await refusal(file, 'another')).code).toBe('LINK_KEY_PASSPHRASE_WRONG');
    });

    it('plain, of ed25519', async () => {
      // OpenSSH reads no PKCS#8 of ed25519, so the line is made by hand
      const point = createPublicKey(fs.readFileSync(plain)).export({ format: 'jwk' }).x ?? '';
      const head = Buffer.from('0000000b7373682d6564323535313900000020', 'hex');
      const blob = Buffer.concat([head, Buffer.from(point, 'base64url')]);
      fs.appendFileSync(at('authorized_keys'), `ssh-ed25519 ${blob.toString('base64')} x\n`);
      await rigOf(plain).until('live');
    });
  });

  it('a file with a byte order mark and Windows line ends', async () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), fs.readFileSync(sshd.key)]);
    const crlf = Buffer.from(marked.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
    await rigOf(written('marked', crlf)).until('live');
    const pem = sshd.makeKey('pem', { authorised: true, args: ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8'] });
    const text = fs.readFileSync(pem, 'latin1').replaceAll('\n', '\r\n');
    await rigOf(written('marked-pem', Buffer.from(`\u00ef\u00bb\u00bf${text}`, 'latin1'))).until('live');
    const wide = written('wide', Buffer.from(`\ufeff${fs.readFileSync(sshd.key, 'latin1')}`, 'utf16le'));
    expect((await refusal(wide)).message).toContain('UTF-16');
  });

  it.each([2, 3])(
    'names a PuTTY key of version %i, with the steps in PuTTYgen and its command',
    async (version) => {
      const ppk = `PuTTY-User-Key-File-${version}: ssh-ed25519\r\nEncryption: none\r\nComment: x\r\n`;
      const error = await refusal(written(`v${version}.ppk`, ppk));
      expect(error.message).toContain(`PPK version ${version}`);
      expect(error.next).toContain('Conversions > Export OpenSSH key');
      const file = at(`v${version}`);
      expect(error.next).toContain(`puttygen "${file}.ppk" -O private-openssh -o "${file}_openssh"`);
    },
  );

  it('says that certificates and security keys work through the agent only', async () => {
    const ca = sshd.makeKey('ca');
    const key = sshd.makeKey('certified');
    execFileSync('ssh-keygen', ['-q', '-s', ca, '-I', 'x', '-n', sshd.user, `${key}.pub`]);
    const error = await refusal(`${key}-cert.pub`);
    expect(error.message).toContain('through ssh-agent only');
    expect(error.next).toContain(`ssh-add "${key}"`);
    const type = Buffer.from('sk-ssh-ed25519@openssh.com');
    const word = (bytes: Buffer | string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, Buffer.from(bytes)]);
    };
    const body = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      ...['none', 'none', ''].map(word),
      Buffer.from([0, 0, 0, 1]),
      word(Buffer.concat([word(type), word(Buffer.alloc(32)), word('ssh:')])),
      word(Buffer.alloc(64)),
    ]).toString('base64');
    const sk = written(
      'id_sk',
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`,
    );
    expect((await refusal(sk)).message).toContain('through ssh-agent only');
  });
});
