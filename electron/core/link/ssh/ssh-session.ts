import type { Duplex } from 'node:stream';
import ssh2 from 'ssh2';
import type { ConnectConfig } from 'ssh2';
import { AppError } from '../../../contract/errors.ts';
import type { SshAuth } from '../../../contract/profile.ts';
import type { DialContext, Timing } from '../dialling.ts';
import type { HostKeyCheck, VerifiedHost } from './host-key.ts';
import { hostVerifier } from './host-verifier.ts';
import { quickenKeys } from './quick-keys.ts';
import { awaitGreeting } from './greeting.ts';
import type { Greeting } from './greeting.ts';
import { SignIn } from './sign-in-methods.ts';
import { describeCredentials } from './ssh-auth.ts';
import type { Credentials } from './ssh-auth.ts';
import { expiredPassword, noGreeting, sshError } from './ssh-errors.ts';
import type { HandshakeFacts } from './ssh-errors.ts';

/**
 * GCM first (no separate MAC), CTR for old servers. Without chacha20-poly1305 and CBC the Terrapin prefix truncation
 * (CVE-2023-48795) does not apply even to a server without strict key exchange. Nothing uses SHA-1.
 */
const ALGORITHMS = {
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
    'diffie-hellman-group14-sha256',
  ],
  compress: ['none'],
} satisfies ConnectConfig['algorithms'];

/** The greeting comes at once; a port that stays silent is named after this part of `readyMs` (8 s of 20 s). */
const GREETING_SHARE = 0.4;

/** One SSH server on the way: the droplet itself or a jump host. */
export interface SshHost extends VerifiedHost {
  readonly user: string;
  readonly auth: readonly SshAuth[];
}

/** A server with all that was read and decrypted for it before anything was connected. */
export interface PreparedHost {
  readonly host: SshHost;
  readonly check: HostKeyCheck;
  readonly credentials: Credentials;
}

/** A connection that is signed in. `closed` resolves once, with the cause. */
export interface Session {
  readonly client: ssh2.Client;
  readonly socket: Duplex;
  readonly closed: Promise<Error | undefined>;
}

/**
 * Wires the client's events: the first real error is the cause and ends the connection, and `close` settles
 * everything. ssh2 itself ends only its own half after an error and stops its own deadline: a peer that keeps the
 * other half open would hide a refused host key for good.
 */
function watch(
  client: ssh2.Client,
  socket: Duplex,
  facts: HandshakeFacts,
  check: HostKeyCheck,
): Promise<Session> {
  const end = Promise.withResolvers<Error | undefined>();
  const ready = Promise.withResolvers<Session>();
  let cause: AppError | undefined;
  client.on('error', (error: Error & { level?: string }) => {
    // these two are one failed method; the next is tried, and the end of the list is an error of its own
    if (error.level !== 'agent' && !error.message.startsWith('Error signing')) {
      cause ??= check.refusal ?? sshError(error, facts);
      socket.destroy();
    }
  });
  client.on('change password', () => {
    cause ??= expiredPassword(facts);
    client.end();
  });
  client.on('ready', () => ready.resolve({ client, socket, closed: end.promise }));
  client.on('close', () => {
    const error = check.refusal ?? cause ?? sshError(new Error('connection closed'), facts);
    ready.reject(error);
    end.resolve(error);
  });
  return ready.promise;
}

/**
 * Handshake, host key and sign-in on an open connection, then the storing of a newly trusted host key.
 * Rejects with our codes; the connection is then closed.
 */
export async function signIn(
  socket: Duplex,
  { host: server, check, credentials }: PreparedHost,
  timing: Timing,
  context: DialContext,
): Promise<Session> {
  const { signal } = context;
  const { host, port, user } = server;
  const client = new ssh2.Client();
  quickenKeys(client);
  let greeting: Greeting | undefined;
  const driver = new SignIn(client, credentials, user);
  const facts: HandshakeFacts = {
    host,
    port,
    user,
    methods: describeCredentials(credentials),
    report: driver.report,
    get greeting() {
      return greeting?.said;
    },
  };
  const signed = watch(client, socket, facts, check);
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  context.stage('host-key');
  try {
    client.connect({
      sock: socket,
      username: user,
      hostVerifier: hostVerifier((key) => {
        const accepted = check.accepts(key);
        if (accepted) context.stage('auth');
        return accepted;
      }),
      algorithms: { ...ALGORITHMS, serverHostKey: check.algorithms },
      authHandler: driver.next,
      readyTimeout:
        timing.readyMs + (credentials.ways.some(({ kind }) => kind === 'agent') ? timing.agentMs : 0),
      keepaliveInterval: timing.keepaliveMs,
      keepaliveCountMax: timing.keepaliveCount,
    });
    driver.attach();
    const greetingMs = timing.readyMs * GREETING_SHARE;
    greeting = awaitGreeting(socket, greetingMs, () => client.emit('error', noGreeting(facts, greetingMs)));
    client.setNoDelay(true);
    const session = await signed;
    await check.save();
    return session;
  } catch (error) {
    signed.catch(() => {});
    socket.destroy();
    throw error instanceof AppError ? error : sshError(error as Error, facts);
  } finally {
    greeting?.stop();
    signal.removeEventListener('abort', abort);
  }
}

/**
 * Runs `true` and does not wait for it. sshd turns off its own Nagle only when a command starts: without this every SSE
 * answer takes 44 ms, on a jump host as on the droplet. A server that allows no commands is slower, nothing else.
 */
export function quicken({ client }: Session): void {
  try {
    client.exec('true', (_error, channel) => {
      channel?.on('error', () => {});
      // what a forced command reads there ends, so that it does not stay
      channel?.resume().end();
    });
  } catch {
    // the connection is gone already; `closed` says so
  }
}
