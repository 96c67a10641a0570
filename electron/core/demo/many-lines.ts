import type { LogBook } from './log-book.ts';
import { SERVICE_NAMES } from './names.ts';
import type { Random } from './random.ts';

/** As many as a page keeps, and some. */
const FIRST = 52_000;
const PER_SECOND = 2000;
const AFTERWARDS = 20;

const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'WARNING', 'ERROR'] as const;

/** What containers print that talk too much: 52,000 lines at 2,000 a second, then 20 a second. For one second at a time. */
export function manyLines(random: Random): (logs: LogBook) => void {
  let written = 0;
  return (logs) => {
    const end = written + (written < FIRST ? PER_SECOND : AFTERWARDS);
    for (; written < end; written += 1) {
      const symbol = `SYM${Math.floor(random.between(0, 400))}`;
      const text = `tick ${written} of ${symbol}: bid=${random.between(10, 400).toFixed(2)} depth=${Math.floor(random.between(1, 90))} latency_ms=${random.between(1, 40).toFixed(1)}`;
      logs.write(random.pick(SERVICE_NAMES), random.pick(LEVELS), text);
    }
  };
}
