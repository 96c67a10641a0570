import net from 'node:net';
import type { Duplex } from 'node:stream';
import type { DialContext } from '../dialling.ts';
import { networkError } from '../network-errors.ts';

/** Opens the TCP connection within `connectMs`, reporting its stages. Throws our codes of network-errors.ts. */
export function openSocket(
  where: { host: string; port: number },
  connectMs: number,
  context: DialContext,
): Promise<net.Socket> {
  // an address needs no look-up, and net.Socket then tells of none
  context.stage(net.isIP(where.host) === 0 ? 'resolve' : 'tcp');
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: where.host, port: where.port, noDelay: true });
    const timer = setTimeout(
      () => socket.destroy(Object.assign(new Error('connect timeout'), { code: 'ETIMEDOUT' })),
      connectMs,
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
      reject(networkError(error, where));
    });
  });
}

/**
 * ssh2 writes each packet in three pieces: three system calls and, without Nagle, three segments on the wire. What is
 * written in one turn of the event loop leaves in one piece instead.
 */
export function inOnePiece(socket: net.Socket): net.Socket {
  const write = socket.write.bind(socket);
  socket.write = (data: Uint8Array | string) => {
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    return write(data);
  };
  return socket;
}

/** The same for a channel of a jump host, where three writes are three packets of the outer connection. */
export function channelInOnePiece(channel: Duplex): Duplex {
  const write = channel.write.bind(channel) as (data: Uint8Array) => boolean;
  const end = channel.end.bind(channel);
  let pieces: Uint8Array[] = [];
  const flush = () => {
    if (pieces.length === 0) return;
    const [first] = pieces;
    const whole = pieces.length === 1 && first ? first : Buffer.concat(pieces);
    pieces = [];
    if (channel.writable) write(whole);
  };
  channel.write = (data: Uint8Array | string) => {
    if (pieces.push(data as Uint8Array) === 1) process.nextTick(flush);
    return true;
  };
  channel.end = () => {
    flush();
    return end();
  };
  return channel;
}
