import http from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { closeIdleSockets } from '../http/idle-agent.ts';

/** Opens a connection from the droplet to `host:port`; `host` is resolved there. */
export type OpenChannel = (
  host: string,
  port: number,
  opened: (error: Error | undefined, channel?: Duplex) => void,
) => void;

const SOCKET_METHODS = ['setNoDelay', 'setKeepAlive', 'setTimeout', 'ref', 'unref'] as const;

/**
 * Makes an ssh2 channel behave as the socket that node's http client expects:
 * - the methods of a socket exist;
 * - `destroy(error)` reports the error and `close` at once. ssh2's own waits for the server's confirmation, which over
 *   a dead connection never comes, so deadlines would not fire;
 * - nothing comes out of it once it is destroyed. What is still under way then would reach an http client that has let
 *   go of the connection and throws, and ssh2, which is reading that moment, takes it for an error of the whole link;
 * - the server's end ends it, also while idle. A channel stays half open otherwise, and the next call would be
 *   written into a connection that is gone.
 */
export function asSocket(channel: Duplex): Duplex {
  const shim = channel as Duplex & Record<string, unknown>;
  for (const name of SOCKET_METHODS) shim[name] ??= () => channel;
  const destroy = channel.destroy.bind(channel);
  const push = channel.push.bind(channel);
  let gone = false;
  channel.push = (data: unknown, encoding?: BufferEncoding) =>
    (gone && data !== null) || push(data, encoding);
  channel.destroy = (error?: Error) => {
    if (gone) return channel;
    gone = true;
    destroy();
    process.nextTick(() => {
      if (error) channel.emit('error', error);
      channel.emit('close', error !== undefined);
      channel.removeAllListeners('close'); // ssh2's own, later `close` must not reach http a second time
    });
    return channel;
  };
  Object.defineProperty(channel, 'destroyed', { get: () => gone });
  channel.once('close', () => (gone = true));
  channel.once('end', () => channel.destroy());
  channel.on('error', () => {});
  return channel;
}

interface Target {
  host?: string | null;
  port?: number | string | null;
  servername?: string;
}

function overTls(channel: Duplex, host: string, done: (error: Error | null, socket: Duplex) => void): void {
  const secure = tls.connect({
    socket: channel,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true, // said here, so that NODE_TLS_REJECT_UNAUTHORIZED cannot say otherwise
    ...(net.isIP(host) === 0 ? { servername: host } : { host }),
  });
  const failed = (error: Error) => done(error, secure);
  secure.once('error', failed);
  secure.once('secureConnect', () => {
    secure.off('error', failed);
    done(null, secure);
  });
}

/** An http.Agent whose sockets are channels of one SSH connection; `https:` adds TLS to the service inside the channel. */
export function channelAgent(open: OpenChannel, protocol: 'http:' | 'https:'): http.Agent {
  const agent = new http.Agent({ keepAlive: true });
  Object.assign(agent, { protocol, defaultPort: protocol === 'https:' ? 443 : 80 });
  agent.createConnection = (options: Target, done: (error: Error | null, socket?: Duplex) => void) => {
    const host = options.host ?? '127.0.0.1';
    open(host.replace(/^\[|\]$/g, ''), Number(options.port), (error, channel) => {
      if (error || !channel) return done(error ?? new Error('No channel was opened.'));
      const socket = asSocket(channel);
      if (protocol === 'https:') overTls(socket, host, done);
      else done(null, socket);
    });
    // nothing is returned: whatever were returned here would be taken for the socket
  };
  return closeIdleSockets(agent);
}
