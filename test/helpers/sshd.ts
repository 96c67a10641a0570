import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const SSHD = '/usr/sbin/sshd';
const KEYGEN = '/usr/bin/ssh-keygen';

/** Whether OpenSSH's server is installed; otherwise use describe.skipIf with `sshdMissing`. */
export const sshdAvailable = fs.existsSync(SSHD) && fs.existsSync(KEYGEN);
export const sshdMissing = 'needs the Debian package openssh-server';

export interface SshdOptions {
  /** Lines of sshd_config that come before ours, so that they win, e.g. `AllowTcpForwarding no`. */
  config?: readonly string[];
  /** Types of host keys; default ed25519 alone. */
  hostKeys?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
}

/** A real sshd of the current user on a loopback port, with fresh keys in a temp folder. */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  readonly dir: string;
  /** A private key that is let in. */
  readonly key: string;
  /** `SHA256:…` of the (first) host key of now. */
  fingerprint: () => string;
  /** The line of the host key for known_hosts, under the name `[127.0.0.1]:port`. */
  knownHostsLine: () => string;
  /** What sshd wrote so far. At the level VERBOSE every signing in; with `LogLevel DEBUG1` in `config` every user name, but then the standard error of commands has lines of sshd too. */
  log: () => string;
  /** Ends the server and all its connections at once. */
  kill: () => Promise<void>;
  /** Starts it again on the same port; with `newHostKey` as a re-installed machine would. */
  restart(options?: { newHostKey?: boolean; config?: readonly string[] }): Promise<void>;
  /** Makes another user key; let in only when `authorised`. */
  makeKey: (name: string, options?: MakeKey) => string;
  /** kill() and removal of the folder. */
  stop: () => Promise<void>;
}

export interface MakeKey {
  authorised?: boolean;
  /** Arguments of ssh-keygen; default `-t ed25519`. */
  args?: readonly string[];
  passphrase?: string;
}

const FIRST_PORT = 10_000;
const PORTS_EACH = 1_000;
const given = new Set<number>();

/**
 * A loopback port where nothing listens. It is none that the system would give to a connection or to a server that
 * asks for any, and each of vitest's workers has a range of its own: it is still free when you come to use it,
 * and none is given twice.
 */
export async function freePort(): Promise<number> {
  const first = FIRST_PORT + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 20) * PORTS_EACH;
  for (let tries = 0; tries < 100; tries++) {
    const port = first + Math.floor(Math.random() * PORTS_EACH);
    if (given.has(port)) continue;
    const server = net.createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    given.add(port);
    return port;
  }
  throw new Error(`no free port from ${first} on`);
}

async function waitForPort(port: number, child: ChildProcess, log: () => string): Promise<void> {
  for (const end = Date.now() + 60_000; ;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    if (child.exitCode !== null || Date.now() > end) throw new Error(`sshd did not start:\n${log()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function keygen(file: string, args: readonly string[], passphrase = ''): void {
  execFileSync(KEYGEN, ['-q', '-N', passphrase, '-f', file, '-C', 'test', ...args]);
}

/** The ids of all processes below one (Linux). */
function descendants(pid: number): number[] {
  const parentOf = (each: string) => {
    try {
      const stat = fs.readFileSync(`/proc/${each}/stat`, 'latin1');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    } catch {
      return 0; // ended meanwhile
    }
  };
  const children = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return children.flatMap((name) => [Number(name), ...descendants(Number(name))]);
}

/** Ends a server with its connections, each by its own id: sshd forks a process per connection, which survives it. */
async function endFamily(child: ChildProcess): Promise<void> {
  if (!child.pid || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  for (const pid of [...descendants(child.pid), child.pid]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }
  await gone;
}

function configText(dir: string, port: number, types: readonly string[], first: readonly string[]): string {
  return [
    ...first,
    `ListenAddress 127.0.0.1:${port}`,
    ...types.map((type) => `HostKey ${path.join(dir, `host_${type}`)}`),
    `AuthorizedKeysFile ${path.join(dir, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin yes',
    'LogLevel VERBOSE',
    // bash then leaves out ~/.bashrc: what a developer has there may take a minute, or be killed half-way by a test
    'SetEnv SHLVL=2',
    '',
  ].join('\n');
}

/** Starts sshd; the folder, keys and port are fresh. Everything ends with `stop()`. */
export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-sshd-'));
  const at = (name: string) => path.join(dir, name);
  const { username: user, uid } = os.userInfo();
  const types = options.hostKeys ?? ['ed25519'];
  const [first = 'ed25519'] = types;
  const port = await freePort();
  let child: ChildProcess | undefined;
  let log = '';
  // sshd refuses to start as root without its privilege separation folder
  if (uid === 0) fs.mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });

  const makeHostKeys = () => {
    for (const type of types) {
      fs.rmSync(at(`host_${type}`), { force: true });
      keygen(at(`host_${type}`), ['-t', type]);
    }
  };
  const start = async (config: readonly string[]): Promise<void> => {
    fs.writeFileSync(at('sshd_config'), configText(dir, port, types, config));
    child = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (data: Buffer) => (log += data.toString()));
    await waitForPort(port, child, () => log);
  };
  const kill = async (): Promise<void> => {
    if (child) await endFamily(child);
  };
  const makeKey = (name: string, { authorised, args, passphrase }: MakeKey = {}): string => {
    keygen(at(name), args ?? ['-t', 'ed25519'], passphrase);
    if (authorised) fs.appendFileSync(at('authorized_keys'), fs.readFileSync(at(`${name}.pub`)));
    return at(name);
  };
  const print = () => execFileSync(KEYGEN, ['-lf', at(`host_${first}.pub`)], { encoding: 'utf8' });
  const publicKey = () =>
    fs
      .readFileSync(at(`host_${first}.pub`), 'utf8')
      .split(' ', 2)
      .join(' ');

  makeHostKeys();
  const key = makeKey('user_key', { authorised: true });
  await start(options.config ?? []);
  return {
    port,
    user,
    dir,
    key,
    kill,
    makeKey,
    fingerprint: () => print().split(' ')[1],
    knownHostsLine: () => `[127.0.0.1]:${port} ${publicKey()}\n`,
    log: () => log,
    restart: async ({ newHostKey, config } = {}) => {
      await kill();
      if (newHostKey) makeHostKeys();
      await start(config ?? options.config ?? []);
    },
    stop: async () => {
      await kill();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}
