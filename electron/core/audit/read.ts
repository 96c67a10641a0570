import path from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import type { AuditEntry, AuditFilter, AuditLine, AuditPlace } from '../../contract/audit.ts';
import { readLine } from './entry.ts';
import { listFiles, readLines } from './files.ts';

const IN_ONE_GO = 250;

function fits(wanted: string | undefined, ...given: (string | undefined)[]): boolean {
  return wanted === undefined || given.includes(wanted);
}

/** Whether an entry is what the filter asks for; a damaged line is shown by free text alone. */
export function passes(line: Pick<AuditLine, 'raw' | 'entry'>, filter: AuditFilter): boolean {
  const { kind, profile, tool, outcome, client, text, from, to } = filter;
  if (text !== undefined && !line.raw.toLowerCase().includes(text.toLowerCase())) return false;
  const { entry } = line;
  if (!entry) return [kind, profile, tool, outcome, client, from, to].every((part) => part === undefined);
  const at = Date.parse(entry.ts);
  return (
    (from === undefined || at >= from) &&
    (to === undefined || at <= to) &&
    fits(kind, entry.kind) &&
    fits(profile, entry.profile) &&
    fits(tool, entry.tool) &&
    fits(outcome, entry.outcome ?? entry.decision) &&
    fits(client, entry.actor)
  );
}

function lineAt(file: string, line: number, bytes: Buffer): AuditLine {
  const entry = readLine(bytes);
  const raw = bytes.toString('utf8');
  return typeof entry === 'string'
    ? { file, line, raw, entry: null, problem: entry }
    : { file, line, raw, entry, problem: null };
}

/** A file that cannot be read is one damaged line: what it held must not just be missing. */
async function linesOf(dir: string, file: string): Promise<Buffer[] | AuditLine> {
  try {
    // what has no end yet is being written now; of a crash it was set aside when the trail was opened
    return (await readLines(path.join(dir, file))).lines;
  } catch (error) {
    const problem = `the file cannot be read: ${(error as Error).message}`;
    return { file, line: 0, raw: '', entry: null, problem };
  }
}

export interface ReadPage {
  lines: AuditLine[];
  next: AuditPlace | null;
  scanned: number;
}

/**
 * Lines that pass, newest first, from before a place or from the end. Ends after `limit` of them or after
 * `scanLimit` lines were looked at; `next` is where to go on.
 */
export async function readPage(
  dir: string,
  ask: { before: AuditPlace | undefined; limit: number; scanLimit: number; filter: AuditFilter },
): Promise<ReadPage> {
  const { before, limit, scanLimit, filter } = ask;
  const page: ReadPage = { lines: [], next: null, scanned: 0 };
  const files = (await listFiles(dir)).filter((name) => before === undefined || name <= before.file);
  for (const file of files.toReversed()) {
    const found = await linesOf(dir, file);
    const end = file === before?.file ? before.line : Infinity;
    const count = Math.min(Array.isArray(found) ? found.length : 1, end);
    for (let index = count - 1; index >= 0; index -= 1) {
      if (page.lines.length >= limit || page.scanned >= scanLimit)
        return { ...page, next: { file, line: index + 1 } };
      const bytes = Array.isArray(found) ? found[index] : undefined;
      const line = Array.isArray(found) ? bytes && lineAt(file, index, bytes) : found;
      page.scanned += 1;
      if (page.scanned % IN_ONE_GO === 0) await pause();
      if (line && passes(line, filter)) page.lines.push(line);
    }
  }
  return page;
}

/** The newest `count` readable entries that pass, oldest first. */
export async function tailAudit(dir: string, count: number, filter: AuditFilter = {}): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  let before: AuditPlace | undefined;
  while (entries.length < count) {
    const page = await readPage(dir, { before, limit: count - entries.length, scanLimit: Infinity, filter });
    for (const { entry } of page.lines) if (entry) entries.push(entry);
    if (!page.next) break;
    before = page.next;
  }
  return entries.toReversed();
}

/** Every complete line that passes as it stands, oldest first. */
export async function* exportAudit(dir: string, filter: AuditFilter = {}): AsyncGenerator<AuditLine> {
  for (const file of await listFiles(dir)) {
    const { lines } = await readLines(path.join(dir, file));
    for (const [index, bytes] of lines.entries()) {
      const line = lineAt(file, index, bytes);
      if (passes(line, filter)) yield line;
      if (index % IN_ONE_GO === IN_ONE_GO - 1) await pause();
    }
  }
}
