import type { Socket } from 'node:net';
import { LineSplitter } from '../../stub/lines.ts';
import { MAX_LINE, frameHead } from '../../stub/wire.ts';
import type { Pieces } from './fit.ts';

const SMALL = 16_384;

/** Carries lines from a stub, and frames to it; when the stub does not keep up it is not read either. */
export class StubConnection {
  readonly #socket: Socket;
  #corked = false;

  constructor(socket: Socket, onLine: (line: Buffer) => void, onClose: () => void) {
    this.#socket = socket;
    // a line too long was refused by the stub already; one that comes all the same is dropped
    const lines = new LineSplitter(MAX_LINE, onLine, () => {});
    socket.on('data', (chunk: Buffer) => {
      lines.push(chunk);
      if (socket.writableNeedDrain) socket.pause();
    });
    socket.on('drain', () => socket.resume());
    socket.on('close', onClose);
  }

  /** Sends one line as a frame; `pieces` end with a newline. */
  send(id: string, pieces: Pieces): void {
    if (this.#socket.destroyed) return;
    const parts = pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
    let size = 0;
    for (const part of parts) size += part.length;
    this.#cork();
    const head = frameHead(id, size);
    if (size <= SMALL) {
      this.#socket.write(Buffer.concat([head, ...parts]));
      return;
    }
    this.#socket.write(head);
    for (const part of parts) this.#socket.write(part);
  }

  /** Frames of one turn of the event loop go out in one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    setImmediate(() => {
      this.#corked = false;
      this.#socket.uncork();
    });
  }
}
