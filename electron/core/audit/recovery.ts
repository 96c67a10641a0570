import fs from 'node:fs/promises';
import path from 'node:path';
import { NO_HASH, readLine } from './entry.ts';
import type { AuditEntry } from './entry.ts';
import { findEntry, listFiles, readHead, readLines, sha256 } from './files.ts';

/** Where the trail goes on. */
export interface Tip {
  seq: number;
  hash: string;
  /** The file to go on in; undefined: begin a new one. */
  file: string | undefined;
  /** The newest file there is, whole or not. */
  last: string | undefined;
  /** What was found amiss; each becomes a `recovered` entry. */
  remarks: Remark[];
}

/** `fault`: no crash leaves this behind, so every later check reports it. */
export interface Remark {
  text: string;
  fault: boolean;
}

/** Moves the bytes after the last line break beside the file, then cuts them off; nothing is deleted. */
async function setAside(file: string, torn: Buffer): Promise<string> {
  await fs.appendFile(`${file}.torn`, torn, { mode: 0o600, flush: true });
  const handle = await fs.open(file, 'r+');
  try {
    const { size } = await handle.stat();
    await handle.truncate(size - torn.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return `${torn.length} bytes of an interrupted line were moved to ${path.basename(file)}.torn (SHA-256 ${sha256(torn)})`;
}

function newestValid(lines: readonly Buffer[]): AuditEntry | undefined {
  for (const line of lines.toReversed()) {
    const entry = readLine(line);
    if (typeof entry === 'object') return entry;
  }
  return undefined;
}

/**
 * Holds the trail against its anchor. Where the anchor knows more, or something else, than the files say, the
 * chain goes on from the anchor: the hole then stays visible to every later check.
 */
async function againstHead(dir: string, files: readonly string[], tip: Tip): Promise<Tip> {
  const head = await readHead(dir);
  if (head === undefined || head === 'broken') {
    // the very first start can end between the first entry and its anchor
    const text = `head.json was ${head ?? 'missing'}, so a cut tail could not be seen`;
    if (tip.seq > 0) tip.remarks.push({ text, fault: tip.seq > 1 });
    return tip;
  }
  if (head.seq > tip.seq) {
    const text = `entries ${tip.seq + 1} to ${head.seq} were missing, although head.json names them`;
    tip.remarks.push({ text, fault: true });
    return { ...tip, seq: head.seq, hash: head.hash };
  }
  const anchored = head.seq === tip.seq ? tip : await findEntry(dir, files, head.seq);
  if (head.seq > 0 && anchored?.hash !== head.hash) {
    tip.remarks.push({ text: `entry ${head.seq} is not the one that head.json names`, fault: true });
    return { ...tip, hash: head.hash };
  }
  return tip;
}

/** Finds the end of the trail after a start, a crash or an edit. Throws where the disk refuses. */
export async function recover(dir: string): Promise<Tip> {
  const files = await listFiles(dir);
  const last = files.at(-1);
  const tip: Tip = { seq: 0, hash: NO_HASH, file: last, last, remarks: [] };
  if (last === undefined) return await againstHead(dir, files, tip);
  const file = path.join(dir, last);
  const { lines, torn } = await readLines(file);
  if (torn.length > 0) tip.remarks.push({ text: await setAside(file, torn), fault: false });
  const newest = lines.at(-1);
  const entry = newest && readLine(newest);
  if (typeof entry === 'object') {
    tip.seq = entry.seq;
    tip.hash = entry.hash;
  } else {
    // a file without a usable end is left alone; the trail goes on in a new one
    tip.file = undefined;
    const valid = newestValid(lines) ?? (await newestOfEarlier(dir, files.slice(0, -1)));
    tip.seq = valid?.seq ?? 0;
    tip.hash = valid?.hash ?? NO_HASH;
    if (lines.length > 0)
      tip.remarks.push({ text: `the end of ${last} is not valid: ${entry}`, fault: true });
  }
  return await againstHead(dir, files, tip);
}

async function newestOfEarlier(dir: string, files: readonly string[]): Promise<AuditEntry | undefined> {
  for (const name of files.toReversed()) {
    const valid = newestValid((await readLines(path.join(dir, name))).lines);
    if (valid) return valid;
  }
  return undefined;
}
