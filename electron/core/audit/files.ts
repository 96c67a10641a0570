import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AuditEntry } from '../../contract/audit.ts';
import { readLine } from './entry.ts';

const NAME = /^audit-(\d{6})-\d{8}\.jsonl$/;
/** A file of ours ends far below this; a larger one is not read into memory. */
const MAX_FILE = 64 << 20;

/** `audit-000001-20261121.jsonl`: number, then the day it was begun. */
export function fileName(number: number, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '');
  return `audit-${String(number).padStart(6, '0')}-${day}.jsonl`;
}

export const fileNumber = (name: string): number => Number(NAME.exec(name)?.[1] ?? 0);

/** The trail's files in order; empty where there is no folder. */
export async function listFiles(dir: string): Promise<string[]> {
  try {
    return (await fs.readdir(dir)).filter((name) => NAME.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** A file's complete lines, and the bytes after the last line break. */
export interface Lines {
  lines: Buffer[];
  torn: Buffer;
}

/** `upTo`: not what was written behind so many bytes. */
export async function readLines(file: string, upTo = Infinity): Promise<Lines> {
  const { size } = await fs.stat(file);
  if (size > MAX_FILE) throw new Error(`larger than ${MAX_FILE} bytes`);
  const whole = await fs.readFile(file);
  const bytes = whole.length > upTo ? whole.subarray(0, upTo) : whole;
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return { lines, torn: bytes.subarray(from) };
}

/**
 * The anchor beside the trail: number and hash of the newest entry that is on the disk. It shows that a tail was
 * cut off or replaced, which a chain by itself cannot show. Whoever rewrites both is not found by it.
 */
export const Head = z.strictObject({
  seq: z.number().int().nonnegative(),
  hash: AuditEntry.shape.hash,
  file: z.string(),
});
export type Head = z.infer<typeof Head>;

export const headFile = (dir: string): string => path.join(dir, 'head.json');

/** undefined: no such file. `broken`: there is one and it cannot be read. */
export async function readHead(dir: string): Promise<Head | 'broken' | undefined> {
  let text: string;
  try {
    text = await fs.readFile(headFile(dir), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'broken';
  }
  try {
    const head = Head.parse(JSON.parse(text));
    return headText(head) === text ? head : 'broken';
  } catch {
    return 'broken';
  }
}

export function headText(head: Head): string {
  return `${JSON.stringify({ seq: head.seq, hash: head.hash, file: head.file })}\n`;
}

/** The entry with this number, searched from the newest file backwards. */
export async function findEntry(
  dir: string,
  files: readonly string[],
  seq: number,
): Promise<AuditEntry | undefined> {
  for (const name of files.toReversed()) {
    const { lines } = await readLines(path.join(dir, name));
    const first = lines[0] && readLine(lines[0]);
    if (typeof first === 'object' && first.seq > seq) continue;
    for (const line of lines) {
      const entry = readLine(line);
      if (typeof entry === 'object' && entry.seq === seq) return entry;
    }
  }
  return undefined;
}

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
