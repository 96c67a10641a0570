import path from 'node:path';
import { NO_HASH, readLine } from './entry.ts';
import type { AuditEntry } from './entry.ts';
import { listFiles, readHead, readLines } from './files.ts';
import type { Head } from './files.ts';

export interface AuditReport {
  ok: boolean;
  /** Valid entries read. */
  entries: number;
  files: number;
  /** The first place where the trail is not what was written; `seq` is the number expected there. */
  firstBad?: { file: string; seq: number; why: string };
  /** What the app noticed and recorded itself, e.g. a line torn by a crash. */
  remarks: string[];
}

/** Walks the chain; the first fault is kept, reading goes on to count. */
class Walk {
  readonly report: AuditReport = { ok: true, entries: 0, files: 0, remarks: [] };
  readonly #head: Head | undefined;
  #seq = 0;
  #hash = NO_HASH;
  #lastFile: string | undefined;

  constructor(head: Head | undefined) {
    this.#head = head;
  }

  bad(file: string, seq: number, why: string): void {
    this.report.ok = false;
    this.report.firstBad ??= { file, seq, why };
  }

  file(name: string, lines: readonly Buffer[], torn: Buffer): void {
    this.report.files += 1;
    for (const [index, line] of lines.entries()) this.#line(name, line, index === 0);
    if (torn.length > 0)
      this.bad(name, this.#seq + 1, 'the last line is incomplete: an interrupted write, or cut off');
    this.#lastFile = name;
  }

  end(): void {
    const head = this.#head;
    if (head && head.seq > this.#seq)
      this.bad('head.json', this.#seq + 1, `entries ${this.#seq + 1} to ${head.seq} are missing at the end`);
  }

  #line(file: string, line: Buffer, first: boolean): void {
    const entry = readLine(line);
    if (typeof entry === 'string') {
      this.bad(file, this.#seq + 1, entry);
      this.#seq += 1;
      return;
    }
    const why =
      this.#chainFault(entry) ?? (first ? this.#fileFault(entry) : undefined) ?? this.#headFault(entry, file);
    if (why !== undefined) this.bad(file, this.#seq + 1, why);
    if (entry.kind === 'recovered' && entry.outcome === 'fault')
      this.bad(file, entry.seq, entry.detail ?? '');
    if (entry.kind === 'recovered') this.report.remarks.push(`entry ${entry.seq}: ${entry.detail ?? ''}`);
    this.report.entries += 1;
    this.#seq = entry.seq;
    this.#hash = entry.hash;
  }

  #chainFault(entry: AuditEntry): string | undefined {
    if (this.#seq === 0 && (entry.seq !== 1 || entry.kind !== 'genesis'))
      return `the beginning is missing: the first entry is number ${entry.seq}`;
    if (entry.seq > this.#seq + 1) return `entries ${this.#seq + 1} to ${entry.seq - 1} are missing`;
    if (entry.seq <= this.#seq) return `entry ${entry.seq} stands where ${this.#seq + 1} belongs`;
    if (entry.prev !== this.#hash) return 'it does not continue the entry before it';
    return undefined;
  }

  #fileFault(entry: AuditEntry): string | undefined {
    if (entry.prevFile === this.#lastFile && entry.prevHead === (this.#lastFile && this.#hash))
      return undefined;
    return `the file does not continue ${this.#lastFile ?? 'nothing'}`;
  }

  #headFault(entry: AuditEntry, file: string): string | undefined {
    const head = this.#head;
    if (entry.seq !== head?.seq || (entry.hash === head.hash && file === head.file)) return undefined;
    return 'it is not the entry that head.json names';
  }
}

/**
 * Checks every file of the trail: each byte of each line, the chain over lines and files, and the anchor
 * head.json, which shows a cut or replaced tail. Needs no running app. Not found: a trail and anchor replaced
 * together by a consistent older copy, or rewritten by whoever can write both. Never throws for a damaged trail.
 */
export async function verifyAudit(dir: string): Promise<AuditReport> {
  const head = await readHead(dir);
  const walk = new Walk(head === 'broken' ? undefined : head);
  for (const name of await listFiles(dir)) {
    try {
      const { lines, torn } = await readLines(path.join(dir, name));
      walk.file(name, lines, torn);
    } catch (error) {
      walk.bad(name, 0, `the file cannot be read: ${(error as Error).message}`);
    }
  }
  walk.end();
  if (head === 'broken') walk.bad('head.json', 0, 'the anchor was edited');
  if (head === undefined && walk.report.entries > 0)
    walk.bad('head.json', 0, 'the anchor is missing, so a cut tail could not be seen');
  return walk.report;
}

/** The newest `count` readable entries, oldest first. */
export async function tailAudit(dir: string, count: number): Promise<AuditEntry[]> {
  const tail: AuditEntry[] = [];
  for (const name of (await listFiles(dir)).toReversed()) {
    const { lines } = await readLines(path.join(dir, name));
    const entries = lines.map((line) => readLine(line)).filter((entry) => typeof entry === 'object');
    tail.unshift(...entries.slice(-(count - tail.length)));
    if (tail.length >= count) break;
  }
  return count <= 0 ? [] : tail.slice(-count);
}

/** Every complete line as it stands, oldest first, without line breaks. */
export async function* exportAudit(dir: string): AsyncGenerator<string> {
  for (const name of await listFiles(dir)) {
    const { lines } = await readLines(path.join(dir, name));
    for (const line of lines) yield line.toString('utf8');
  }
}
