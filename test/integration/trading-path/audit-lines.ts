import fs from 'node:fs/promises';
import path from 'node:path';

export type AuditLine = Record<
  'kind' | 'decision' | 'outcome' | 'tool' | 'actor' | 'detail',
  string | undefined
>;

/** All entries of a state folder's audit trail, oldest first; one that is just being written does not count. */
export async function auditLines(dir: string): Promise<AuditLine[]> {
  const audit = path.join(dir, 'audit');
  const files = (await fs.readdir(audit)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(files.map((name) => fs.readFile(path.join(audit, name), 'utf8')));
  const text = texts.join('');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AuditLine);
}
