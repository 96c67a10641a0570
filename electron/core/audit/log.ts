import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import { writeState } from '../files.ts';
import type { Clock } from '../ports.ts';
import { hashOf, lineOf } from './entry.ts';
import type { AuditEntry, AuditInput } from './entry.ts';
import { fileName, fileNumber, headFile, headText } from './files.ts';
import { recover } from './recovery.ts';
import type { Remark } from './recovery.ts';
import { withoutSecrets } from './withhold.ts';

const DEFAULT_MAX_BYTES = 4 << 20;
/** Entries that nobody waits for reach the disk this much later. */
const FLUSH_MS = 250;

export interface AuditLogOptions {
  dir: string;
  clock: Clock;
  /** A new file is begun beyond this many bytes, and with each new day (UTC). */
  maxBytes?: number;
  /** Masks secrets in free text; arguments that it would change are withheld. */
  redact?: { text(value: string): string };
}

interface OpenFile {
  handle: FileHandle;
  name: string;
  size: number;
}

type Extra = Pick<AuditEntry, 'prevFile' | 'prevHead'>;

const cannotWrite = (cause: unknown): AppError =>
  new AppError(
    'AUDIT_WRITE_FAILED',
    `The audit trail cannot be written (${(cause as Error).message}).`,
    'Free disk space or fix the permissions of the audit folder.',
    { cause },
  );

