import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { CommandResult } from './app.ts';

export type Shape = { code: string; message: string; next: string };

/** A value that no error, log or file may ever show. */
export const secret = randomBytes(18).toString('base64url');

/** What every error must be: a code, one plain sentence, a next step; no stack, no secret. */
export function checkError(error: Shape): void {
  const { code, message, next } = error;
  expect(code).toMatch(/^[A-Z][A-Z_]+$/);
  expect(code).not.toBe('INTERNAL');
  expect(message, code).toMatch(/^\S.*[.)]$/);
  expect(message, code).not.toContain('\n');
  // one sentence: no full stop followed by another one
  expect(message, code).not.toMatch(/[.!?] [A-Z]/);
  expect(next.length, code).toBeGreaterThan(10);
  for (const text of [message, next]) {
    expect(text).not.toMatch(/\bat \S+ \(|node:internal|\.js:\d+|undefined|\[object|ZodError/);
    expect(text).not.toContain(secret);
  }
}

/** The error of a failed command: a line with code and sentence, an indented line with the next step. */
export function errorOf(result: CommandResult, exit = 1): Shape {
  const found = /^([A-Z_]+): (.+)\n {2}(.+)\n?$/m.exec(result.stderr);
  expect(found, `stderr: ${result.stderr} stdout: ${result.stdout}`).not.toBeNull();
  expect(result.code, result.stderr).toBe(exit);
  const [, code = '', message = '', next = ''] = found ?? [];
  const error = { code, message, next };
  checkError(error);
  return error;
}
