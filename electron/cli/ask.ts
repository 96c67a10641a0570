import readline from 'node:readline/promises';
import { Writable } from 'node:stream';
import { AppError } from '../contract/errors.ts';

/** Asks on the terminal; without one, says which option answers instead. */
export async function askYes(question: string, option = '--yes'): Promise<boolean> {
  const answer = await askText(`${question} [y/N] `, option);
  return /^y(es)?$/i.test(answer.trim());
}

export async function askText(question: string, option: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new AppError(
      'USAGE',
      'This needs an answer and nobody can be asked here.',
      `Look at what is shown and repeat the command with ${option}.`,
    );
  }
  const lines = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** A secret from standard input; on a terminal it is asked for and not shown while it is typed. */
export async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return await readStdin();
  process.stderr.write(question);
  // nothing of what readline would echo reaches the terminal
  const lines = readline.createInterface({
    input: process.stdin,
    output: new Writable(DROP),
    terminal: true,
  });
  try {
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return await Promise.race([lines.question(''), closed]);
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

const DROP = { write: (_part: unknown, _encoding: string, done: () => void) => done() };

/** All of standard input, without its final newline; at most 64 KiB. */
async function readStdin(): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of process.stdin) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > 65_536)
      throw new AppError(
        'INPUT_INVALID',
        'The value is larger than 64 KiB.',
        'Give the value alone on standard input.',
      );
  }
  return Buffer.concat(parts)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}
