import fs from 'node:fs';
import net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { accountAvailable, accountMissing, unlockAccount } from '../../helpers/account.ts';
import type { Account } from '../../helpers/account.ts';
import { startFaultyLink } from '../../helpers/faulty-link.ts';
import { sshdAvailable, sshdMissing, startSshd } from '../../helpers/sshd.ts';
import type { Sshd } from '../../helpers/sshd.ts';
import { makeRig, sshTo, startDroplet } from './harness.ts';
import type { Droplet, RigOptions } from './harness.ts';

const ends: (() => unknown)[] = [];
let droplet: Droplet;
beforeAll(async () => {
  droplet = await startDroplet();
});
afterAll(() => droplet?.stop());
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const server = async (...config: readonly string[]) => {
  const own = await startSshd({ config: [...config, 'LogLevel DEBUG1'] });
  ends.push(own.stop);
  return own;
};
const rigOf = (to: Sshd, change: Parameters<typeof sshTo>[1] = {}, options: Partial<RigOptions> = {}) => {
  const link = sshTo(to, change);
  const rig = makeRig({ links: [link], mcpUrl: droplet.mcpUrl, ...options });
  ends.push(rig.dispose);
  const { port } = link as { port: number };
  fs.writeFileSync(rig.knownHosts, to.knownHostsLine().replace(/:\d+ /, `:${port} `));
  rig.link.connect();
  return rig;
};
/** The methods that the server was asked for, in their order. */
const methods = (to: Sshd) =>
  [...to.log().matchAll(/userauth-request for user \S+ service ssh-connection method (\S+)/g)].map(
    (match) => match[1],
  );
