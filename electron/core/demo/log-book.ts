import type { Clock } from '../ports.ts';
import type { LogSource } from './names.ts';
import { logTime } from './python-json.ts';

export interface BookLine {
  source: LogSource;
  text: string;
}

const KEEP = 3_000;
/** Real requests may come thousands a second; more access lines than this in one second are not written. */
const ACCESS_LINES_PER_SECOND = 2;

/** What the containers have printed: the newest 3,000 lines, and whoever follows them. */
export class LogBook {
  readonly #clock: Clock;
  readonly #lines: BookLine[] = [];
  readonly #followers = new Set<(line: BookLine) => void>();
  #second = 0;
  #accessLines = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A line of Python's logging in Catalyst's format, its time naive with comma and milliseconds. */
  write(source: LogSource, level: string, message: string): void {
    this.print(source, `${logTime(this.#clock.now())} - ${source} - ${level} - ${message}`);
  }

  /** A line as it stands: uvicorn's, or one of a traceback. */
  print(source: LogSource, text: string): void {
    const line = { source, text };
    this.#lines.push(line);
    if (this.#lines.length > KEEP) this.#lines.splice(0, this.#lines.length - KEEP);
    for (const follower of this.#followers) follower(line);
  }

  /** uvicorn's access line of a real request. */
  access(source: LogSource, method: string, path: string, status: number, phrase: string): void {
    const second = Math.floor(this.#clock.now() / 1000);
    if (second !== this.#second) [this.#second, this.#accessLines] = [second, 0];
    this.#accessLines += 1;
    if (this.#accessLines > ACCESS_LINES_PER_SECOND) return;
    this.print(source, `INFO:     127.0.0.1:52366 - "${method} ${path} HTTP/1.1" ${status} ${phrase}`);
  }

  /** The newest lines of these sources, oldest first, `tail` at most of each as docker-compose counts them. */
  tail(sources: readonly LogSource[], tail: number): BookLine[] {
    const left = new Map(sources.map((source) => [source, tail]));
    const picked: BookLine[] = [];
    for (let at = this.#lines.length - 1; at >= 0; at -= 1) {
      const line = this.#lines[at];
      const room = line ? (left.get(line.source) ?? 0) : 0;
      if (!line || room <= 0) continue;
      left.set(line.source, room - 1);
      picked.push(line);
    }
    return picked.toReversed();
  }

  /** Called for each new line until the returned function is called. */
  follow(listener: (line: BookLine) => void): () => void {
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }

  close(): void {
    this.#followers.clear();
  }
}
