import { csvText } from '../../contract/csv.ts';
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

function field(value: string | number | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? csvText(value) : `${value}`;
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
