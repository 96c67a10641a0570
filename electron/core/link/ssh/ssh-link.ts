import net from 'node:net';
import ssh2 from 'ssh2';
import type { ClientChannel, ConnectConfig, ParsedKey } from 'ssh2';
import { AppError } from '../../../contract/errors.ts';
import type { SshLink } from '../../../contract/profile.ts';
import { channelAgent } from './channel-agent.ts';
import type { OpenChannel } from './channel-agent.ts';
import type { DialContext, OpenLink } from '../dialling.ts';
import { HostKeyCheck } from './host-key.ts';
import { hostVerifier } from './host-verifier.ts';
import { networkError } from '../network-errors.ts';
import { describeCredentials, loadCredentials } from './ssh-auth.ts';
import type { Credential } from './ssh-auth.ts';
import { authRefused, channelError, sshError } from './ssh-errors.ts';
import type { HandshakeFacts } from './ssh-errors.ts';
import { guardedAgent, methodQueue, withoutSha1 } from './ssh-methods.ts';
import type { SignInMethod } from './ssh-methods.ts';
import type { RemoteProcess } from '../transport.ts';
import { canonicalUrl, checkUrls, serviceUrl } from '../http/urls.ts';

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

/** How long closing waits for the other end, milliseconds. */
const GOODBYE_MS = 500;

/** Opens the TCP connection, reporting its stages. Throws our codes of network-errors.ts. */
function openSocket(config: SshLink, context: DialContext): Promise<net.Socket> {
  // an address needs no look-up, and net.Socket then tells of none
  context.stage(net.isIP(config.host) === 0 ? 'resolve' : 'tcp');
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: config.host, port: config.port, noDelay: true });
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' })),
      context.timing.connectMs,
    ).unref();
    const abort = () => socket.destroy(new Error('given up'));
    context.signal.addEventListener('abort', abort, { once: true });
    socket.once('lookup', (error: Error | null) => error ?? context.stage('tcp'));
    const done = () => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', abort);
    };
    socket.once('connect', () => {
      done();
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error) => {
      done();
      reject(networkError(error, config));
    });
  });
}

/** Credentials in the form ssh2 takes. Throws LINK_KEY_FORMAT. */
function signInMethods(
  credentials: readonly Credential[],
  username: string,
  agentMs: number,
): SignInMethod<ParsedKey, ssh2.BaseAgent>[] {
  return credentials.map((credential) => {
    switch (credential.kind) {
      case 'key': {
        const key = ssh2.utils.parseKey(credential.text);
        if (!(key instanceof Error)) return { type: 'publickey', username, key: withoutSha1(key) };
        throw new AppError(
          'LINK_KEY_FORMAT',
          `The SSH key ${credential.file} cannot be used (${key.message}).`,
          `Check it with: ssh-keygen -y -f "${credential.file}"`,
          { cause: key },
        );
      }
      case 'agent': {
        const agent = guardedAgent(new ssh2.OpenSSHAgent(credential.socket), agentMs);
        return { type: 'agent', username, agent };
      }
      case 'password':
        return { type: 'password', username, password: credential.password };
      default:
        return credential satisfies never;
    }
  });
}

interface Signed {
  client: ssh2.Client;
  socket: net.Socket;
  closed: Promise<Error | undefined>;
}

/**
 * Wires the client's events: the first real error is the cause and ends the connection, and `close` settles
 * everything. ssh2 itself ends only its own half after an error and stops its own deadline: a peer that keeps the
 * other half open would hide a refused host key for good.
 */
