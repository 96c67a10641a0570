import fs from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import type { Log } from './ports.ts';

const MAX_BYTES = 5 << 20;
const FILES = 5;

export interface LogOptions {
  /** `logs/app.log` of the state folder; older files are `app.log.1` to `app.log.4`. */
  file: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  /** Everything that is written goes through it. */
  redact: { text(value: string): string; value(input: unknown): unknown };
  maxBytes?: number;
}

/** Log lines into a file of mode 0600 that is rotated by size. A disk that refuses costs lines, never an exception. */
class RotatingFile {
  readonly #file: string;
  readonly #max: number;
  #fd: number | undefined;
  #size = 0;
  #lost = 0;

  constructor(file: string, max: number) {
    this.#file = file;
    this.#max = max;
  }

  write(line: string): void {
    try {
      if (this.#size >= this.#max) this.#rotate();
      const fd = this.#open();
      const lost = this.#lost > 0 ? `{"level":"warn","msg":"${this.#lost} log lines were lost"}\n` : '';
      this.#size += fs.writeSync(fd, lost + line);
      this.#lost = 0;
    } catch {
      this.#lost += 1;
      this.close();
    }
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd === undefined) return;
    try {
      fs.closeSync(fd);
    } catch {
      // nothing is buffered here: the lines are with the system already
    }
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    fs.mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    // never through a link: the mode below would be set on what it points to
    const noFollow = process.platform === 'win32' ? 0 : fs.constants.O_NOFOLLOW;
    const { O_WRONLY, O_APPEND, O_CREAT } = fs.constants;
    const fd = fs.openSync(this.#file, O_WRONLY | O_APPEND | O_CREAT | noFollow, 0o600);
    this.#fd = fd;
    if (process.platform !== 'win32') fs.fchmodSync(fd, 0o600);
    this.#size = fs.fstatSync(fd).size;
    return fd;
  }

  #rotate(): void {
    this.close();
    this.#size = 0;
    for (let n = FILES - 1; n >= 1; n -= 1) {
      const from = n === 1 ? this.#file : `${this.#file}.${n - 1}`;
      if (fs.existsSync(from)) fs.renameSync(from, `${this.#file}.${n}`);
    }
  }
}

/** Names that pino writes itself; a field of that name goes beside it. */
const OWN = new Set(['level', 'time', 'mono', 'pid', 'msg']);

/**
 * The app's log: one JSON line an event (`level`, `time` ISO 8601, `mono` in ms, `pid`, `msg`, and the fields), five files of 5 MiB,
 * secrets masked in message, fields, stacks and causes. Never throws. `close` is idempotent; a line after it opens the file again.
 */
export function createLog(
  options: LogOptions,
): Log & { close(): void; setLevel(level: LogOptions['level']): void } {
  const { redact } = options;
  const out = new RotatingFile(options.file, options.maxBytes ?? MAX_BYTES);
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}","mono":${Math.round(performance.now())}`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: {},
    },
    out,
  );
  const line = (level: LogOptions['level'], message: string, fields: object | undefined): void => {
    if (!logger.isLevelEnabled(level)) return;
    try {
      const copy = (redact.value(fields ?? {}) ?? {}) as Record<string, unknown>;
      const named = Object.fromEntries(
        Object.entries(copy).map(([key, value]) => [OWN.has(key) ? `${key}_` : key, value]),
      );
      logger[level](named, '%s', redact.text(message));
    } catch (error) {
      logger[level](`${redact.text(message)} (its fields could not be written: ${(error as Error).message})`);
    }
  };
  return {
    debug: (message, fields) => line('debug', message, fields),
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
    close: () => out.close(),
    setLevel: (level) => {
      logger.level = level;
    },
  };
}
