import type { ErrorShape } from '../../contract/errors.ts';
import type { Context } from '../context.ts';

/** An error answer is printed already; its code and reason go to standard error, and the exit code is 1. */
export function printFailure(context: Context, { code, message, next }: ErrorShape): void {
  process.exitCode = 1;
  context.output.say(`${code}: ${message}\n  ${next}`);
}
