import fs from 'node:fs/promises';
import path from 'node:path';
import { NO_HASH, readLine } from './entry.ts';
import type { AuditEntry } from '../../contract/audit.ts';
import { findEntry, listFiles, readHead, readLines, sha256 } from './files.ts';
import type { Anchor } from './vault.ts';

/** Where the trail goes on. */
export interface Tip {
  seq: number;
  hash: string;
  /** The file to go on in; undefined: begin a new one. */
  file: string | undefined;
  /** The newest file there is, whole or not. */
  last: string | undefined;
  /** The key that signed the newest entry; undefined where none did. */
  kid: string | undefined;
  /** What was found amiss; each becomes a `recovered` entry. */
  remarks: Remark[];
}

/** `fault`: no crash leaves this behind, so every later check reports it. */
export interface Remark {
  text: string;
  fault: boolean;
  /** Of the entry; `recovered` unless told. */
  kind?: string;
}

/** Who knows where the trail ended. */
interface Witness {
  name: string;
  seq: number;
  hash: string;
}

export interface Witnesses {
  /** The writer itself, where it looks again at files that were changed under it. */
  known?: Witness | undefined;
  vault?: Anchor | 'broken' | undefined;
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
 * Holds the trail against somebody who knows its end. Where they know more, or something else, than the files say,
 * the chain goes on from what they know: the hole then stays visible to every later check.
 */
async function against(dir: string, files: readonly string[], tip: Tip, witness: Witness): Promise<Tip> {
  const { name, seq, hash } = witness;
  if (seq > tip.seq) {
    const text = `entries ${tip.seq + 1} to ${seq} were missing, although ${name} names them`;
    tip.remarks.push({ text, fault: true });
    return { ...tip, seq, hash };
  }
  const found = seq === tip.seq ? tip : await findEntry(dir, files, seq);
  if (seq === 0 || found?.hash === hash) return tip;
  tip.remarks.push({ text: `entry ${seq} is not the one that ${name} names`, fault: true });
  // a link that fits neither: going on smoothly would hide that somebody wrote here
  return { ...tip, hash };
}

async function againstAll(
  dir: string,
  files: readonly string[],
  start: Tip,
  { known, vault }: Witnesses,
): Promise<Tip> {
  let tip = start;
  const head = await readHead(dir);
  if (head === undefined || head === 'broken') {
    // the very first start can end between the first entry and its anchor
    const text = `head.json was ${head ?? 'missing'}, so a cut tail could not be seen`;
    if (tip.seq > 0) tip.remarks.push({ text, fault: tip.seq > 1 });
  } else tip = await against(dir, files, tip, { name: 'head.json', ...head });
  if (known) tip = await against(dir, files, tip, known);
  if (vault === 'broken')
    tip.remarks.push({ text: 'the anchor in the vault was exchanged or damaged', fault: true });
  else if (vault) tip = await against(dir, files, tip, { name: 'the vault', ...vault });
  return tip;
}

/** Finds the end of the trail after a start, a crash or an edit. Throws where the disk refuses. */
export async function recover(dir: string, witnesses: Witnesses = {}): Promise<Tip> {
  const files = await listFiles(dir);
  const last = files.at(-1);
  const tip: Tip = { seq: 0, hash: NO_HASH, file: last, last, kid: undefined, remarks: [] };
  if (last === undefined) return await againstAll(dir, files, tip, witnesses);
  const file = path.join(dir, last);
  const { lines, torn } = await readLines(file);
  if (torn.length > 0) tip.remarks.push({ text: await setAside(file, torn), fault: false });
  const newest = lines.at(-1);
  const entry = newest && readLine(newest);
  if (typeof entry === 'object') {
    tip.seq = entry.seq;
    tip.hash = entry.hash;
    tip.kid = entry.kid;
  } else {
    // a file without a usable end is left alone; the trail goes on in a new one
    tip.file = undefined;
    const valid = newestValid(lines) ?? (await newestOfEarlier(dir, files.slice(0, -1)));
    tip.seq = valid?.seq ?? 0;
    tip.hash = valid?.hash ?? NO_HASH;
    tip.kid = valid?.kid;
    if (lines.length > 0)
      tip.remarks.push({ text: `the end of ${last} is not valid: ${entry}`, fault: true });
  }
  return await againstAll(dir, files, tip, witnesses);
}

async function newestOfEarlier(dir: string, files: readonly string[]): Promise<AuditEntry | undefined> {
  for (const name of files.toReversed()) {
    const valid = newestValid((await readLines(path.join(dir, name))).lines);
    if (valid) return valid;
  }
  return undefined;
}
