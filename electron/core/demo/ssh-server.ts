import { timingSafeEqual } from 'node:crypto';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, Server as Ssh2Server, ServerChannel, Session } from 'ssh2';
import type { Clock, Log } from '../ports.ts';
import { parseCommand, runCommand, type CommandParts, type Output } from './commands.ts';
import { DEMO_USER } from './names.ts';
import type { SshKey } from '../ssh-key.ts';

export interface SshParts {
  hostKey: SshKey;
  clientKey: SshKey;
  commands: CommandParts;
  /** Ports on 127.0.0.1 that may be reached through a forward. */
  forwardable: () => readonly number[];
  clock: Clock;
  log: Log;
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost']);
/** Beyond this much unread output a follower of logs is cut off instead of filling memory. */
const MAX_UNREAD_BYTES = 1 << 20;

/** The demo droplet's SSH server: one user, one key, forwards to its own services, three commands, nothing else. */
export class SshServer {
  readonly #parts: SshParts;
  readonly #ssh: Ssh2Server;
  readonly #listener: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #cancelCut: (() => void) | undefined;
  #cutGeneration = 0;

  constructor(parts: SshParts) {
    this.#parts = parts;
    this.#ssh = new ssh2.Server({ hostKeys: [parts.hostKey.privateKey], ident: 'DemoDroplet' });
    this.#ssh.on('connection', (client: Connection) => this.#welcome(client));
    this.#ssh.on('error', (error: Error) => parts.log.debug('demo SSH', { reason: error.message }));
    // a listener of our own, because ssh2's keeps its sockets to itself and could not be cut
    this.#listener = net.createServer((socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      this.#ssh.injectSocket(socket);
    });
  }

  /** Listens on any free port of 127.0.0.1 and returns it. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#listener.on('error', reject);
      this.#listener.listen({ host: '127.0.0.1', port: 0 }, () => {
        resolve((this.#listener.address() as AddressInfo).port);
      });
    });
  }

  /** Cuts every connection without a goodbye, as a lost network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Cuts all connections every so many seconds; undefined ends that. */
  cutEvery(seconds: number | undefined): void {
    this.#cancelCut?.();
    this.#cancelCut = undefined;
    const generation = ++this.#cutGeneration;
    if (seconds === undefined) return;
    const again = (): void => {
      this.#cancelCut = this.#parts.clock.after(seconds * 1000, () => {
        if (generation !== this.#cutGeneration) return;
        this.cut();
        again();
      });
    };
    again();
  }

  stop(): Promise<void> {
    this.cutEvery(undefined);
    this.cut();
    return new Promise((resolve) => {
      if (this.#listener.listening) this.#listener.close(() => resolve());
      else resolve();
    });
  }

  #welcome(client: Connection): void {
    client.on('error', (error: Error) => this.#parts.log.debug('demo SSH client', { reason: error.message }));
    client.on('authentication', (context) => this.#authenticate(context));
    client.on('session', (accept) => this.#session(accept()));
    client.on('tcpip', (accept, reject, info) => {
      const allowed = LOOPBACK.has(info.destIP) && this.#parts.forwardable().includes(info.destPort);
      if (!allowed) {
        reject();
        return;
      }
      const socket = net.connect({ host: '127.0.0.1', port: info.destPort, noDelay: true });
      socket.once('error', () => reject());
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        join(accept(), socket);
      });
    });
    // no 'request' listener: remote forwards are refused by ssh2 itself
  }

  #authenticate(context: AuthContext): void {
    const { blob } = this.#parts.clientKey;
    if (context.method !== 'publickey' || context.username !== DEMO_USER)
      return context.reject(['publickey']);
    const key = context.key.data;
    if (key.length !== blob.length || !timingSafeEqual(key, blob)) return context.reject(['publickey']);
    if (context.signature === undefined || context.blob === undefined) return context.accept();
    const parsed = ssh2.utils.parseKey(this.#parts.clientKey.publicLine);
    if (parsed instanceof Error) return context.reject(['publickey']);
    // an Error, not false, for a malformed signature; it would pass as true
    const signed: unknown = parsed.verify(context.blob, context.signature, context.hashAlgo);
    return signed === true ? context.accept() : context.reject(['publickey']);
  }

  #session(session: Session): void {
    const running = new Set<() => void>();
    const end = (): void => {
      for (const stop of running) stop();
      running.clear();
    };
    session.on('exec', (accept, _reject, { command }) => {
      const channel = accept();
      running.add(this.#exec(channel, command));
      channel.once('close', end);
    });
    session.on('signal', (accept) => {
      end();
      accept?.();
    });
    session.on('shell', (accept) => {
      const channel = accept();
      channel.stderr.write('The demo droplet has no shell.\n');
      finish(channel, 1);
    });
    session.on('close', end);
  }

  #exec(channel: ServerChannel, line: string): () => void {
    let over = false;
    let stop = (): void => {};
    const output: Output = {
      out: (text) => {
        if (over) return;
        if (channel.writableLength > MAX_UNREAD_BYTES) close();
        else if (text !== '') channel.write(text);
      },
      err: (text) => void channel.stderr.write(text),
      exit: (code) => {
        over = true;
        finish(channel, code);
      },
    };
    const close = (): void => {
      if (over) return;
      over = true;
      stop();
      finish(channel, 130);
    };
    channel.on('error', close);
    stop = runCommand(parseCommand(line), this.#parts.commands, output);
    return close;
  }
}

function finish(channel: ServerChannel, code: number): void {
  if (channel.destroyed) return;
  channel.exit(code);
  channel.end();
}

/** Carries bytes both ways; a clean end is passed on after the last byte, a failure at once. */
function join(channel: ServerChannel, socket: net.Socket): void {
  socket.on('error', () => channel.destroy());
  channel.on('error', () => socket.destroy());
  socket.once('close', () => {
    // ended cleanly: pipe has ended the channel, which closes itself once everything is sent
    if (!socket.readableEnded) channel.destroy();
  });
  channel.once('close', () => socket.destroy());
  channel.pipe(socket).pipe(channel);
}
