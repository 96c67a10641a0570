const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const EMPTY = Buffer.alloc(0);

export interface SseHandlers {
  /** One dispatched event with data; `event` is `message` where the stream named none. */
  onEvent(data: Buffer, event: string): void;
  /** The stream's last event id, for resuming. */
  onId?(id: string): void;
  /** The wait before reconnecting that the server asks for, milliseconds. */
  onRetry?(ms: number): void;
}

/**
 * Incremental parser of text/event-stream (WHATWG HTML 9.2.6) on bytes: data is never decoded, and a large event
 * is copied once. CR, LF and CRLF end lines, wherever chunks are cut.
 */
export class SseParser {
  readonly #on: SseHandlers;
  #line: Buffer[] = [];
  #data: Buffer[] = [];
  #event = '';
  #afterCr = false;
  #first = true;

  constructor(handlers: SseHandlers) {
    this.#on = handlers;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    // a CR that ended the last chunk may have its LF here
    let from = this.#afterCr && chunk[0] === LF ? 1 : 0;
    this.#afterCr = false;
    const hasCr = chunk.includes(CR, from);
    for (let end = lineEnd(chunk, from, hasCr); end !== -1; end = lineEnd(chunk, from, hasCr)) {
      this.#endLine(chunk.subarray(from, end));
      from = end + (chunk[end] === CR && chunk[end + 1] === LF ? 2 : 1);
      this.#afterCr = chunk[end] === CR && end + 1 === chunk.length;
    }
    if (from < chunk.length) this.#line.push(chunk.subarray(from));
  }

  #endLine(piece: Buffer): void {
    let line = piece;
    if (this.#line.length > 0) {
      this.#line.push(piece);
      line = Buffer.concat(this.#line);
      this.#line = [];
    }
    if (this.#first) {
      this.#first = false;
      if (line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3);
    }
    if (line.length === 0) this.#dispatch();
    else this.#field(line);
  }

  #field(line: Buffer): void {
    const colon = line.indexOf(COLON);
    if (colon === 0) return;
    const name = line.toString('latin1', 0, colon === -1 ? line.length : colon);
    const start = colon === -1 ? line.length : line[colon + 1] === SPACE ? colon + 2 : colon + 1;
    if (name === 'data') {
      this.#data.push(line.subarray(start));
      return;
    }
    const value = line.toString('utf8', start);
    if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#on.onId?.(value);
    else if (name === 'retry' && /^\d+$/.test(value)) this.#on.onRetry?.(Number(value));
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event === '' ? 'message' : this.#event;
    this.#data = [];
    this.#event = '';
    if (data.length === 0) return;
    const whole = data.length === 1 ? (data[0] ?? EMPTY) : joinLines(data);
    if (whole.length > 0) this.#on.onEvent(whole, event);
  }
}

function joinLines(lines: Buffer[]): Buffer {
  return Buffer.concat(lines.flatMap((line, i) => (i === 0 ? [line] : [Buffer.from('\n'), line])));
}

/** Index of the next line end; chunks without any CR, the usual ones, are searched once. */
function lineEnd(chunk: Buffer, from: number, hasCr: boolean): number {
  const lf = chunk.indexOf(LF, from);
  const cr = hasCr ? chunk.indexOf(CR, from) : -1;
  return cr !== -1 && (lf === -1 || cr < lf) ? cr : lf;
}
