import net from 'node:net';

export interface SlowLinkOptions {
  /** Where connections go on to, on 127.0.0.1. */
  port: number;
  /** Milliseconds added to each direction; a round trip costs twice that. */
  delayMs?: number;
}

/** A TCP proxy on loopback that behaves as badly as a network can. */
export interface SlowLink {
  readonly port: number;
  /** How many connections were accepted. */
  accepted: () => number;
  /** Sets another delay for what comes from now on. */
  delay: (ms: number) => void;
  /** Cuts every connection (RST), as a router restart does; new ones are accepted. */
  cut: () => void;
  /** From now on nothing is passed on in either direction and nothing is closed; new connections are held too. */
  blackhole: () => void;
  /** Ends the black hole for new connections; what was swallowed stays lost. */
  heal: () => void;
  stop: () => Promise<void>;
}

export async function startSlowLink(options: SlowLinkOptions): Promise<SlowLink> {
  const sockets = new Set<net.Socket>();
  let delayMs = options.delayMs ?? 0;
  const lost = new WeakSet<net.Socket>();
  let swallow = false;
  let count = 0;

  const forget = (socket: net.Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  // equal delays on setTimeout keep their order, so bytes never overtake each other
  const later = (run: () => void) => (delayMs > 0 ? setTimeout(run, delayMs) : run());
  const pass = (from: net.Socket, to: net.Socket) => {
    from.on('data', (data) => {
      if (!lost.has(from)) later(() => !lost.has(from) && to.writable && to.write(data));
    });
    from.on('end', () => {
      if (!lost.has(from)) later(() => to.end());
    });
    from.on('close', () => {
      if (!lost.has(from)) later(() => to.destroy());
    });
  };
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    count += 1;
    forget(near);
    if (swallow) return;
    const far = net.connect({ port: options.port, host: '127.0.0.1', allowHalfOpen: true });
    forget(far);
    far.on('error', () => near.resetAndDestroy());
    pass(near, far);
    pass(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as net.AddressInfo).port,
    accepted: () => count,
    delay: (ms) => {
      delayMs = ms;
    },
    cut,
    blackhole: () => {
      swallow = true;
      for (const socket of sockets) lost.add(socket);
    },
    heal: () => {
      swallow = false;
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