const connections = (to: Sshd) => to.log().match(/KEX done/g)?.length ?? 0;
/** Long enough for a retry to show. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 400));

describe.skipIf(!sshdAvailable || !accountAvailable)(
  `passwords (${!sshdAvailable ? sshdMissing : accountAvailable ? 'real sshd' : accountMissing})`,
  () => {
    let account: Account;
    beforeAll(async () => {
      account = await unlockAccount();
    });
    afterAll(() => account?.lock());

    const PASSWORD = ['PasswordAuthentication yes', 'KbdInteractiveAuthentication no'];
    const PROMPTS = ['PasswordAuthentication no', 'KbdInteractiveAuthentication yes', 'UsePAM yes'];
    const auth = [{ kind: 'password' as const }];
    const withPassword = (to: Sshd, password = account.password, change = {}) =>
      rigOf(to, { user: account.user, auth, ...change }, { secrets: { password } });

    it('signs in with the stored password, having asked first whether the server takes one', async () => {
      const sshd = await server(...PASSWORD);
      const rig = withPassword(sshd);
      await rig.until('live');
      expect(methods(sshd)).toEqual(['none', 'password']);
      expect(sshd.log()).not.toContain(account.password);
      expect(JSON.stringify(rig.states)).not.toContain(account.password);
    });

    it.each(['yes', 'no'])(
      'signs in through the prompts of PAM alone, or both ways (UsePAM %s)',
      async (pam) => {
        const config = pam === 'yes' ? PROMPTS : ['PasswordAuthentication yes', 'UsePAM no'];
        const sshd = await server(...config);
        await withPassword(sshd).until('live');
        expect(methods(sshd)).toEqual(['none', pam === 'yes' ? 'keyboard-interactive' : 'password']);
      },
    );

    it.each([
      ['a password', PASSWORD],
      ['prompts', PROMPTS],
      ['both', ['PasswordAuthentication yes', 'KbdInteractiveAuthentication yes', 'UsePAM yes']],
    ])('tries a wrong one once and is then blocked (%s)', async (_name, config) => {
      const sshd = await server(...config);
      const rig = withPassword(sshd, 'not-the-password');
      const { error, reason } = await rig.until('blocked');
      expect([reason, error.code]).toEqual(['auth-refused', 'LINK_AUTH_REFUSED']);
      expect(JSON.stringify(error)).not.toContain('not-the-password');
      await aWhile();
      expect(rig.link.state.state).toBe('blocked');
      expect(connections(sshd)).toBe(1);
      expect(methods(sshd)).toHaveLength(2);
      expect(sshd.log().match(/^Failed (?:password|keyboard-interactive\/pam) for/gm)).toHaveLength(1);
    });

    it('keeps to its order: key, then password', async () => {
      const sshd = await server(...PASSWORD);
      const key = { kind: 'key' as const, file: sshd.makeKey('stranger') };
      await withPassword(sshd, account.password, { auth: [...auth, key] }).until('live');
      expect(methods(sshd)).toEqual(['publickey', 'password']);
    });

    it('gives both where the server wants both', async () => {
      const sshd = await server(...PASSWORD, 'AuthenticationMethods publickey,password');
      // the account itself reads its authorized_keys
      fs.chmodSync(sshd.dir, 0o755);
      fs.chmodSync(`${sshd.dir}/authorized_keys`, 0o644);
      const key = { kind: 'key' as const, file: sshd.key };
      await withPassword(sshd, account.password, { auth: [...auth, key] }).until('live');
      expect(sshd.log()).toContain('Accepted password');
      const half = withPassword(sshd, account.password, { auth: [key] });
      expect((await half.until('blocked')).error.message).toContain('it takes password');
    });

    it.each([
      ['a password', PASSWORD],
      ['prompts', PROMPTS],
    ])('says that a password has expired (%s)', async (_name, config) => {
      account.expire();
      ends.push(() => account.renew());
      const sshd = await server(...config);
      const rig = withPassword(sshd);
      const { error, reason } = await rig.until('blocked');
      expect(error.message).toContain('has expired');
      expect([reason, error.code]).toEqual(['auth-refused', 'LINK_AUTH_REFUSED']);
    });
  },
);

describe.skipIf(!sshdAvailable)(`signing in (${sshdAvailable ? 'real sshd' : sshdMissing})`, () => {
  it('sends no password to a server that takes keys alone', async () => {
    const sshd = await server('KbdInteractiveAuthentication no');
    const rig = rigOf(sshd, { auth: [{ kind: 'password' }] }, { secrets: { password: 'a password' } });
    expect((await rig.until('blocked')).error.message).toContain('it takes publickey');
    expect(methods(sshd)).toEqual(['none']);
  });

  it('says that no password is stored before anything is connected', async () => {
    const sshd = await server();
    const rig = rigOf(sshd, { auth: [{ kind: 'password' }] });
    expect(await rig.until('blocked')).toMatchObject({
      reason: 'config',
      error: { code: 'LINK_PASSWORD_MISSING' },
    });
    expect(connections(sshd)).toBe(0);
  });

  it('goes on with the other keys where one file is missing or encrypted', async () => {
    const sshd = await server();
    const key = (file: string) => ({ kind: 'key' as const, file });
    const locked = sshd.makeKey('locked', { passphrase: 'shut' });
    await rigOf(sshd, { auth: [key('/nowhere/id'), key(locked), key(sshd.key)] }).until('live');
    const rig = rigOf(sshd, { auth: [key('/nowhere/id'), key(sshd.makeKey('stranger'))] });
    expect((await rig.until('blocked')).error.message).toContain('not tried: The SSH key file /nowhere/id');
  });

  it.each([1, 2, 3])('says so where MaxAuthTries %i ends the sign-in before the right key', async (tries) => {
    const sshd = await server(`MaxAuthTries ${tries}`);
    const wrong = Array.from({ length: tries }, (_, i) => sshd.makeKey(`wrong-${i}`));
    const auth = [...wrong, sshd.key].map((file) => ({ kind: 'key' as const, file }));
    const rig = rigOf(sshd, { auth });
    const { error, reason } = await rig.until('blocked');
    expect(reason).toBe('auth-refused');
    expect(error.message).toContain(`after ${tries === 1 ? 'one try' : `${tries} tries`} (MaxAuthTries)`);
    await aWhile();
    expect(connections(sshd)).toBe(1);
    await rigOf(sshd, { auth: auth.slice(1) }).until('live');
  });

  it('takes a connection that breaks in the middle of signing in for lost, not for refused, and tries again', async () => {
    const sshd = await server();
    const proxy = await startFaultyLink({ port: sshd.port });
    ends.push(() => proxy.stop());
    const rig = rigOf(sshd, { port: proxy.port });
    await rig.until('connecting', (state) => state.stage === 'auth');
    proxy.cut();
    const { lastError } = await rig.until('reconnecting');
    expect(lastError.code).toBe('LINK_LOST');
    await rig.until('live');
  });

  describe('algorithms', () => {
    it.each([
      ['SHA-1 in the key exchange', 'KexAlgorithms diffie-hellman-group14-sha1', 'key exchange algorithm'],
      ['post-quantum key exchange alone', 'KexAlgorithms sntrup761x25519-sha512@openssh.com', 'key exchange'],
      ['CBC with encrypt-then-MAC', 'Ciphers aes256-cbc\nMACs hmac-sha2-256-etm@openssh.com', 'cipher'],
      ['chacha20-poly1305', 'Ciphers chacha20-poly1305@openssh.com', 'cipher'],
      ['SHA-1 in the MAC', 'Ciphers aes256-ctr\nMACs hmac-sha1,hmac-sha1-etm@openssh.com', 'MAC'],
    ])('refuses %s, with words', async (_name, config, part) => {
      const sshd = await server(...config.split('\n'));
      const { error, reason } = await rigOf(sshd).until('blocked');
      expect([reason, error.code]).toEqual(['config', 'LINK_SSH_PROTOCOL']);
      expect(error.message).toContain(part);
      expect(error.message).toContain('safe enough');
      expect(methods(sshd)).toEqual([]);
    });

    it('refuses a host key that signs with SHA-1', async () => {
      const sshd = await startSshd({ hostKeys: ['rsa'], config: ['HostKeyAlgorithms ssh-rsa'] });
      ends.push(sshd.stop);
      const { error } = await rigOf(sshd).until('blocked');
      expect(error.code).toBe('LINK_SSH_PROTOCOL');
      expect(error.message).toContain('host key');
    });

    it('signs with an RSA key by SHA-2, and not at all for a server that takes SHA-1 alone', async () => {
      const sshd = await server();
      const file = sshd.makeKey('rsa', { authorised: true, args: ['-t', 'rsa', '-b', '2048'] });
      const auth = [{ kind: 'key' as const, file }];
      await rigOf(sshd, { auth }).until('live');
      await sshd.restart({ config: ['PubkeyAcceptedAlgorithms ssh-rsa', 'LogLevel DEBUG1'] });
      expect((await rigOf(sshd, { auth }).until('blocked')).error.code).toBe('LINK_AUTH_REFUSED');
      expect(sshd.log()).not.toMatch(/Accepted publickey.*ssh-rsa /);
    });
  });
});

describe('a port that is no SSH server', () => {
  const listening = async (talk: (socket: net.Socket) => void) => {
    const sockets = new Set<net.Socket>();
    const own = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      talk(socket);
    });
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    ends.push(() => {
      for (const socket of sockets) socket.destroy();
      own.close();
    });
    return (own.address() as net.AddressInfo).port;
  };
  const rigTo = (port: number, readyMs = 1_000) => {
    const link = { kind: 'ssh', host: '127.0.0.1', port, user: 'root', jump: [] } as const;
    const rig = makeRig({
      links: [{ ...link, auth: [{ kind: 'password' }], jump: [] }],
      secrets: { password: 'x' },
      timing: { readyMs },
    });
    ends.push(rig.dispose);
    rig.link.connect();
    return rig;
  };

  it.each<[string, (socket: net.Socket) => void, string]>([
    ['waits silently', () => {}, 'did not greet as an SSH server does within 0.4 s'],
    ['greets as a mail server', (socket) => void socket.write('220 mail ESMTP\r\n'), 'is another service'],
    [
      'chats on',
      (socket) => {
        const timer = setInterval(() => socket.write('still here\r\n'), 20);
        socket.on('close', () => clearInterval(timer));
      },
      'is another service',
    ],
    ['answers as a web server', (socket) => void socket.write('HTTP/1.1 400 Bad\r\n\r\n'), 'is a web server'],
  ])('that %s is named well before the time for signing in is over', async (name, talk, words) => {
    // the silence is waited for; what says something is heard however busy the machine is
    const rig = rigTo(await listening(talk), name === 'waits silently' ? 1_000 : 4_000);
    const { lastError } = await rig.until('reconnecting');
    expect(lastError.code).toBe('LINK_NOT_SSH');
    expect(lastError.message).toContain(words);
  });

  it.skipIf(!sshdAvailable)('is not said of a server with lines before its greeting', async () => {
    const sshd = await server();
    const port = await listening((socket) => {
      socket.write('welcome to this network\r\nhave a nice day\r\n');
      const onward = net.connect(sshd.port, '127.0.0.1');
      onward.on('error', () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    });
    await rigOf(sshd, { port }).until('live');
  });
});