/**
 * The append-only, hash-chained audit trail of this app: one writer, one entry a line. The first append opens it
 * (and repairs a torn end by moving it aside); after a failure the next append tries again, so that a disk that
 * has room again needs no restart.
 */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #boot = randomBytes(8).toString('hex');
  readonly #max: number;
  #file: OpenFile | undefined;
  #last: string | undefined;
  #seq = 0;
  #hash = '';
  #unflushed = false;
  #cancelFlush: (() => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#max = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /**
   * Appends one entry; with `sync` it is on the disk when this resolves. Throws AUDIT_WRITE_FAILED, and then
   * nothing of the entry is left in the file.
   */
  append(input: AuditInput, options: { sync?: boolean } = {}): Promise<AuditEntry> {
    const work = async (): Promise<AuditEntry> => {
      try {
        if (this.#closed) throw new Error('it is closed');
        const file = await this.#ready();
        const entry = await this.#write(file, withoutSecrets(input, this.#options.redact), {});
        if (options.sync) await this.#sync(file, entry);
        else this.#flushSoon();
        return entry;
      } catch (error) {
        throw error instanceof AppError ? error : cannotWrite(error);
      }
    };
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Opens the trail now, so that a torn end is dealt with at start. Throws AUDIT_WRITE_FAILED. */
  async open(): Promise<void> {
    const work = async (): Promise<void> => {
      try {
        await this.#ready();
        await this.#flush();
      } catch (error) {
        throw error instanceof AppError ? error : cannotWrite(error);
      }
    };
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    await result;
  }

  /** Writes what is pending to the disk and closes. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      this.#closed = true;
      this.#cancelFlush?.();
      try {
        if (this.#unflushed) await this.#flush();
      } catch {
        // it was not promised to anyone; the chain itself is whole
      }
      await this.#drop();
    });
    await this.#queue;
  }

  async #drop(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close().catch(() => undefined);
  }

  async #ready(): Promise<OpenFile> {
    if (this.#file === undefined) return await this.#open();
    const { handle, size } = this.#file;
    const seen = await handle.stat();
    if (seen.nlink === 0 || seen.size !== size) {
      // somebody else wrote, cut or removed it: look again at what is there
      await this.#drop();
      return await this.#open();
    }
    const day = fileName(fileNumber(this.#file.name), this.#options.clock.now());
    if (size >= this.#max || day !== this.#file.name) return await this.#begin([]);
    return this.#file;
  }

  async #open(): Promise<OpenFile> {
    const { dir } = this.#options;
    await fs.mkdir(dir, { recursive: true, mode: 0o700 });
    const tip = await recover(dir);
    this.#seq = tip.seq;
    this.#hash = tip.hash;
    this.#last = tip.last;
    if (tip.file === undefined) return await this.#begin(tip.remarks);
    const handle = await fs.open(path.join(dir, tip.file), 'a', 0o600);
    const { size } = await handle.stat();
    this.#file = { handle, name: tip.file, size };
    await this.#remark(this.#file, tip.remarks);
    return this.#file;
  }

  /** Begins a new file; its first entry names the file before it and the hash that one ended with. */
  async #begin(remarks: readonly Remark[]): Promise<OpenFile> {
    const { dir, clock } = this.#options;
    if (this.#unflushed) await this.#flush();
    await this.#drop();
    const before = this.#last;
    const name = fileName((before === undefined ? 0 : fileNumber(before)) + 1, clock.now());
    const handle = await fs.open(path.join(dir, name), 'ax', 0o600);
    this.#file = { handle, name, size: 0 };
    this.#last = name;
    const first = this.#seq === 0;
    const genesis: AuditInput = { actor: 'app', kind: 'genesis', id: randomBytes(16).toString('hex') };
    const next: AuditInput = { actor: 'app', kind: 'file' };
    try {
      const extra = before === undefined ? {} : { prevFile: before, prevHead: this.#hash };
      await this.#write(this.#file, first ? genesis : next, extra);
      await this.#remark(this.#file, remarks);
    } catch (error) {
      if (this.#file?.size === 0) await fs.rm(path.join(dir, name), { force: true });
      await this.#drop();
      throw error;
    }
    return this.#file;
  }

  async #remark(file: OpenFile, remarks: readonly Remark[]): Promise<void> {
    for (const { text: detail, fault } of remarks) {
      const outcome = fault ? 'fault' : 'repaired';
      await this.#write(file, { actor: 'app', kind: 'recovered', outcome, detail }, {});
    }
  }

  async #write(file: OpenFile, input: AuditInput, extra: Extra): Promise<AuditEntry> {
    const { clock } = this.#options;
    const unsealed = {
      ...input,
      ...extra,
      seq: this.#seq + 1,
      ts: new Date(clock.now()).toISOString(),
      mono: Math.round(clock.monotonic()),
      boot: this.#boot,
      prev: this.#hash,
    };
    const entry: AuditEntry = { ...unsealed, hash: hashOf(unsealed) };
    const bytes = Buffer.from(`${lineOf(entry)}\n`);
    try {
      await file.handle.appendFile(bytes);
    } catch (error) {
      await this.#undo(file);
      throw error;
    }
    file.size += bytes.length;
    this.#seq = entry.seq;
    this.#hash = entry.hash;
    this.#unflushed = true;
    return entry;
  }

  /** Takes a half-written line back; where even that fails, the next append recovers from what is there. */
  async #undo(file: OpenFile): Promise<void> {
    try {
      await file.handle.truncate(file.size);
    } catch {
      await this.#drop();
    }
  }

  /** Brings an entry that somebody waits for to the disk, or takes it back. */
  async #sync(file: OpenFile, entry: AuditEntry): Promise<void> {
    try {
      await file.handle.sync();
    } catch (error) {
      file.size -= Buffer.byteLength(lineOf(entry)) + 1;
      this.#seq = entry.seq - 1;
      this.#hash = entry.prev;
      await this.#undo(file);
      throw error;
    }
    await this.#anchor(file);
  }

  async #flush(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await file.handle.sync();
    await this.#anchor(file);
  }

  /**
   * Only after the file is on the disk: an anchor ahead of its file would look like a cut tail. One that lags
   * behind only proves less, so a disk too full for it does not undo the entry.
   */
  async #anchor(file: OpenFile): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#unflushed = false;
    const text = headText({ seq: this.#seq, hash: this.#hash, file: file.name });
    await writeState(headFile(this.#options.dir), text).catch(() => {
      this.#unflushed = true;
    });
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#options.clock.after(FLUSH_MS, () => {
      this.#cancelFlush = undefined;
      this.#queue = this.#queue.then(() => this.#flush()).catch(() => undefined);
    });
  }
}

/** The trail of a folder, opened. A disk that refuses now is tried again with every append. */
export async function createAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const log = new AuditLog(options);
  await log.open().catch(() => undefined);
  return log;
}
