import type { Bytes } from '../pieces.ts';
import { Gather, joined, sliced } from '../pieces.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;
const BREAK = Buffer.from('\n');
/** No field name that means something is longer. */
const NAME = 16;

export interface SseHandlers {
  /** One dispatched event with data; `event` is `message` where the stream named none. */
  onEvent(data: Bytes, event: string): void;
  /** The stream's last event id, for resuming. */
  onId?(id: string): void;
  /** The wait before reconnecting that the server asks for, milliseconds. */
  onRetry?(ms: number): void;
}

/**
 * Incremental parser of text/event-stream (WHATWG HTML 9.2.6) on bytes: data is neither decoded
 * nor copied. CR, LF and CRLF end lines, wherever chunks are cut.
 */
export class SseParser {
  readonly #on: SseHandlers;
  readonly #line = new Gather();
  #data: Buffer[][] = [];
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
    this.#line.add(chunk.subarray(from));
  }

  #endLine(piece: Buffer): void {
    this.#line.add(piece);
    let line = this.#line.take();
    if (this.#first) {
      this.#first = false;
      if (joined(sliced(line, 0, 3)).toString('hex') === 'efbbbf') line = sliced(line, 3);
    }
    if (line.length === 0) this.#dispatch();
    else this.#field(line);
  }

  #field(line: Buffer[]): void {
    const [first] = line as [Buffer];
    // the name and the blank after it, in one piece even where the stream was cut there
    const head = first.length > NAME || line.length === 1 ? first : joined(sliced(line, 0, NAME));
    const colon = head.indexOf(COLON);
    if (colon === 0) return;
    const name = head.toString('latin1', 0, colon === -1 ? head.length : colon);
    const start = colon === -1 ? Infinity : head[colon + 1] === SPACE ? colon + 2 : colon + 1;
    const rest = sliced(line, start);
    if (name === 'data') {
      this.#data.push(rest);
      return;
    }
    const value = joined(rest).toString('utf8');
    if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#on.onId?.(value);
    else if (name === 'retry' && /^\d+$/.test(value)) this.#on.onRetry?.(Number(value));
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event === '' ? 'message' : this.#event;
    this.#data = [];
    this.#event = '';
    const whole = data.flatMap((line, i) => (i === 0 ? line : [BREAK, ...line]));
    if (whole.length > 0) this.#on.onEvent(whole, event);
  }
}

/** Index of the next line end; chunks without any CR, the usual ones, are searched once. */
function lineEnd(chunk: Buffer, from: number, hasCr: boolean): number {
  const lf = chunk.indexOf(LF, from);
  const cr = hasCr ? chunk.indexOf(CR, from) : -1;
  return cr !== -1 && (lf === -1 || cr < lf) ? cr : lf;
}
