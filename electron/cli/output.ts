import { asAppError, AppError } from '../contract/errors.ts';

/** Where a command writes: one JSON document or text on standard output, messages on standard error. */
export interface Output {
  json: boolean;
  /** The command's result: printed as JSON with `--json`, else as the given text. */
  result(value: unknown, text: string): void;
  /** Progress and remarks for people; standard error, so that standard output stays a document. */
  say(text: string): void;
}

export function createOutput(json: boolean): Output {
  return {
    json,
    result(value, text) {
      process.stdout.write(`${json ? JSON.stringify(value, null, 2) : text}\n`);
    },
    say(text) {
      process.stderr.write(`${text}\n`);
    },
  };
}

/** Wrong usage of a command: exit code 2. */
export function usage(message: string, next = 'See catalyst-companion --help.'): AppError {
  return new AppError('USAGE', message, next);
}

/** Prints an error as code, sentence and next step, and gives the exit code: 2 for usage, else 1. */
export function reportError(thrown: unknown, output: Output): number {
  const error = asAppError(thrown);
  if (output.json) process.stdout.write(`${JSON.stringify({ error: error.shape() }, null, 2)}\n`);
  process.stderr.write(`${error.code}: ${error.message}\n${error.next ? `  ${error.next}\n` : ''}`);
  return error.code === 'USAGE' ? 2 : 1;
}

/** Columns padded to their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
