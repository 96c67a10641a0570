import type { LogsBatch } from '../../contract/logs.ts';
import type { LogLine } from '../../contract/models.ts';
import type { LogBook } from './book.ts';

/** Lines of the past go out in steps of this many, so that nothing else waits long. */
const STEP = 1000;
const SOURCES_MS = 2000;

export interface FollowFrom {
  tail: number;
  /** The last line the reader has, of this run. */
  after?: { run: string; n: number } | undefined;
}

const pause = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** What the reader does not have yet of what is kept, by time. */
function kept(book: LogBook, { tail, after }: FollowFrom): LogLine[] {
  const lines = book.tail(tail);
  const known = after?.run === book.run ? after.n : 0;
  return lines.filter(({ n }) => n > known).sort((a, b) => a.at - b.at || a.n - b.n);
}

/** The newest lines, then new ones as they come, until `signal`. The first part always comes, empty where there is nothing. */
export async function* followBook(
  book: LogBook,
  from: FollowFrom,
  signal: AbortSignal | undefined,
): AsyncGenerator<LogsBatch> {
  const { run } = book;
  let wake: (() => void) | undefined;
  const unsubscribe = book.subscribe(() => wake?.());
  const aborted = () => wake?.();
  signal?.addEventListener('abort', aborted);
  try {
    const past = kept(book, from);
    let given = book.total;
    for (let start = 0; start === 0 || start < past.length; start += STEP) {
      if (signal?.aborted) return;
      const more = start + STEP < past.length;
      yield {
        run,
        lines: past.slice(start, start + STEP),
        more,
        ...(more ? {} : { sources: book.sources() }),
      };
      await pause();
    }
    let told = Date.now();
    for (;;) {
      if (signal?.aborted) return;
      if (book.total === given) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      // a reader that does not keep up is behind in the book, and nothing is held for it
      const lines = book.tail(book.total - given).slice(0, STEP);
      given = lines.at(-1)?.n ?? book.total;
      const now = Date.now();
      const isDue = now - told >= SOURCES_MS;
      if (isDue) told = now;
      yield { run, lines, more: false, ...(isDue ? { sources: book.sources() } : {}) };
    }
  } finally {
    unsubscribe();
    signal?.removeEventListener('abort', aborted);
  }
}
