import type { Readable } from 'node:stream';

/** Splits a byte stream into lines; a line beyond `max` bytes is dropped to its newline and reported. */
export class LineSplitter {
  readonly #max: number;
  readonly #onLine: (line: Buffer) => void;
  readonly #onTooLong: (head: Buffer, tail: Buffer) => void;
  #parts: Buffer[] = [];
  #size = 0;
  #dropping: { head: Buffer; tail: Buffer } | undefined;

  constructor(max: number, onLine: (line: Buffer) => void, onTooLong: (head: Buffer, tail: Buffer) => void) {
    this.#max = max;
    this.#onLine = onLine;
    this.#onTooLong = onTooLong;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      this.#end(chunk.subarray(from, at));
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #keep(piece: Buffer): void {
    if (this.#dropping) {
      this.#dropping.tail = Buffer.from(
        Buffer.concat([this.#dropping.tail, piece.subarray(-512)]).subarray(-512),
      );
      return;
    }
    this.#parts.push(piece);
    this.#size += piece.length;
    if (this.#size > this.#max) {
      const all = this.#take();
      // copies, so that the dropped megabytes can be collected
      this.#dropping = { head: Buffer.from(all.subarray(0, 512)), tail: Buffer.from(all.subarray(-512)) };
    }
  }

  #take(): Buffer {
    const all = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return all;
  }

  #end(piece: Buffer): void {
    if (this.#parts.length > 0 || this.#dropping || piece.length > this.#max) this.#keep(piece);
    const dropped = this.#dropping;
    if (dropped) {
      this.#dropping = undefined;
      this.#onTooLong(dropped.head, dropped.tail);
      return;
    }
    let line = this.#parts.length > 0 ? this.#take() : piece;
    if (line.length > 0 && line[line.length - 1] === 13) line = line.subarray(0, -1);
    if (line.length > 0) this.#onLine(line);
  }
}

/**
 * Reads one line, at most `max` bytes; what follows it stays in the stream, which is then neither paused nor
 * flowing. Rejects when the stream ends or the line is longer.
 */
export function readOneLine(stream: Readable, max: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const stop = () => stream.off('readable', look).off('end', gone).off('close', gone);
    const gone = () => {
      stop();
      reject(new Error('closed during the handshake'));
    };
    const look = () => {
      for (
        let chunk = stream.read() as Buffer | null;
        chunk !== null;
        chunk = stream.read() as Buffer | null
      ) {
        got = Buffer.concat([got, chunk]);
        const at = got.indexOf(10);
        if (at === -1 && got.length <= max) continue;
        stop();
        if (at === -1) reject(new Error('the line is too long'));
        else {
          if (at + 1 < got.length) stream.unshift(got.subarray(at + 1));
          resolve(got.toString('utf8', 0, at));
        }
        return;
      }
    };
    stream.on('readable', look).on('end', gone).on('close', gone);
    look();
  });
}
