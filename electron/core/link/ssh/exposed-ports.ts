import net from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../../../contract/errors.ts';
import type { ExposedFacts } from '../../../contract/link.ts';
import type { ExposedPort } from '../../../contract/profile.ts';
import { systemCode } from '../network-errors.ts';
import type { OpenChannel } from './channel-agent.ts';
import { portHolder } from './port-holder.ts';
import type { Holder } from './port-holder.ts';

/** A taken port is tried again after this long, milliseconds. */
const RETRY_MS = 10_000;
/** Its holder is looked up on the first failure and on every sixth after it: elsewhere than on Linux that starts a program. */
const LOOK_EVERY = 6;

export interface ExposeOptions {
  retryMs?: number;
  /** Who listens on a port of this computer. */
  holderOf?: (port: number) => Promise<Holder | undefined>;
}

export interface ExposedPorts {
  facts(): ExposedFacts[];
  /** Closes the ports and cuts their connections. Idempotent. */
  close(): void;
}

/**
 * Ends a connection so that what is missing shows. After its own end was sent nothing is missing, and a reset would
 * fail: libuv refuses it while a shutdown is under way, and Node 24 then never closes the handle.
 */
function cut(socket: net.Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Carries bytes both ways with back-pressure; either side may end alone. A failure of one side resets the other. */
function join(socket: net.Socket, channel: Duplex): void {
  socket.on('error', () => channel.destroy());
  channel.on('error', () => cut(socket));
  socket.once('close', () => {
    if (!socket.readableEnded) channel.destroy();
  });
  channel.once('close', () => {
    // what the droplet sent before its end is still on its way
    if (!channel.readableEnded || !socket.writableEnded) cut(socket);
    else if (!socket.readableEnded) socket.destroySoon();
  });
  socket.pipe(channel).pipe(socket);
}

function takenError(localPort: number, cause: unknown, holder: Holder | undefined): AppError {
  if (systemCode(cause) === 'EACCES') {
    return new AppError(
      'LINK_EXPOSE_PORT_TAKEN',
      `This account may not open port ${localPort} of this computer.`,
      'Choose a local port above 1023.',
      { cause },
    );
  }
  const who = holder ? `${holder.program} (process ${holder.pid})` : 'another program';
  const airPlay = holder?.program.startsWith('ControlCe') === true;
  return new AppError(
    'LINK_EXPOSE_PORT_TAKEN',
    `Port ${localPort} of this computer is taken by ${who}.`,
    airPlay
      ? 'That is AirPlay: switch off the AirPlay Receiver in System Settings, or choose another local port.'
      : 'End that program or choose another local port; it is tried again every 10 s.',
    { cause },
  );
}

/** One port: listening, or waiting to be tried again. */
class OneListener {
  private error: AppError | undefined;
  private failures = 0;
  private holder: Holder | undefined;
  private timer: NodeJS.Timeout | undefined;
  private server: net.Server | undefined;
  private over = false;
  private readonly sockets = new Set<net.Socket>();
  private readonly port: ExposedPort;
  private readonly open: OpenChannel;
  private readonly options: ExposeOptions;

  constructor(port: ExposedPort, open: OpenChannel, options: ExposeOptions) {
    this.port = port;
    this.open = open;
    this.options = options;
    this.listen();
  }

  facts(): ExposedFacts {
    const { localPort, host, port } = this.port;
    const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    return { localPort, target, error: this.error?.shape() ?? null };
  }

  close(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.server?.close();
    for (const socket of this.sockets) cut(socket);
  }

  private listen(): void {
    const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    this.server = server;
    server.on('connection', (socket) => this.accept(socket));
    server.once('listening', () => {
      this.error = undefined;
      this.failures = 0;
    });
    server.on('error', (error) => void this.failed(error));
    // loopback only: whoever reaches the port is let through to the droplet
    server.listen({ host: '127.0.0.1', port: this.port.localPort, exclusive: true });
  }

  private async failed(cause: Error): Promise<void> {
    if (this.over) return;
    const { retryMs = RETRY_MS, holderOf = portHolder } = this.options;
    const { localPort } = this.port;
    this.timer = setTimeout(() => this.listen(), retryMs).unref();
    const look = this.failures % LOOK_EVERY === 0;
    this.failures += 1;
    this.error = takenError(localPort, cause, this.holder);
    if (!look || systemCode(cause) !== 'EADDRINUSE') return;
    this.holder = await holderOf(localPort);
    // it may have been opened meanwhile
    if (this.error) this.error = takenError(localPort, cause, this.holder);
  }

  private accept(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    const { host, port } = this.port;
    this.open(host, port, (error, channel) => {
      if (error || !channel) cut(socket);
      else if (this.over || socket.destroyed) channel.destroy();
      else join(socket, channel);
    });
  }
}

/**
 * Opens ports of this computer (127.0.0.1 alone) whose connections become channels, as `ssh -L` does. A port that is taken
 * fails nothing else: `facts` tells it, and it is tried again until closed.
 */
export function exposePorts(
  ports: readonly ExposedPort[],
  open: OpenChannel,
  options: ExposeOptions = {},
): ExposedPorts {
  const listeners = ports.map((port) => new OneListener(port, open, options));
  return {
    facts: () => listeners.map((listener) => listener.facts()),
    close: () => {
      for (const listener of listeners) listener.close();
    },
  };
}
