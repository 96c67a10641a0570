import { describe, expect, it } from 'vitest';
import type { LogsBatch } from '../../../electron/contract/logs.ts';
import { LogBook } from '../../../electron/core/logs/book.ts';
import { followBook } from '../../../electron/core/logs/follow-book.ts';
import type { Unplaced } from '../../../electron/core/logs/placing.ts';
import { Placing } from '../../../electron/core/logs/placing.ts';

const line = (service: string, written: number | null, receivedAt: number): Unplaced => ({
  service,
  receivedAt,
  level: 'info',
  time: written === null ? null : { at: written, text: '', assumedZone: false },
  message: `${service} ${written}`,
  text: `${service} ${written}`,
});
const HOUR = 3_600_000;

describe('the place of a line in time', () => {
  it('is its own time, and behind the line before it where it has none', () => {
    const placed = new Placing().place(
      [line('a', 3000, 9000), line('a', null, 9000), line('b', 2000, 9000), line('c', null, 9000)],
      false,
    );
    expect(placed.map(({ service, at }) => [service, at])).toEqual([
      ['b', 2000],
      ['a', 3000],
      ['a', 3000],
      ['c', 9000],
    ]);
  });

  it('is never later than its receipt, and corrects a clock that is off', () => {
    const placing = new Placing();
    const now = 10 * HOUR;
    placing.place([line('ahead', now + HOUR, now), line('behind', now - 8 * HOUR, now)], true);
    expect(placing.offsetOf('ahead')).toBe(-HOUR);
    const next = placing.place(
      [line('ahead', now + HOUR + 500, now + 900), line('behind', now - 8 * HOUR + 700, now + 900)],
      true,
    );
    expect(next.map(({ service, at }) => [service, at - now])).toEqual([
      ['ahead', 500],
      ['behind', 700],
    ]);
  });

  it('takes the way of a line for no clock, and old lines for no delay', () => {
    const placing = new Placing();
    placing.place([line('a', 1000, 500_000)], false);
    expect(placing.offsetOf('a')).toBeNull();
    expect(placing.place([line('a', 600_000, 600_400)], true)[0]?.at).toBe(600_000);
    expect(placing.offsetOf('a')).toBe(400);
  });
});

const numbers = ({ value }: IteratorResult<LogsBatch, unknown>): number[] =>
  ((value as LogsBatch | undefined)?.lines ?? []).map(({ n }) => n);

describe('following the book', () => {
  const add = (book: LogBook, count: number, from = 1) =>
    book.add(
      new Placing().place(
        Array.from({ length: count }, (_, i) => line('a', from + i, from + i)),
        false,
      ),
    );

  it('gives what is kept in steps, then what is new, and to who comes back what it lacks', async () => {
    const book = new LogBook();
    add(book, 2500);
    const stop = new AbortController();
    const stream = followBook(book, { tail: 50_000 }, stop.signal);
    const sizes: [number, boolean][] = [];
    for (let i = 0; i < 3; i += 1) {
      const { value } = await stream.next();
      if (value) sizes.push([value.lines.length, value.more]);
    }
    expect(sizes).toEqual([
      [1000, true],
      [1000, true],
      [500, false],
    ]);
    const next = stream.next();
    add(book, 3, 9000);
    expect(numbers(await next)).toEqual([2501, 2502, 2503]);
    stop.abort();
    const again = followBook(book, { tail: 50_000, after: { run: book.run, n: 2501 } }, undefined);
    expect(numbers(await again.next())).toEqual([2502, 2503]);
    await again.return(undefined);
    const other = followBook(book, { tail: 10, after: { run: 'another', n: 2501 } }, undefined);
    expect(numbers(await other.next())).toHaveLength(10);
    await other.return(undefined);
  });

  it('loses nothing for a reader that is slow', async () => {
    const book = new LogBook();
    const stream = followBook(book, { tail: 0 }, undefined);
    await stream.next();
    for (let i = 0; i < 40; i += 1) add(book, 100, 1 + i * 100);
    const seen: number[] = [];
    while (seen.length < 4000) seen.push(...numbers(await stream.next()));
    expect(seen).toEqual(Array.from({ length: 4000 }, (_, i) => i + 1));
    await stream.return(undefined);
  });
});
