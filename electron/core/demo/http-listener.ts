import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../contract/errors.ts';

function refusal(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new AppError(
    'APP_PORT_IN_USE',
    `Port ${port} of the demo droplet was taken by another program.`,
    'Stop that program, or start the demo droplet again.',
    { cause: error },
  );
}

/**
 * An HTTP server on 127.0.0.1 whose port can be closed and opened again: a service that is down keeps its number.
 * Every socket is destroyed when it closes.
 */
export class HttpListener {
  readonly #handler: http.RequestListener;
  #server: http.Server | undefined;
  #port = 0;
  /** Serialises open and close, so that quick switching ends in the last state asked for. */
  #queue: Promise<void> = Promise.resolve();

  constructor(handler: http.RequestListener) {
    this.#handler = handler;
  }

  /** The port from the first opening on; it stays the same while closed. */
  get port(): number {
    return this.#port;
  }

  /** Listens, on any free port the first time. Rejects with APP_PORT_IN_USE when its port was taken meanwhile. */
  open(): Promise<void> {
    return this.#then(() => this.#listen());
  }

  /** Closes the port and every connection. */
  close(): Promise<void> {
    return this.#then(() => this.#shut());
  }

  #then(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    return done;
  }

  #listen(): Promise<void> {
    if (this.#server) return Promise.resolve();
    const server = http.createServer(this.#handler);
    // uvicorn keeps idle connections for 5 s; a client that reuses them must live with that
    server.keepAliveTimeout = 5_000;
    return new Promise((resolve, reject) => {
      server.on('error', (error: NodeJS.ErrnoException) => reject(refusal(error, this.#port)));
      server.listen({ host: '127.0.0.1', port: this.#port }, () => {
        this.#server = server;
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  #shut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }
}
