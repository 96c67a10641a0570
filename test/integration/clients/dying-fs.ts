/*
 * Every call to the file system is counted once `arm` was called, and the process kills itself at one of them: before
 * it, after it, or, where it writes, with half of the bytes on disk. To be imported before whatever uses node:fs.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

export type Moment = 'before' | 'half' | 'after';

const seen: string[] = [];
let deadly: { at: number; moment: Moment } | undefined;

export function arm(at: number, moment: Moment): void {
  seen.length = 0;
  deadly = { at, moment };
}

/** The calls since `arm`, each with the file it was about. */
export const calls = (): readonly string[] => seen;

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // the signal is on its way; nothing more may happen meanwhile
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new Error('not reached');
}

type Call = (...args: unknown[]) => unknown;

/** The bytes that a call writes, by the place where they stand among its arguments. */
const WRITES: Record<string, number> = { writeFile: 1, write: 1, writeSync: 1, 'handle.writeFile': 0 };

function halved(name: string, args: unknown[]): unknown[] | undefined {
  const at = WRITES[name];
  const data = at === undefined ? undefined : args[at];
  if (typeof data !== 'string' && !Buffer.isBuffer(data)) return undefined;
  const bytes = Buffer.from(data as Buffer);
  const part = bytes.length >> 1;
  const written = args.map((arg, index) => (index === at ? bytes.subarray(0, part) : arg));
  // of a buffer, how much of it: (fd, buffer, offset, length, position)
  if (name !== 'writeFile' && typeof args[3] === 'number') written[3] = Math.min(args[3], part);
  return written;
}

function wrap(owner: Record<string, Call>, name: string, label = name, file = ''): void {
  const real = owner[name].bind(owner);
  owner[name] = (...args) => {
    seen.push(`${label} ${file || (typeof args[0] === 'string' ? args[0] : '')}`);
    if (deadly === undefined || seen.length !== deadly.at) return real(...args);
    const half = deadly.moment === 'half' ? halved(label, args) : undefined;
    if (deadly.moment === 'before' || (deadly.moment === 'half' && half === undefined)) die();
    const given = half ?? args;
    // a callback's turn is after the call: there the process dies instead of going on
    const byCallback = typeof given.at(-1) === 'function';
    const result = real(...(byCallback ? [...given.slice(0, -1), die] : given));
    if (result instanceof Promise) return result.then(die, die);
    if (!byCallback) die();
    return result;
  };
}

const ASYNC = [
  'access',
  'chmod',
  'copyFile',
  'link',
  'lstat',
  'mkdir',
  'open',
  'readFile',
  'readdir',
  'readlink',
  'realpath',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'unlink',
  'writeFile',
];
const promises = fs.promises as unknown as Record<string, Call>;
for (const name of ASYNC) wrap(promises, name);
const open = promises['open'];
promises['open'] = async (...args) => {
  const handle = (await open(...args)) as Record<string, Call>;
  for (const name of ['chmod', 'chown', 'close', 'readFile', 'stat', 'sync', 'writeFile'])
    wrap(handle, name, `handle.${name}`, String(args[0]));
  return handle;
};
// the journal is written by a package that uses callbacks and, for what is small, the calls that wait
const plain = fs as unknown as Record<string, Call>;
for (const name of [
  'open',
  'close',
  'fsync',
  'fchmod',
  'write',
  'rename',
  'unlink',
  'mkdir',
  'chmod',
  'stat',
])
  wrap(plain, name);
for (const name of ['openSync', 'closeSync', 'fsyncSync', 'writeSync', 'renameSync', 'unlinkSync'])
  wrap(plain, name);
syncBuiltinESMExports();
