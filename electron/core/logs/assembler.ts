import type { LogLine } from '../../contract/models.ts';
import { serviceName } from '../backends/health-words.ts';
import type { ReadInstant } from '../backends/instant.ts';
import { ownText } from '../own-text.ts';
import { NameMap } from './name-map.ts';
import type { Unplaced } from './placing.ts';
import {
  headerName,
  isExceptionLine,
  plainLine,
  shapeOf,
  splitPrefix,
  type LineShape,
} from './line-shapes.ts';

/** A line before it has its running number. */
export type LooseLine = Omit<LogLine, 'n'>;

const MAX_LINE = 16_384;
const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?![\s\S]*-----END )/;
const KEY_END = /-----END [A-Z0-9 ]*PRIVATE KEY-----/;
const MAX_JOINED = 400;
/** After this long without a continuation a line is complete. */
const SETTLED_MS = 150;
/** A traceback may pause while it is printed. */
const TRACE_SETTLED_MS = 1000;

/** A long line is cut between words where it can be: half of a secret would not be known for one. */
function shortened(raw: string): string {
  if (raw.length <= MAX_LINE) return raw;
  const cut = ownText(raw, MAX_LINE);
  const blank = cut.lastIndexOf(' ');
  return `${blank > MAX_LINE - 2048 ? cut.slice(0, blank) : cut}… (${raw.length} characters)`;
}

interface OpenLine {
  line: Unplaced;
  parts: string[];
  inTrace: boolean;
  /** Inside a private key: its lines stay together, so that they are masked together. */
  inKey: boolean;
  touchedAt: number;
}

export interface Assembler {
  /** Takes one raw line as the process wrote it. */
  push(raw: string, at: number): void;
  /** Lines that are complete at time `at` (ms), in the order they began; all of them when `all` is set. */
  take(at: number, all?: boolean): Unplaced[];
  /** True while a line may still be continued, so that take() has to be called again. */
  waiting(): boolean;
}

function closed(open: OpenLine): Unplaced {
  if (open.parts.length === 0) return open.line;
  const tail = open.parts.join('\n');
  return { ...open.line, message: `${open.line.message}\n${tail}`, text: `${open.line.text}\n${tail}` };
}

/**
 * Joins raw lines to log lines: tracebacks, wrapped lines and blocks of JSON go to the line that began them,
 * service by service, since compose interleaves containers. `fallback` names lines without a prefix.
 */
export function createAssembler(instant: ReadInstant, fallback: string): Assembler {
  return new LineAssembler(instant, fallback);
}

class LineAssembler implements Assembler {
  readonly #instant: ReadInstant;
  readonly #open = new Map<string, OpenLine>();
  /** The last time each service wrote; rich leaves it out where it repeats. */
  readonly #times = new NameMap<NonNullable<LineShape['time']>>();
  #ready: Unplaced[] = [];
  #current: string;

  constructor(instant: ReadInstant, fallback: string) {
    this.#instant = instant;
    this.#current = fallback;
  }

  push(raw: string, at: number): void {
    const plain = plainLine(shortened(raw)).trimEnd();
    const split = splitPrefix(plain);
    const header = split ? undefined : headerName(plain);
    if (header !== undefined) {
      this.#current = serviceName(header);
      return;
    }
    const service = split ? serviceName(split.name) : this.#current;
    const text = split ? split.rest : plain;
    const shape = shapeOf(text, service, this.#instant);
    const before = this.#open.get(service);
    if (before && joins(before, shape, text)) {
      before.parts.push(text);
      before.touchedAt = at;
      before.inTrace ||= text.startsWith('Traceback');
      before.inKey = before.inKey ? !KEY_END.test(text) : KEY_BEGIN.test(text);
      return;
    }
    if (text !== '') this.#begin(service, shape, text, at);
  }

  take(at: number, all = false): Unplaced[] {
    for (const [service, line] of this.#open) {
      const limit = line.inTrace || line.inKey ? TRACE_SETTLED_MS : SETTLED_MS;
      if (all || at - line.touchedAt >= limit) this.#close(service);
    }
    const done = this.#ready;
    this.#ready = [];
    return done;
  }

  waiting(): boolean {
    return this.#open.size > 0;
  }

  #begin(service: string, shape: LineShape, text: string, at: number): void {
    this.#close(service);
    const repeated = /^ {19}/.test(text) ? this.#times.get(service) : undefined;
    const time = shape.time ?? repeated ?? null;
    if (time) this.#times.set(service, time);
    const { level, message } = shape;
    const line: Unplaced = { receivedAt: at, service, level, time, message, text };
    const inTrace = text.startsWith('Traceback');
    this.#open.set(service, { line, parts: [], inTrace, inKey: KEY_BEGIN.test(text), touchedAt: at });
  }

  #close(service: string): void {
    const line = this.#open.get(service);
    if (!line) return;
    this.#open.delete(service);
    this.#ready.push(closed(line));
  }
}

function joins(line: OpenLine, shape: LineShape, text: string): boolean {
  if (line.parts.length >= MAX_JOINED) return false;
  if (line.inKey) return true;
  if (shape.continues) return true;
  return line.inTrace && shape.level === 'unknown' && shape.time === null && isExceptionLine(text);
}
