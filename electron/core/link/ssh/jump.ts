import type { Duplex } from 'node:stream';
import type { SshAuth, SshLink } from '../../../contract/profile.ts';
import type { DialContext, Timing } from '../dialling.ts';
import { asSocket } from './channel-agent.ts';
import { HostKeyCheck } from './host-key.ts';
import { atHop, onwardError, onwardTimeout } from './hop-errors.ts';
import { loadCredentials } from './ssh-auth.ts';
import type { Credentials } from './ssh-auth.ts';
import { channelInOnePiece, inOnePiece, openSocket } from './ssh-socket.ts';
import { quicken, signIn } from './ssh-session.ts';
import type { PreparedHost, Session, SshHost } from './ssh-session.ts';

/** How long closing waits for the other end of each connection, milliseconds. */
const GOODBYE_MS = 500;

/** The connections to the jump hosts and, last, to the droplet. They live and end together. */
export interface SessionChain {
  /** The droplet's. */
  readonly last: Session;
  /** Resolves once with what ended the first of them, named where that was a jump host. */
  readonly closed: Promise<Error | undefined>;
  close(): void;
}

/** The jump hosts in their order, then the droplet. A hop without `auth` of its own signs in as the link does. */
function hostsOf(config: SshLink): SshHost[] {
  const { auth, knownHosts } = config;
  const hops = config.jump.map((hop) => ({ ...hop, auth: hop.auth ?? auth, knownHosts }));
  return [...hops, config];
}

/** The link's own times before the general ones. OpenSSH's ConnectTimeout holds for the handshake too. */
function timingOf(config: SshLink, timing: Timing): Timing {
  const { connectTimeoutSeconds, keepaliveSeconds, keepaliveCount } = config;
  const connectMs = connectTimeoutSeconds === undefined ? timing.connectMs : connectTimeoutSeconds * 1000;
  return {
    ...timing,
    connectMs,
    readyMs: connectTimeoutSeconds === undefined ? timing.readyMs : Math.max(timing.readyMs, connectMs),
    keepaliveMs: keepaliveSeconds === undefined ? timing.keepaliveMs : keepaliveSeconds * 1000,
    keepaliveCount: keepaliveCount ?? timing.keepaliveCount,
  };
}

/** Reads and decrypts everything before anything is connected; ways to sign in that hosts share, once. */
async function prepare(hosts: readonly SshHost[], context: DialContext): Promise<PreparedHost[]> {
  const loaded = new Map<readonly SshAuth[], Credentials>();
  const prepared: PreparedHost[] = [];
  for (const [index, host] of hosts.entries()) {
    try {
      const check = await HostKeyCheck.read(host, context);
      const credentials = loaded.get(host.auth) ?? (await loadCredentials(host, context));
      loaded.set(host.auth, credentials);
      prepared.push({ host, check, credentials });
    } catch (error) {
      throw index === hosts.length - 1 ? error : atHop(error as Error, host);
    }
  }
  return prepared;
}

/** A connection to `target` out of a jump host, which resolves its name too. Throws our codes of hop-errors.ts. */
function openThrough(
  hop: Session,
  hopHost: SshHost,
  target: SshHost,
  connectMs: number,
  context: DialContext,
): Promise<Duplex> {
  const { signal } = context;
  context.stage('tcp');
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      run();
    };
    const failed = (error: Error) => settle(() => reject(onwardError(error, hopHost, target)));
    const abort = () => failed(new Error('given up'));
    const timer = setTimeout(() => failed(onwardTimeout(hopHost, target)), connectMs).unref();
    signal.addEventListener('abort', abort, { once: true });
    void hop.closed.then((error) => failed(atHop(error ?? new Error('closed'), hopHost)));
    try {
      // a channel that comes too late ends with its connection, which whoever gave up closes
      hop.client.forwardOut('127.0.0.1', 0, target.host, target.port, (error, channel) =>
        error ? failed(error) : settle(() => resolve(channelInOnePiece(asSocket(channel)))),
      );
    } catch (error) {
      failed(error as Error); // thrown when the connection is gone
    }
  });
}

/** Ends the connections from the droplet's back to the first jump host's, each once the one inside it is gone. */
async function closeInOrder(sessions: readonly Session[]): Promise<void> {
  for (const { client, socket, closed } of sessions.toReversed()) {
    client.end();
    // over a dead network no goodbye is ever confirmed; ssh2's own destroy does nothing after its end
    const late = setTimeout(() => socket.destroy(), GOODBYE_MS).unref();
    await closed;
    clearTimeout(late);
  }
}

function chainOf(sessions: readonly Session[], hosts: readonly SshHost[], last: Session): SessionChain {
  const ends = sessions.map(async (session) => {
    const error = await session.closed;
    const hop = hosts[sessions.indexOf(session)];
    return session === last || !hop || !error ? error : atHop(error, hop);
  });
  const closed = Promise.race(ends);
  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    void closeInOrder(sessions);
  };
  void closed.then(close);
  return { last, closed, close };
}

/**
 * Opens the connections, one through the other. Each server's host key is judged under its own name before it gets a
 * user name; an accepted new key is saved once that server has signed us in. Whatever fails closes all of it again.
 * Rejects with our codes; the sentence names the jump host that failed.
 */
export async function openChain(config: SshLink, context: DialContext): Promise<SessionChain> {
  const hosts = hostsOf(config);
  const timing = timingOf(config, context.timing);
  const prepared = await prepare(hosts, context);
  // reading and decrypting took its time: nothing is connected for an attempt that was given up meanwhile
  context.signal.throwIfAborted();
  const sessions: Session[] = [];
  const enter = async (next: PreparedHost, index: number): Promise<Session> => {
    const before = sessions.at(-1);
    const hop = hosts[index - 1];
    const through = before && hop && (await openThrough(before, hop, next.host, timing.connectMs, context));
    try {
      const socket = through ?? inOnePiece(await openSocket(next.host, timing.connectMs, context));
      return await signIn(socket, next, timing, context);
    } catch (error) {
      throw index === hosts.length - 1 ? error : atHop(error as Error, next.host);
    }
  };
  try {
    for (const [index, next] of prepared.entries()) {
      const session = await enter(next, index);
      sessions.push(session);
      if (index === hosts.length - 1) context.stage('tunnel');
      quicken(session);
    }
    return chainOf(sessions, hosts, sessions.at(-1)!);
  } catch (error) {
    void closeInOrder(sessions);
    throw error;
  }
}
