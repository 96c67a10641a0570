import type { Context } from '../context.ts';
import { table } from '../output.ts';
import { exportAudit, tailAudit, verifyAudit } from '../../core/audit/verify.ts';

export async function auditVerify(context: Context): Promise<void> {
  const report = await verifyAudit(context.home.audit);
  const unsigned = 'Signatures were not checked: entries are chained by hash only.';
  const bad = report.firstBad;
  const text = bad
    ? `BROKEN at ${bad.file}, entry ${bad.seq}: ${bad.why}`
    : `The chain of ${report.entries} entries in ${report.files} file(s) is whole.`;
  context.output.result({ ...report, signatures: 'not-checked' }, `${text}\n${unsigned}`);
  if (!report.ok) process.exitCode = 1;
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

/** The whole trail as JSON lines on standard output. */
export async function auditExport(context: Context): Promise<void> {
  for await (const line of exportAudit(context.home.audit)) process.stdout.write(`${line}\n`);
}
