import { FRAME_HEAD } from './wire.ts';

/** Takes frames apart. A payload is handed on only when whole, as the pieces it arrived in. */
export class FrameReader {
  readonly #onFrame: (id: string, payload: Buffer[]) => void;
  #head: Buffer = Buffer.alloc(0);
  #id: string | undefined;
  #missing = 0;
  #payload: Buffer[] = [];

  constructor(onFrame: (id: string, payload: Buffer[]) => void) {
    this.#onFrame = onFrame;
  }

  /** Whether nothing is kept of what was pushed. */
  get isEmpty(): boolean {
    return this.#id === undefined && this.#head.length === 0;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#id === undefined) {
        const after = this.#readHead(rest);
        if (after === undefined) return;
        rest = after;
      }
      const piece = rest.subarray(0, this.#missing);
      if (piece.length > 0) this.#payload.push(piece);
      this.#missing -= piece.length;
      rest = rest.subarray(piece.length);
      if (this.#missing === 0) this.#deliver();
    }
  }

  /** Returns what follows the head, or undefined when the head is not complete yet. */
  #readHead(chunk: Buffer): Buffer | undefined {
    const all = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk;
    const whole = all.length >= FRAME_HEAD ? FRAME_HEAD + all.readUInt16BE(4) : Infinity;
    if (all.length < whole) {
      this.#head = all;
      return undefined;
    }
    this.#head = Buffer.alloc(0);
    this.#missing = all.readUInt32BE(0);
    this.#id = all.toString('utf8', FRAME_HEAD, whole);
    return all.subarray(whole);
  }

  #deliver(): void {
    const id = this.#id ?? '';
    const payload = this.#payload;
    this.#id = undefined;
    this.#payload = [];
    this.#onFrame(id, payload);
  }
}
