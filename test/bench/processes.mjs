// Starting, measuring and ending the processes of the benchmark.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

export const here = import.meta.dirname;
export const root = path.resolve(here, '../..');
export const node = process.execPath;

/** A process that does not end by itself is killed after this long. */
const GRACE_MS = 5000;
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function started(args, stdio, env) {
  const child = spawn(node, args, { stdio, env: { ...process.env, NODE_NO_WARNINGS: '1', ...env } });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts a process that prints one line when it is ready and ends with its stdin; resolves with that line. */
export function helper(args, env = {}) {
  const child = started(args, ['pipe', 'pipe', 'inherit', 'ipc'], env);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)));
    child.stdout.once('data', (data) => resolve({ child, pid: child.pid, line: String(data).trim() }));
  });
}

/** Ends a helper and resolves when it is gone. */
export function end({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    child.stdin.end();
  });
}

/** Asks a helper that answers every message with one. */
export function ask({ child }) {
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.send('now');
  });
}

/**
 * Runs one measurement in a process of its own and resolves with the line it prints. It is then killed: now and then
 * Node 24 never comes out of process.exit (it joins a compiler thread that waits for a garbage collection).
 */
export function measure(file, spec) {
  const child = started([path.join(here, file), JSON.stringify(spec)], ['ignore', 'pipe', 'inherit']);
  let out = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      out += data;
      if (!out.endsWith('\n')) return;
      child.kill('SIGKILL');
      child.once('close', () => resolve(JSON.parse(out)));
    });
    child.once('close', (code) => {
      if (!out.endsWith('\n')) reject(new Error(`${file} failed with ${code}: ${out}`));
    });
  });
}

/** Runs a command to its end; rejects when it fails. */
export function run(args, env) {
  const child = started(args, ['ignore', 'pipe', 'pipe'], env);
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (out += data));
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(out || `ended with ${code}`)),
    );
  });
}

/** Bundles a program as the build does, into `file`. */
export async function bundle(input, file) {
  const build = await rolldown({ input, platform: 'node', external: /^(node:|[^./])/, logLevel: 'silent' });
  await build.write({ file, format: 'esm', minify: true, codeSplitting: false });
  await build.close();
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** CPU seconds that a process has used. */
export function cpuSeconds(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
