import type { Context } from '../context.ts';
import { table } from '../output.ts';
import { exportAudit, tailAudit, verifyAudit } from '../../core/audit/verify.ts';

export async function auditVerify(context: Context): Promise<void> {
  const report = await verifyAudit(context.home.audit);
  const unsigned = 'Signatures were not checked: entries are chained by hash only.';
  const bad = report.firstBad;
  const text = bad
    ? `BROKEN at ${bad.file}, entry ${bad.seq}: ${bad.why}`
    : report.entries === 0
      ? 'Nothing was recorded yet.'
      : `The chain is whole: ${report.entries} ${report.entries === 1 ? 'entry' : 'entries'} in ${report.files} ${report.files === 1 ? 'file' : 'files'}.`;
  context.output.result({ ...report, signatures: 'not-checked' }, `${text}\n${unsigned}`);
  if (report.ok) return;
  process.exitCode = 1;
  context.output.say(`AUDIT_BROKEN: ${text}`);
}

export async function auditTail(context: Context): Promise<void> {
  const entries = await tailAudit(context.home.audit, 20);
  const rows = entries.map((entry) => [
    entry.ts,
    entry.kind,
    entry.profile ?? '',
    entry.tool ?? '',
    entry.decision ?? '',
    entry.outcome ?? '',
    entry.actor,
  ]);
  context.output.result(entries, entries.length > 0 ? table(rows) : 'Nothing was recorded yet.');
}

/** A damaged line is part of the trail too: it stays as it is. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** The whole trail as JSON lines on standard output; with `--json` as one array. */
export async function auditExport(context: Context): Promise<void> {
  if (context.output.json) {
    const entries: unknown[] = [];
    for await (const line of exportAudit(context.home.audit)) entries.push(parsed(line));
    context.output.result(entries, '');
    return;
  }
  for await (const line of exportAudit(context.home.audit)) process.stdout.write(`${line}\n`);
}
