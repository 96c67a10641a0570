import path from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import type { AuditEntry, AuditReport } from '../../contract/audit.ts';
import { isSigned, NO_HASH, readLine, signatureFault } from './entry.ts';
import type { Signer } from './entry.ts';
import { listFiles, readHead, readLines } from './files.ts';
import type { Head } from './files.ts';
import type { Anchor } from './vault.ts';

/** Lines checked in one go, so that a check inside the app holds nothing up. */
const IN_ONE_GO = 250;

/** What can be held against the trail beside what lies in its folder. */
export interface VerifyWith {
  /** The vault's key; without it signatures are counted, not checked. */
  signer?: Signer | undefined;
  /** The vault's anchor. */
  anchor?: Anchor | 'broken' | undefined;
  /** The running writer's own word on the end, so that what is written meanwhile is no matter. */
  tip?: { seq: number; hash: string; file: string; size: number } | undefined;
}

/** An end of the trail as somebody knows it. */
interface Witness {
  name: string;
  seq: number;
  hash: string;
  file?: string;
}

/** Walks the chain; the first fault is kept, reading goes on to count. */
class Walk {
  readonly report: AuditReport;
  readonly #witnesses: readonly Witness[];
  readonly #signer: Signer | undefined;
  #seq = 0;
  #hash = NO_HASH;
  #lastFile: string | undefined;
  #last: AuditEntry | undefined;

  constructor(witnesses: readonly Witness[], { signer, anchor }: VerifyWith) {
    this.#witnesses = witnesses;
    this.#signer = signer;
    this.report = {
      ok: true,
      entries: 0,
      files: 0,
      remarks: [],
      signatures: signer ? 'checked' : 'not-checked',
      anchor: anchor ? 'checked' : 'not-checked',
      signed: 0,
      unsigned: null,
    };
  }

  bad(file: string, seq: number, why: string): void {
    this.report.ok = false;
    this.report.firstBad ??= { file, seq, why };
  }

  async file(name: string, lines: readonly Buffer[], torn: Buffer): Promise<void> {
    this.report.files += 1;
    for (const [index, line] of lines.entries()) {
      this.#line(name, line, index === 0);
      if (index % IN_ONE_GO === IN_ONE_GO - 1) await pause();
    }
    if (torn.length > 0)
      this.bad(name, this.#seq + 1, 'the last line is incomplete: an interrupted write, or cut off');
    this.#lastFile = name;
  }

  end(): void {
    for (const { name, seq } of this.#witnesses)
      if (seq > this.#seq)
        this.bad(name, this.#seq + 1, `entries ${this.#seq + 1} to ${seq} are missing at the end`);
  }

  #line(file: string, line: Buffer, first: boolean): void {
    const entry = readLine(line);
    if (typeof entry === 'string') {
      this.bad(file, this.#seq + 1, entry);
      this.#seq += 1;
      return;
    }
    const why =
      this.#chainFault(entry) ??
      (first ? this.#fileFault(entry) : undefined) ??
      (this.#signer && signatureFault(entry, this.#signer)) ??
      this.#formatFault(entry) ??
      this.#witnessFault(entry, file);
    if (why !== undefined) this.bad(file, this.#seq + 1, why);
    if (entry.kind === 'recovered' && entry.outcome === 'fault')
      this.bad(file, entry.seq, entry.detail ?? '');
    if (entry.kind === 'recovered') this.report.remarks.push(`entry ${entry.seq}: ${entry.detail ?? ''}`);
    this.#count(entry);
    this.#seq = entry.seq;
    this.#hash = entry.hash;
    this.#last = entry;
  }

  #count(entry: AuditEntry): void {
    this.report.entries += 1;
    if (isSigned(entry)) {
      this.report.signed += 1;
      return;
    }
    const { count = 0, first = entry.seq } = this.report.unsigned ?? {};
    this.report.unsigned = { count: count + 1, first, last: entry.seq };
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

  /** What a writer of ours never does, but somebody without the key has to do. */
  #formatFault(entry: AuditEntry): string | undefined {
    const before = this.#last;
    if (!before) return undefined;
    if (entry.v === undefined && before.v !== undefined)
      return 'it is in an older format than the entry before it';
    if (before.boot === entry.boot && isSigned(before) && !isSigned(entry))
      return 'it is not signed, although the same run signed the entry before it';
    return undefined;
  }

  #witnessFault(entry: AuditEntry, file: string): string | undefined {
    for (const witness of this.#witnesses) {
      if (entry.seq !== witness.seq) continue;
      const same = entry.hash === witness.hash && (witness.file === undefined || witness.file === file);
      if (!same) return `it is not the entry that ${witness.name} names`;
    }
    return undefined;
  }
}

/** Up to where the writer was when it was asked, whatever it has written since. */
function upTo(files: readonly string[], tip: VerifyWith['tip']): string[] {
  return files.filter((name) => tip === undefined || name <= tip.file);
}

function witnessesOf(head: Head | 'broken' | undefined, { anchor, tip }: VerifyWith): Witness[] {
  const witnesses: Witness[] = [];
  // with the writer's own word, head.json may be newer than what is checked
  if (head !== undefined && head !== 'broken' && (!tip || head.seq <= tip.seq))
    witnesses.push({ name: 'head.json', ...head });
  if (anchor && anchor !== 'broken' && anchor.seq > 0)
    witnesses.push({ name: 'the vault', seq: anchor.seq, hash: anchor.hash });
  if (tip) witnesses.push({ name: 'the running app', seq: tip.seq, hash: tip.hash });
  return witnesses;
}

/**
 * Checks every file of the trail: each byte of each line, the chain over lines and files, and the anchor
 * head.json, which shows a cut or replaced tail. With the vault's key and anchor also the signatures, and whether
 * trail and head.json were replaced together by an older or a rewritten copy. Never throws for a damaged trail.
 */
export async function verifyAudit(dir: string, using: VerifyWith = {}): Promise<AuditReport> {
  const { anchor, tip } = using;
  const head = await readHead(dir);
  const walk = new Walk(witnessesOf(head, using), using);
  for (const name of upTo(await listFiles(dir), tip)) {
    try {
      const { lines, torn } = await readLines(
        path.join(dir, name),
        name === tip?.file ? tip.size : undefined,
      );
      await walk.file(name, lines, torn);
    } catch (error) {
      walk.bad(name, 0, `the file cannot be read: ${(error as Error).message}`);
    }
  }
  walk.end();
  if (head === 'broken') walk.bad('head.json', 0, 'the anchor was edited');
  if (anchor === 'broken') walk.bad('the vault', 0, 'the anchor in the vault was exchanged or damaged');
  if (head === undefined && walk.report.entries > 0)
    walk.bad('head.json', 0, 'the anchor is missing, so a cut tail could not be seen');
  return walk.report;
}
