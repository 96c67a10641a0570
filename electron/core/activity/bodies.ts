import type { KeptText } from '../../contract/activity.ts';

/** Of one text at most. */
const MAX_TEXT = 32_768;
/** Of all texts together; the oldest go first. */
const MAX_ALL = 8 << 20;

/** The beginning of a text, a character a byte, and the bytes of the whole. */
interface Head {
  latin1: string;
  bytes: number;
}

/**
 * Request and answer of one entry as they are kept: copied, as a slice of a text or of bytes holds the whole of it in
 * memory. A string of bytes costs less than a small buffer.
 */
interface Kept {
  request?: Head;
  answer?: Head;
}

const sizeOf = ({ request, answer }: Kept): number =>
  (request?.latin1.length ?? 0) + (answer?.latin1.length ?? 0);

/** A text that was cut may end in half a secret, which nothing would know for one. */
const withoutEnd = (text: string): string => text.replace(/[^\s"',]{1,512}$/, '');

/** The requests and answers of the newest entries of Activity, in memory alone and bounded. Masked when they are shown. */
export class Bodies {
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  put(id: string, request: string | undefined, answer: readonly Buffer[] | undefined): void {
    const kept = this.#kept.get(id) ?? {};
    this.#size -= sizeOf(kept);
    if (request !== undefined)
      kept.request = {
        ...headOf([Buffer.from(request.slice(0, MAX_TEXT))]),
        bytes: Buffer.byteLength(request),
      };
    if (answer) kept.answer = headOf(answer);
    this.#kept.set(id, kept);
    this.#size += sizeOf(kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= MAX_ALL || oldest === id) break;
      this.drop(oldest);
    }
  }

  drop(id: string): void {
    this.#size -= sizeOf(this.#kept.get(id) ?? {});
    this.#kept.delete(id);
  }

  /** The whole request as it was sent; undefined where it is not kept whole. */
  whole(id: string): string | undefined {
    const request = this.#kept.get(id)?.request;
    return request && !isCut(request) ? textOf(request) : undefined;
  }

  request(id: string, mask: (text: string) => string): KeptText | null {
    return shown(this.#kept.get(id)?.request, mask);
  }

  answer(id: string, mask: (text: string) => string): KeptText | null {
    return shown(this.#kept.get(id)?.answer, mask);
  }
}

const isCut = ({ latin1, bytes }: Head): boolean => latin1.length < bytes;
const textOf = ({ latin1 }: Head): string => Buffer.from(latin1, 'latin1').toString('utf8');

function shown(head: Head | undefined, mask: (text: string) => string): KeptText | null {
  if (!head) return null;
  const [text, cut] = [textOf(head), isCut(head)];
  return { text: mask(cut ? withoutEnd(text) : text), bytes: head.bytes, cut };
}

function headOf(pieces: readonly Buffer[]): Head {
  let [latin1, bytes] = ['', 0];
  for (const piece of pieces) {
    if (latin1.length < MAX_TEXT) latin1 += piece.toString('latin1', 0, MAX_TEXT - latin1.length);
    bytes += piece.length;
  }
  return { latin1, bytes };
}
