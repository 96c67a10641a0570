import type { AuditEntry, AuditLine } from '../../contract/audit.ts';

const COLUMNS = [
  'seq',
  'ts',
  'kind',
  'actor',
  'profile',
  'tool',
  'decision',
  'outcome',
  'detail',
  'args',
  'argsHash',
  'id',
  'mono',
  'boot',
  'v',
  'prevFile',
  'prevHead',
  'prev',
  'kid',
  'sig',
  'hash',
] as const satisfies readonly (keyof AuditEntry)[];

/**
 * One field by RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it, also
 * where it is spelled in full width, which some spreadsheets take as well (OWASP, CSV injection).
 */
function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  const text =
    typeof value === 'string' && /^[\s\p{Cf}]*[=+\-@\t\r＝＋－＠]/u.test(value) ? `'${value}` : `${value}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`;

/** One line of the trail as one record; a damaged one keeps its text under `detail`. */
export function csvRecord(line: AuditLine): string {
  const shown: Partial<AuditEntry> = line.entry ?? {
    kind: 'damaged',
    detail: `${line.problem ?? ''}: ${line.raw}`,
  };
  return `${COLUMNS.map((name) => field(shown[name])).join(',')}\r\n`;
}
