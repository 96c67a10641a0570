import type { LogLine } from '../../../electron/contract/models.ts';

/** The line as text that can be pasted anywhere: time by our clock, in UTC, so that lines of two machines compare. */
export function asText(line: LogLine): string {
  return `${new Date(line.at).toISOString()} ${line.service} ${line.level} ${line.message}`;
}

function asJson(line: LogLine): string {
  const { n, at, receivedAt, from, service, level, time, message, text } = line;
  return JSON.stringify({
    n,
    at: new Date(at).toISOString(),
    written: time?.text ?? null,
    received: new Date(receivedAt).toISOString(),
    from,
    service,
    level,
    message,
    text,
  });
}

const PART = 2000;

/** A file of lines in parts, a line each; what may be missing stands in it as a line too. */
export function fileOf(lines: readonly LogLine[], format: 'txt' | 'jsonl'): string[] {
  const one = format === 'txt' ? asText : asJson;
  const parts: string[] = [];
  for (let from = 0; from < lines.length; from += PART)
    parts.push(
      lines
        .slice(from, from + PART)
        .map((line) => `${one(line)}\n`)
        .join(''),
    );
  return parts;
}
