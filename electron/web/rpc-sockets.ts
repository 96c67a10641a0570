import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Context } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { App } from '../core/app-interface.ts';
import { SUBPROTOCOL } from './gate.ts';

/** The largest message a page may send, bytes. */
const MAX_MESSAGE = 1 << 20;
/** A page that lets this much pile up is cut; it comes back and resumes. */
const MAX_BACKLOG = 32 << 20;
const PING_MS = 15_000;

/** The pages' WebSockets: the app's router on each, and the app's screen attached while there is one. */
export class RpcSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  readonly #handler: RPCHandler<Context>;
  readonly #app: App;
  readonly #alive = new WeakSet<WebSocket>();
  readonly #pinging: NodeJS.Timeout;
  #detach: (() => void) | undefined;
  #closed = false;

  constructor(app: App) {
    this.#app = app;
    this.#handler = new RPCHandler(app.router);
    this.#pinging = setInterval(() => this.#ping(), PING_MS);
    this.#pinging.unref();
  }

  /** Takes a request that passed the gate. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (page) => {
      if (this.#closed) return page.terminate();
      this.#alive.add(page);
      page.on('pong', () => this.#alive.add(page));
      page.on('error', () => page.terminate());
      page.on('close', () => this.#left());
      this.#detach ??= this.#app.screen.attach();
      this.#handler.upgrade(page, { context: {} }).catch(() => page.terminate());
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#pinging);
    for (const page of this.#server.clients) page.terminate();
    this.#server.close();
    this.#release();
  }

  #left(): void {
    if (this.#server.clients.size === 0) this.#release();
  }

  #release(): void {
    this.#detach?.();
    this.#detach = undefined;
  }

  /** A page whose machine sleeps sends no close; without this the app would think that a person can be asked. */
  #ping(): void {
    for (const page of this.#server.clients) {
      if (!this.#alive.has(page) || page.bufferedAmount > MAX_BACKLOG) {
        page.terminate();
        continue;
      }
      this.#alive.delete(page);
      page.ping();
    }
  }
}
