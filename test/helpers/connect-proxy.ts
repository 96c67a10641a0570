import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';

/** How the proxy treats CONNECT: carries it, answers a status, never answers, or says 200 and then sends what no server sent. */
export type ProxyMood = 'carry' | 'silent' | 'lie' | 'lie-at-once' | 'hang-up' | number;

export interface ConnectProxy {
  readonly port: number;
  readonly url: URL;
  mood: ProxyMood;
  /** Targets that were asked for, in order. */
  readonly asked: string[];
  /** The Proxy-Authorization of each. */
  readonly credentials: (string | undefined)[];
  /** Cuts every tunnel. */
  cut: () => void;
  stop: () => Promise<void>;
}

export interface ConnectProxyOptions {
  /** Where a target leads; every target to this port of 127.0.0.1. */
  to: number;
  /** PEM texts for a proxy that is itself reached with TLS. */
  tls?: { cert: string; key: string };
}

/** A real HTTP proxy for CONNECT on loopback, which resolves every name to this computer. */
export async function startConnectProxy({ to, tls }: ConnectProxyOptions): Promise<ConnectProxy> {
  const sockets = new Set<Duplex>();
  const keep = <S extends Duplex>(socket: S): S => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = tls ? https.createServer(tls) : http.createServer();
  server.on('connection', keep);
  server.on('request', (_request, response: http.ServerResponse) => response.writeHead(400).end());
  server.on('connect', (request: http.IncomingMessage, near: Duplex) => {
    keep(near);
    proxy.asked.push(request.url ?? '');
    proxy.credentials.push(request.headers['proxy-authorization']);
    const { mood } = proxy;
    if (mood === 'silent') return;
    if (mood === 'hang-up') return void near.destroy();
    if (typeof mood === 'number')
      return void near.end(`HTTP/1.1 ${mood} No\r\nContent-Length: 2\r\nProxy-Authenticate: Basic\r\n\r\nno`);
    if (mood === 'lie-at-once') return void near.write('HTTP/1.1 200 OK\r\n\r\n<html>welcome</html>');
    if (mood === 'lie') {
      near.write('HTTP/1.1 200 OK\r\n\r\n');
      return void near.once('data', () => near.write('<html>please sign in to the network</html>'));
    }
    const far = keep(net.connect(to, '127.0.0.1'));
    far.once('connect', () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: ConnectProxy = {
    port,
    url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`),
    mood: 'carry',
    asked: [],
    credentials: [],
    cut,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
  return proxy;
}
