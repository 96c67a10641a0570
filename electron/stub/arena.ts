const BLOCK = 1024 * 1024;
/** The system is always offered at least this much room to read into. */
const ROOM = 65_536;
/** How many blocks are kept for use over and over. */
const KEPT = 12;

/**
 * Memory that a socket is read into, used again as soon as nothing points into it any more. Fresh memory for every
 * read would keep the garbage collector busy while a large answer passes.
 */
export class Arena {
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Where the room begins that the system reads into now. */
  #offered = 0;
  /** Full blocks that somebody may point into. */
  #used: Buffer[] = [];
  #free: Buffer[] = [];

  /** Room for the next read. */
  room(): Buffer {
    if (this.#at + ROOM > this.#block.length) {
      // more than can be kept is left to those who point into it, and collected after them
      if (this.#block.length > 0 && this.#used.length < KEPT) this.#used.push(this.#block);
      this.#block = this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
      this.#at = 0;
    }
    this.#offered = this.#at;
    return this.#block.subarray(this.#at);
  }

  /** The `length` bytes that were read into the room; valid until nothing more points into the arena. */
  took(length: number): Buffer {
    // the room was offered before the read: a reuse in between must not move it
    this.#at = this.#offered + length;
    return this.#block.subarray(this.#offered, this.#at);
  }

  /** Says that nothing points to what was taken, but for the last piece perhaps. */
  reuse(options: { butTheLast: boolean }): void {
    if (this.#used.length > 0) {
      this.#free = [...this.#used, ...this.#free].slice(0, KEPT);
      this.#used = [];
    }
    if (!options.butTheLast) this.#at = 0;
  }

  /** For the next socket: this one where nothing of it is on its way any more, else a fresh one. */
  again(isFree: boolean): Arena {
    if (!isFree) return new Arena();
    this.reuse({ butTheLast: false });
    return this;
  }
}
