import type { AuditCheck, AuditFilter, AuditPage, AuditPlace } from '../../contract/audit.ts';
import type { Clock } from '../ports.ts';
import { CSV_HEAD, csvRecord } from './csv.ts';
import type { AuditLog } from './log.ts';
import { exportAudit, readPage } from './read.ts';
import { verifyAudit } from './verify.ts';

/** A page ends after so many lines looked at, so that a rare match does not keep anybody waiting. */
const SCAN_LIMIT = 5_000;
const CHUNK = 256 << 10;
/** The app's own check waits until the links are up. */
const FIRST_CHECK_MS = 5_000;

export type AuditFormat = 'jsonl' | 'csv';

/** The trail as text in chunks, oldest first. */
export async function* exportText(
  dir: string,
  format: AuditFormat,
  filter: AuditFilter = {},
): AsyncGenerator<string> {
  let text = format === 'csv' ? CSV_HEAD : '';
  for await (const line of exportAudit(dir, filter)) {
    text += format === 'csv' ? csvRecord(line) : `${line.raw}\n`;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

/** What the page and the command line may ask of the running app about its trail. Nothing here writes entries. */
export class AuditDesk {
  readonly #log: AuditLog;
  readonly #dir: string;
  readonly #clock: Clock;
  readonly #onFault: (check: AuditCheck) => void;
  #check: AuditCheck | null = null;
  #running: Promise<AuditCheck> | undefined;
  #signing = { on: false, why: 'Nothing was written yet.' };

  constructor(deps: { log: AuditLog; dir: string; clock: Clock; onFault?: (check: AuditCheck) => void }) {
    this.#log = deps.log;
    this.#dir = deps.dir;
    this.#clock = deps.clock;
    this.#onFault = deps.onFault ?? (() => undefined);
  }

  /** Checks once by itself, some seconds from now. Returns the cancel. */
  checkSoon(): () => void {
    return this.#clock.after(FIRST_CHECK_MS, () => {
      void this.verify('app').catch(() => undefined);
    });
  }

  /** Checks the whole trail with the vault's key and anchor; two at a time are one. Throws AUDIT_WRITE_FAILED. */
  verify(by: AuditCheck['by'] = 'you'): Promise<AuditCheck> {
    this.#running ??= this.#verify(by).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #verify(by: AuditCheck['by']): Promise<AuditCheck> {
    const began = this.#clock.monotonic();
    const { signer, anchor, unsigned, ...tip } = await this.#log.tip();
    this.#signing = { on: signer !== undefined, why: unsigned };
    const report = await verifyAudit(this.#dir, { signer, anchor, tip });
    const tookMs = Math.round(this.#clock.monotonic() - began);
    this.#check = { ...report, at: this.#clock.now(), by, tookMs };
    if (!report.ok) this.#onFault(this.#check);
    return this.#check;
  }

  async page(ask: {
    before?: AuditPlace | undefined;
    limit: number;
    filter: AuditFilter;
  }): Promise<AuditPage> {
    const { before, limit, filter } = ask;
    const page = await readPage(this.#dir, { before, limit, scanLimit: SCAN_LIMIT, filter });
    return { ...page, check: this.#check, signing: this.#signing };
  }

  async *export(format: AuditFormat, filter: AuditFilter): AsyncGenerator<{ text: string }> {
    for await (const text of exportText(this.#dir, format, filter)) yield { text };
  }
}
