import type { KeptText } from '../../contract/activity.ts';

/** Of one text at most. */
const MAX_TEXT = 32_768;
/** Of all texts together; the oldest go first. */
const MAX_ALL = 8 << 20;

/** Request and answer of one entry as they are kept: copied, so that nothing larger is held by them. */
interface Kept {
  request?: { text: string; bytes: number };
  answer?: { head: Buffer; bytes: number };
  size: number;
}

/** A text that was cut may end in half a secret, which nothing would know for one. */
const withoutEnd = (text: string): string => text.replace(/[^\s"',]{1,512}$/, '');

/** The requests and answers of the newest entries of Activity, in memory alone and bounded. Masked when they are shown. */
export class Bodies {
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  put(id: string, request: string | undefined, answer: readonly Buffer[] | undefined): void {
    const kept = this.#kept.get(id) ?? { size: 0 };
    this.#size -= kept.size;
    if (request !== undefined)
      kept.request = {
        text: request.length > MAX_TEXT ? request.slice(0, MAX_TEXT) : request,
        bytes: request.length,
      };
    if (answer) kept.answer = headOf(answer);
    kept.size = (kept.request?.text.length ?? 0) + (kept.answer?.head.length ?? 0);
    this.#kept.set(id, kept);
    this.#size += kept.size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= MAX_ALL || oldest === id) break;
      this.drop(oldest);
    }
  }

  drop(id: string): void {
    this.#size -= this.#kept.get(id)?.size ?? 0;
    this.#kept.delete(id);
  }

  /** The whole request as it was sent; undefined where it is not kept whole. */
  whole(id: string): string | undefined {
    const request = this.#kept.get(id)?.request;
    return request && request.text.length === request.bytes ? request.text : undefined;
  }

  request(id: string, mask: (text: string) => string): KeptText | null {
    const request = this.#kept.get(id)?.request;
    return request ? shown(request.text, request.bytes, request.text.length < request.bytes, mask) : null;
  }

  answer(id: string, mask: (text: string) => string): KeptText | null {
    const answer = this.#kept.get(id)?.answer;
    if (!answer) return null;
    return shown(answer.head.toString('utf8'), answer.bytes, answer.head.length < answer.bytes, mask);
  }
}

function shown(text: string, bytes: number, cut: boolean, mask: (text: string) => string): KeptText {
  return { text: mask(cut ? withoutEnd(text) : text), bytes, cut };
}

function headOf(pieces: readonly Buffer[]): { head: Buffer; bytes: number } {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  const head = Buffer.allocUnsafeSlow(Math.min(bytes, MAX_TEXT));
  let at = 0;
  for (const piece of pieces) {
    if (at >= head.length) break;
    at += piece.copy(head, at);
  }
  return { head, bytes };
}