function watch(
  client: ssh2.Client,
  socket: net.Socket,
  facts: HandshakeFacts,
  check: HostKeyCheck,
): Promise<Signed> {
  const end = Promise.withResolvers<Error | undefined>();
  const ready = Promise.withResolvers<Signed>();
  let cause: AppError | undefined;
  client.on('error', (error: Error & { level?: string }) => {
    // these two are one failed method; the next is tried, and the end of the list is an error of its own
    if (error.level === 'agent') facts.agentProblem = error.message;
    else if (!error.message.startsWith('Error signing')) {
      cause ??= check.refusal ?? sshError(error, facts);
      socket.destroy();
    }
  });
  client.on('change password', () => {
    cause ??= authRefused({ ...facts, methods: 'a password that has expired there' });
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

/** Handshake, host key and sign-in on an open socket. Rejects with our codes; the socket is then closed. */
async function signIn(
  socket: net.Socket,
  config: SshLink,
  context: DialContext,
  check: HostKeyCheck,
  credentials: readonly Credential[],
): Promise<Signed> {
  const { timing, signal } = context;
  const { host, port, user } = config;
  const client = new ssh2.Client();
  const methods = describeCredentials(credentials);
  const facts: HandshakeFacts = { host, port, user, methods, greeting: undefined, agentProblem: undefined };
  const signed = watch(client, socket, facts, check);
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  context.stage('host-key');
  try {
    const following = methodQueue(signInMethods(credentials, user, timing.agentMs));
    client.connect({
      sock: socket,
      username: user,
      hostVerifier: hostVerifier((key) => {
        const accepted = check.accepts(key);
        if (accepted) context.stage('auth');
        return accepted;
      }),
      algorithms: { ...ALGORITHMS, serverHostKey: check.algorithms },
      authHandler: following,
      readyTimeout: timing.readyMs + (credentials.some(({ kind }) => kind === 'agent') ? timing.agentMs : 0),
      keepaliveInterval: timing.keepaliveMs,
      keepaliveCountMax: timing.keepaliveCount,
    });
    client.setNoDelay(true);
    socket.once('data', (data: Buffer) => (facts.greeting = data.subarray(0, 64)));
    return await signed;
  } catch (error) {
    signed.catch(() => {});
    socket.destroy();
    throw error instanceof AppError ? error : sshError(error as Error, facts);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function channels(client: ssh2.Client): OpenChannel {
  return (host, port, opened) => {
    try {
      client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) opened(channelError(error, host, port));
        else opened(undefined, channel);
      });
    } catch (error) {
      opened(channelError(error as Error, host, port)); // thrown when the connection is gone
    }
  };
}

function remoteProcess(channel: ClientChannel, closed: Promise<unknown>): RemoteProcess {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  let code: number | null = null;
  channel.once('exit', (status: number | null) => {
    code = status;
    // `close` comes after the last output, but only to whoever reads it
    if (channel.readableFlowing !== true) resolve(code);
  });
  channel.once('close', () => resolve(code));
  void closed.then(() => resolve(code));
  channel.on('error', () => {});
  return {
    stdout: channel,
    stderr: channel.stderr,
    exited: promise,
    kill: () => {
      channel.signal('TERM');
      channel.close();
      resolve(null);
    },
  };
}

function execute({ client, closed }: Signed, command: string): Promise<RemoteProcess> {
  const failed = (cause: unknown) =>
    new AppError(
      'LINK_LOST',
      'The droplet did not start the command.',
      'Check that the account may run commands over SSH; the link reconnects by itself.',
      { cause },
    );
  return new Promise((resolve, reject) => {
    try {
      client.exec(command, (error, channel) =>
        error ? reject(failed(error)) : resolve(remoteProcess(channel, closed)),
      );
    } catch (error) {
      reject(failed(error));
    }
  });
}

function sshTransport(signed: Signed, context: DialContext): OpenLink {
  const { client, socket, closed } = signed;
  const { profile } = context;
  const open = channels(client);
  const plain = channelAgent(open, 'http:');
  const secure = channelAgent(open, 'https:');
  const agentFor = (url: URL) => (url.protocol === 'https:' ? secure : plain);
  const mcp = canonicalUrl(profile.mcpUrl);
  return {
    via: context.via,
    apiKeyHeader: undefined,
    route: (destination) => {
      if (destination.to === 'mcp') return { url: new URL(mcp), agent: agentFor(mcp), headers: {} };
      const service = profile.services.find(({ name }) => name === destination.name);
      if (!service) return undefined;
      const url = serviceUrl(canonicalUrl(service.url), destination.path);
      return { url, agent: agentFor(url), headers: {} };
    },
    exec: (command) => execute(signed, command),
    moveMcp: (path) => {
      mcp.href = mcp.origin + path;
    },
    closed,
    close: () => {
      plain.destroy();
      secure.destroy();
      client.end();
      // over a dead network the goodbye is never confirmed; ssh2's own destroy does nothing after its end
      setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
    },
  };
}

/**
 * Opens an SSH link. Keys are read and decrypted first; the host key is judged before a user name or any credential is
 * sent; an accepted new key is saved only after signing in, when the server has proven that it holds it.
 * Throws PROFILE_INVALID for a URL that is written oddly, and the LINK_… codes of keys.ts, known-hosts.ts, host-key.ts, network-errors.ts and ssh-errors.ts.
 */
export async function dialSsh(config: SshLink, context: DialContext): Promise<OpenLink> {
  checkUrls(context.profile);
  const check = await HostKeyCheck.read(config, context);
  const credentials = await loadCredentials(config, context);
  // reading and decrypting took its time: nothing is connected for an attempt that was given up meanwhile
  context.signal.throwIfAborted();
  const socket = await openSocket(config, context);
  const signed = await signIn(socket, config, context, check, credentials);
  await check.save();
  context.stage('tunnel');
  // sshd turns off its own Nagle only when a session opens: without this every SSE answer takes 44 ms
  try {
    signed.client.exec('true', (_error, channel) => channel?.resume());
  } catch {
    // the connection is gone already; `closed` says so
  }
  return sshTransport(signed, context);
}
