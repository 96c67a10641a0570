import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contract/errors.ts';
import type { AuditEntry } from '../../contract/audit.ts';
import { writeState } from '../files.ts';
import { Holes } from './holes.ts';
import { lineOf, sealed } from './entry.ts';
import type { AuditInput, Signer } from './entry.ts';
import { fileName, fileNumber, headFile, headText } from './files.ts';
import type { Head } from './files.ts';
import { WriterLock } from './lock.ts';
import { recover } from './recovery.ts';
import type { Remark } from './recovery.ts';
import { Signing } from './signing.ts';
import { cannotWrite, createFile, openFile, PACE } from './trail-file.ts';
import type { AuditLogOptions, OpenFile, TrailTip } from './trail-file.ts';
import { withoutSecrets } from './withhold.ts';

type Extra = Pick<AuditEntry, 'prevFile' | 'prevHead'>;

/**
 * The append-only, hash-chained and signed audit trail of this app: one writer, one entry a line. The first append
 * opens it (and repairs a torn end by moving it aside); after a failure the next append tries again, so that a disk
 * that has room again needs no restart.
 */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #boot = randomBytes(8).toString('hex');
  readonly #max: number;
  readonly #lock: WriterLock;
  readonly #signing: Signing;
  readonly #holes: Holes;
  /** Signs what is written now: a vault that opens later is taken with the trail held against its anchor. */
  #signer: Signer | undefined;
  #file: OpenFile | undefined;
  #last: string | undefined;
  #seq = 0;
  #hash = '';
  /** What is on the disk for certain. */
  #head: Head | undefined;
  #keptSeq = 0;
  #unflushed = false;
  #cancelFlush: (() => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#max = options.maxBytes ?? PACE.maxBytes;
    this.#lock = new WriterLock(options.dir);
    this.#signing = new Signing(options.vault, options.clock);
    this.#holes = new Holes({
      clock: options.clock,
      write: (input) => this.#append(input, true),
      open: () => this.tip(),
      onFault: (fault) => options.onFault?.(fault),
    });
  }

  /**
   * Appends one entry; with `sync` it is on the disk when this resolves. Throws AUDIT_WRITE_FAILED, and then
   * nothing of the entry is left in the file; that it is missing is written as soon as anything can be.
   */
  append(input: AuditInput, { sync = false }: { sync?: boolean } = {}): Promise<AuditEntry> {
    return this.#holes.around(input, () => this.#append(input, sync));
  }

  #append(input: AuditInput, sync: boolean): Promise<AuditEntry> {
    const result = this.#alone(async (file) => {
      const entry = await this.#write(file, withoutSecrets(input, this.#options.redact), {});
      if (sync) await this.#sync(file, entry);
      if (!sync || PACE.urgent.includes(entry.kind)) this.#flushSoon();
      return entry;
    });
    const waits = sync && !PACE.urgent.includes(input.kind);
    this.#queue = result.then(() => this.#keep(waits ? 1 : PACE.anchorEvery)).catch(() => undefined);
    return result;
  }

  /** Opens the trail now, so that a torn end is dealt with at start; what refuses is tried again. Never rejects. */
  open(): Promise<void> {
    return this.#holes.begin();
  }

  /** Brings everything to the disk and the vault, and says where the trail ends. Throws AUDIT_WRITE_FAILED. */
  tip(): Promise<TrailTip> {
    return this.#alone(async (file) => {
      await this.#flush();
      await this.#keep(1);
      const { name, size } = file;
      const { anchor, why: unsigned } = this.#signing;
      return { seq: this.#seq, hash: this.#hash, file: name, size, signer: this.#signer, anchor, unsigned };
    });
  }

  /** Writes what is pending to the disk and the vault, and closes. Idempotent; never rejects. */
  async close(): Promise<void> {
    this.#holes.close();
    this.#queue = this.#queue.then(async () => {
      this.#closed = true;
      this.#cancelFlush?.();
      try {
        if (this.#unflushed) await this.#flush();
        await this.#keep(1);
      } catch {
        // it was not promised to anyone; the chain itself is whole
      }
      await this.#drop();
      await this.#lock.release();
    });
    await this.#queue;
  }

  /** One after the other, each on the file as it is then. */
  #alone<T>(work: (file: OpenFile) => Promise<T>): Promise<T> {
    const result = this.#queue.then(async () => {
      try {
        if (this.#closed) throw new Error('it is closed');
        return await work(await this.#ready());
      } catch (error) {
        throw error instanceof AppError ? error : cannotWrite(error);
      }
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #drop(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.handle.close().catch(() => undefined);
  }

  async #ready(): Promise<OpenFile> {
    if (this.#file === undefined) return await this.#open();
    await this.#lock.take();
    void this.#signing.open(); // not waited for: what is to be written now may be urgent
    const { handle, size } = this.#file;
    const seen = await handle.stat();
    if (seen.nlink === 0 || seen.size !== size || this.#signing.signer !== this.#signer) {
      // somebody else wrote, cut or removed it, or the vault opened: look again at what is there
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
    await this.#lock.take();
    const known = this.#seq > 0 ? { name: 'the running app', seq: this.#seq, hash: this.#hash } : undefined;
    if (known === undefined) await this.#signing.open();
    const tip = await recover(dir, { known, vault: this.#signing.anchor });
    tip.remarks.push(...this.#signing.remarks(tip));
    this.#signer = this.#signing.signer;
    this.#keptSeq = 0;
    this.#seq = tip.seq;
    this.#hash = tip.hash;
    this.#last = tip.last;
    if (tip.file === undefined) return await this.#begin(tip.remarks);
    this.#file = await openFile(dir, tip.file);
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
    this.#file = await createFile(dir, name);
    this.#last = name;
    const first = this.#seq === 0;
    const genesis: AuditInput = { actor: 'app', kind: 'genesis', id: randomBytes(16).toString('hex') };
    const next: AuditInput = { actor: 'app', kind: 'file' };
    try {
      const extra = before === undefined ? {} : { prevFile: before, prevHead: this.#hash };
      await this.#write(this.#file, first ? genesis : next, extra);
      // an end that is known before anything follows: else a crash now would look like a lost head.json
      if (first) await this.#flush();
      await this.#remark(this.#file, remarks);
    } catch (error) {
      if (this.#file?.size === 0) await fs.rm(path.join(dir, name), { force: true });
      await this.#drop();
      throw error;
    }
    return this.#file;
  }

  async #remark(file: OpenFile, remarks: readonly Remark[]): Promise<void> {
    for (const { text: detail, fault, kind = 'recovered' } of remarks) {
      const outcome = fault ? 'fault' : 'repaired';
      await this.#write(file, { actor: 'app', kind, ...(kind === 'recovered' && { outcome }), detail }, {});
    }
  }

  async #write(file: OpenFile, input: AuditInput, extra: Extra): Promise<AuditEntry> {
    const { clock } = this.#options;
    const open = {
      ...input,
      ...extra,
      seq: this.#seq + 1,
      ts: new Date(clock.now()).toISOString(),
      mono: Math.round(clock.monotonic()),
      boot: this.#boot,
      prev: this.#hash,
    };
    const entry = sealed(open, this.#signer);
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
    this.#head = { seq: this.#seq, hash: this.#hash, file: file.name };
    const text = headText(this.#head);
    await writeState(headFile(this.#options.dir), text).catch(() => {
      this.#unflushed = true;
    });
  }

  /** Takes the anchor in the vault to what is on the disk, where it is `behind` by as many entries. */
  async #keep(behind: number): Promise<void> {
    const head = this.#head;
    if (!head || !this.#signer || head.seq - this.#keptSeq < behind) return;
    if (await this.#signing.keep({ ...head, at: this.#options.clock.now() })) this.#keptSeq = head.seq;
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#options.clock.after(PACE.flushMs, () => {
      this.#cancelFlush = undefined;
      this.#queue = this.#queue
        .then(() => this.#flush())
        .then(() => this.#keep(1))
        .catch(() => undefined);
    });
  }
}

/** The trail of a folder, opened. A disk that refuses now is tried again with every append. */
export async function createAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const log = new AuditLog(options);
  await log.open();
  return log;
}
