import { asAppError, AppError } from '../contract/errors.ts';
import { visible } from '../core/guard/visible.ts';

/**
 * What comes from a back end or a client may carry escape sequences, directional marks and the like: a terminal is
 * shown them as \\uXXXX and obeys none. JSON keeps its meaning by that.
 */
export function forTerminal(text: string): string {
  return visible(text).replaceAll(/\r(?!\n)/g, String.raw`\r`);
}

function write(stream: NodeJS.WriteStream, text: string): void {
  stream.write(`${forTerminal(text)}\n`);
}

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
      write(process.stdout, json ? JSON.stringify(value, null, 2) : text);
    },
    say(text) {
      write(process.stderr, text);
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
  if (output.json) write(process.stdout, JSON.stringify({ error: error.shape() }, null, 2));
  write(process.stderr, `${error.code}: ${error.message}${error.next ? `\n  ${error.next}` : ''}`);
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
