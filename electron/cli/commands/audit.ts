import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AuditEntry, AuditFilter, AuditReport } from '../../contract/audit.ts';
import { AppError } from '../../contract/errors.ts';
import { exportText } from '../../core/audit/desk.ts';
import type { AuditFormat } from '../../core/audit/desk.ts';
import { exportAudit, tailAudit } from '../../core/audit/read.ts';
import { verifyAudit } from '../../core/audit/verify.ts';
import { visible } from '../../core/guard/visible.ts';
import type { Context } from '../context.ts';
import { localKey } from '../local-audit.ts';
import { table, usage } from '../output.ts';

const NOTHING = 'Nothing was recorded yet.';
const DAY_MS = 24 * 3_600_000;

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** What was proven of the trail and what was not, line by line. */
function reportLines(report: AuditReport): string[] {
  const { firstBad, entries, files, signed, unsigned } = report;
  const verdict = firstBad
    ? `BROKEN at ${firstBad.file}, entry ${firstBad.seq}: ${firstBad.why}`
    : entries === 0
      ? NOTHING
      : `The chain is whole: ${counted(entries, 'entry', 'entries')} in ${counted(files, 'file', 'files')}.`;
  const lines = [visible(verdict)];
  if (report.signatures === 'checked') lines.push(`Signatures checked: ${signed}.`);
  else if (signed > 0)
    lines.push(
      `Signatures were NOT checked (${signed} entries carry one): the key is in the vault, which only the running app can open.`,
    );
  if (report.anchor !== 'checked' && entries > 0)
    lines.push(
      'The anchor in the vault was NOT checked: a trail replaced as a whole would not be noticed. Start the app and ask again.',
    );
  if (unsigned)
    lines.push(
      `Not signed: ${counted(unsigned.count, 'entry', 'entries')}, from number ${unsigned.first} to ${unsigned.last}; whoever can write the files could have written them before a signed entry followed.`,
    );
  return [...lines, ...report.remarks.map((remark) => visible(`Noted by the app, ${remark}`))];
}

/** Through the running app with signatures and anchor; without it with what can be had. */
export async function auditVerify(context: Context): Promise<void> {
  const byApp = await context.ifApp((app) => app.audit.verify());
  const report = byApp ?? (await verifyAudit(context.home.audit, await localKey(context)));
  const lines = reportLines(report);
  context.output.result({ ...report, checkedBy: byApp ? 'app' : 'command' }, lines.join('\n'));
  if (report.ok) return;
  process.exitCode = 1;
  context.output.say(`AUDIT_BROKEN: ${lines[0]}`);
}

const row = (entry: AuditEntry): string[] =>
  [
    entry.ts,
    entry.kind,
    entry.profile ?? '',
    entry.tool ?? '',
    entry.decision ?? '',
    entry.outcome ?? '',
    entry.actor,
  ].map(visible);

export async function auditTail(
  context: Context,
  countText: string | undefined,
  { profile, kind }: Pick<AuditFilter, 'profile' | 'kind'>,
): Promise<void> {
  const count = Number(countText ?? 20);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw usage(`N is a number from 1 to 100000, not "${countText}".`);
  const filter = { ...(profile !== undefined && { profile }), ...(kind !== undefined && { kind }) };
  const entries = await tailAudit(context.home.audit, count, filter);
  const none = profile === undefined && kind === undefined ? NOTHING : 'Nothing matches.';
  context.output.result(entries, entries.length > 0 ? table(entries.map(row)) : none);
}

/** ms since the epoch; a day alone is its first or its last moment (UTC). */
function moment(name: string, text: string | undefined, end: boolean): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d{2}-\d{2}(?:T.+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw usage(
      `--${name} takes a day such as 2026-11-21 or a time such as 2026-11-21T14:00:00Z, not "${text}".`,
    );
  return text.length === 10 && end ? at + DAY_MS - 1 : at;
}

export interface ExportOptions {
  format?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  out?: string | undefined;
}

function exportOptions(options: ExportOptions): { format: AuditFormat; filter: AuditFilter } {
  const format = options.format ?? 'jsonl';
  if (format !== 'jsonl' && format !== 'csv') throw usage(`--format takes jsonl or csv, not "${format}".`);
  const from = moment('from', options.from, false);
  const to = moment('to', options.to, true);
  return { format, filter: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) } };
}

/** Into a file that is not there yet, readable by its owner alone. */
async function writeNew(file: string, text: AsyncGenerator<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text), createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST')
      throw new AppError(
        'INPUT_INVALID',
        `${file} is there already; it was left as it is.`,
        'Name a new file.',
        {
          cause: error,
        },
      );
    throw new AppError(
      'STATE_WRITE_FAILED',
      `${file} could not be written (${code ?? message}).`,
      'Free disk space or name another place.',
      { cause: error },
    );
  }
}

/** The trail, or a part of it, on standard output or into a file; with `--json` as one array. */
export async function auditExport(context: Context, options: ExportOptions): Promise<void> {
  const { format, filter } = exportOptions(options);
  const { home, output } = context;
  if (options.out !== undefined) {
    await writeNew(options.out, exportText(home.audit, format, filter));
    output.result({ written: options.out, format }, `Written: ${options.out}`);
    return;
  }
  if (output.json) {
    const entries: unknown[] = [];
    // a damaged line is part of the trail too: it stays as it is
    for await (const line of exportAudit(home.audit, filter)) entries.push(line.entry ?? line.raw);
    output.result(entries, '');
    return;
  }
  for await (const text of exportText(home.audit, format, filter)) process.stdout.write(text);
}
