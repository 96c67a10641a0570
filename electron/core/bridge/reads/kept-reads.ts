import { members } from '../../../stub/envelope.ts';
import type { Clock } from '../../ports.ts';
import type { Received } from '../reply.ts';
import { receive, textOf } from '../reply.ts';

const MAX_SIZE = 1024 * 1024;
const MAX_KEPT = 64;

/** Key in a result's `_meta`: how old the answer is, milliseconds. */
export const AGE_KEY = 'companion/ageMs';

interface Kept {
  received: Received;
  /** When it was asked for, monotonic. */
  begun: number;
}

/** Answers to resources for which the user allowed some age. Small ones only, and only 64. */
export class KeptReads {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  keep(key: string, received: Received, begun: number): void {
    if (received.size > MAX_SIZE || !isPlainResult(received)) return;
    this.#kept.delete(key);
    this.#kept.set(key, { received, begun });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** The answer with its age in `_meta`; undefined where there is none younger than `ttlMs`. */
  find(key: string, ttlMs: number): Received | undefined {
    const found = this.#kept.get(key);
    if (!found) return undefined;
    const age = Math.round(this.#clock.monotonic() - found.begun);
    if (age < ttlMs) return withAge(found.received, age);
    this.#kept.delete(key);
    return undefined;
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** A result that is whole: neither an error nor a question of the server. */
export function isPlainResult({ value }: Received): boolean {
  const result = value?.['result'] as { resultType?: unknown } | null | undefined;
  if (typeof result !== 'object' || result === null) return false;
  return result.resultType === undefined || result.resultType === 'complete';
}

function withAge(received: Received, age: number): Received | undefined {
  const text = textOf(received);
  const result = members(text).get('result');
  if (!result) return undefined;
  const meta = members(text, result.start).get('_meta');
  const own = `${JSON.stringify(AGE_KEY)}:${age}`;
  const into = (start: number, what: string) => {
    const isEmpty = /^\{\s*\}/.test(text.slice(start));
    return text.slice(0, start + 1) + what + (isEmpty ? '' : ',') + text.slice(start + 1);
  };
  const aged =
    meta && text[meta.start] === '{' ? into(meta.start, own) : into(result.start, `"_meta":{${own}}`);
  return receive([Buffer.from(aged)]);
}
