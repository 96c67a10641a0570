import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { authorizedLine } from '../../../electron/core/droplet/authorized-keys.ts';
import { makeDropletKey, readDropletKey } from '../../../electron/core/droplet/key-maker.ts';
import { exchange } from '../../../electron/core/http/request.ts';
import type { RemoteProcess } from '../../../electron/core/link/transport.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from '../link/harness.ts';
import type { Droplet } from '../link/harness.ts';

const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { encoding: 'utf8' }).trim();
const mode = (file: string) => fs.statSync(file).mode & 0o777;
const PERMITS = ['127.0.0.1:5000', '127.0.0.1:5005'];

describe.skipIf(!sshdAvailable)(`keys made here (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  let folder: string;

  beforeEach(() => {
    folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'companion-keys-')), 'keys');
  });
  afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true, force: true }));

  it.each([
    ['without a passphrase', undefined],
    ['with one', 'correct horse "battery" $taple ß'],
  ] as const)('are what ssh-keygen reads, %s, private to the user', async (_what, passphrase) => {
    const key = await makeDropletKey(folder, 'my-drop', PERMITS, passphrase);
    expect([mode(folder), mode(key.file), mode(`${key.file}.pub`)]).toEqual([0o700, 0o600, 0o600]);
    expect(key.encrypted).toBe(passphrase !== undefined);
    const publicLine = key.line.slice(key.line.indexOf('ssh-ed25519'));
    expect(keygen('-y', '-P', passphrase ?? '', '-f', key.file)).toBe(publicLine);
    expect(keygen('-l', '-f', key.file)).toContain(`256 ${key.fingerprint} companion-my-drop@`);
    expect(keygen('-l', '-f', `${key.file}.pub`)).toContain(key.fingerprint);
    expect(await readDropletKey(folder, 'my-drop', PERMITS)).toEqual(key);
    if (passphrase !== undefined) expect(() => keygen('-y', '-P', 'wrong', '-f', key.file)).toThrow();
  });

  it('are never written over: not by a second, not by eight at once, not through a link', async () => {
    const first = await makeDropletKey(folder, 'one', PERMITS);
    const before = fs.readFileSync(first.file);
    await expect(makeDropletKey(folder, 'one', PERMITS)).rejects.toMatchObject({ code: 'KEY_EXISTS' });
    expect(fs.readFileSync(first.file)).toEqual(before);
    const eight = await Promise.allSettled(
      Array.from({ length: 8 }, () => makeDropletKey(folder, 'two', PERMITS)),
    );
    expect(eight.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [made] = eight.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(await readDropletKey(folder, 'two', PERMITS)).toEqual(made);
    const elsewhere = path.join(path.dirname(folder), 'elsewhere');
    fs.symlinkSync(elsewhere, path.join(folder, 'three'));
    await expect(makeDropletKey(folder, 'three', PERMITS)).rejects.toMatchObject({ code: 'KEY_EXISTS' });
    expect(fs.existsSync(elsewhere)).toBe(false);
    expect(fs.readdirSync(folder).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('are told from files of another kind, and from none', async () => {
    expect(await readDropletKey(folder, 'none', PERMITS)).toBeUndefined();
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, 'text'), 'hello');
    keygen('-q', '-t', 'ecdsa', '-N', '', '-f', path.join(folder, 'other'));
    for (const name of ['text', 'other'])
      await expect(readDropletKey(folder, name, PERMITS)).rejects.toMatchObject({ code: 'LINK_KEY_FORMAT' });
  });
});

async function outputOf(running: RemoteProcess): Promise<{ out: string; err: string; code: number | null }> {
  const found = { out: '', err: '' };
  running.stdout.on('data', (data: Buffer) => (found.out += data.toString()));
  running.stderr.on('data', (data: Buffer) => (found.err += data.toString()));
  return { code: await running.exited, ...found };
}

describe.skipIf(!sshdAvailable)('their lines at a real sshd', () => {
  let sshd: Sshd;
  let droplet: Droplet;
  let other: Droplet;
  let folder: string;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    sshd = await startSshd();
    [droplet, other] = [await startDroplet(), await startDroplet()];
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-keys-'));
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  afterAll(async () => {
    await sshd?.stop();
    await droplet?.stop();
    await other?.stop();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const linkWith = (file: string, passphrase?: string) => {
    const rig = makeRig({
      links: [sshTo(sshd, { auth: [{ kind: 'key', file }] })],
      mcpUrl: droplet.mcpUrl,
      services: [{ name: 'other', url: `http://127.0.0.1:${other.port}` }],
      ...(passphrase === undefined ? {} : { secrets: { passphrase } }),
    });
    fs.writeFileSync(rig.knownHosts, sshd.knownHostsLine());
    ends.push(rig.dispose);
    rig.link.connect();
    return rig;
  };
  /** As a person does at the droplet's console. */
  const append = (line: string) => fs.appendFileSync(path.join(sshd.dir, 'authorized_keys'), `${line}\n`);

  it.each([
    ['plain', undefined],
    ['encrypted', 'a passphrase'],
  ] as const)(
    'let the link in once they are there, %s: the permitted port only, and commands',
    async (name, phrase) => {
      const key = await makeDropletKey(folder, name, [`127.0.0.1:${droplet.port}`], phrase);
      expect((await linkWith(key.file, phrase).until('blocked')).reason).toBe('auth-refused');
      append(key.line);
      const rig = linkWith(key.file, phrase);
      await rig.until('live');
      expect(await outputOf(await rig.link.transport!.exec!('echo logs; exit 3'))).toEqual({
        out: 'logs\n',
        err: '',
        code: 3,
      });
      const before = other.requests.length;
      const route = rig.link.transport!.route({ to: 'service', name: 'other', path: '/health' })!;
      await expect(exchange(route, { timeoutMs: 5_000 })).rejects.toThrow();
      expect(other.requests.length).toBe(before);
    },
  );

  it('without commands leave the tunnel, and say what is lost', async () => {
    const key = await makeDropletKey(folder, 'tunnel', [`127.0.0.1:${droplet.port}`]);
    append(key.tunnelOnlyLine);
    const rig = linkWith(key.file);
    await rig.until('live');
    const ran = await outputOf(await rig.link.transport!.exec!('echo logs'));
    expect(ran).toEqual({
      out: '',
      err: 'This key opens the tunnel only, so there are no logs.\n',
      code: 126,
    });
  });

  it('go into a file whose last line has no end', async () => {
    const key = await makeDropletKey(folder, 'appended', ['127.0.0.1:1']);
    const home = path.join(folder, 'home');
    fs.mkdirSync(path.join(home, '.ssh'), { recursive: true });
    fs.writeFileSync(path.join(home, '.ssh/authorized_keys'), 'ssh-ed25519 AAAA first');
    execFileSync('sh', ['-c', key.command], { env: { ...process.env, HOME: home } });
    expect(
      fs.readFileSync(path.join(home, '.ssh/authorized_keys'), 'utf8').split('\n').filter(Boolean),
    ).toEqual(['ssh-ed25519 AAAA first', key.line]);
  });
});

it('names every destination once, as a forward asks for it', () => {
  expect(authorizedLine('ssh-ed25519 AAAA me', ['127.0.0.1:5000', '[::1]:5001'])).toBe(
    'restrict,port-forwarding,permitopen="127.0.0.1:5000",permitopen="[::1]:5001" ssh-ed25519 AAAA me',
  );
});
