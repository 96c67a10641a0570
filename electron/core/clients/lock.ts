import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';

export interface LockOptions {
  clock: Clock;
  /** A lock is taken over when it is older than this and its process is gone. */
  staleMs?: number;
  /** How long to wait for a living holder before CLIENT_CONFIG_LOCKED. */
  waitMs?: number;
}

const Holder = z.object({ pid: z.number().int(), started: z.number(), at: z.number() });

/**
 * Runs `work` while holding `<file>.lock`, so that the app and the command line, or two of either, take turns.
 * Other programs do not know this lock; the writer's own comparison is what guards against those.
 */
export async function withLock<T>(file: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const lock = `${file}.lock`;
  const content = await acquire(lock, file, options);
  try {
    return await work();
  } finally {
    await release(lock, content);
  }
}

async function acquire(lock: string, file: string, options: LockOptions): Promise<string> {
  const { clock, staleMs = 10_000, waitMs = 5_000 } = options;
  const since = clock.monotonic();
  for (;;) {
    const content = `${JSON.stringify({ pid: process.pid, started: startedAt(clock), at: clock.now() })}\n`;
    if (await create(lock, content)) return content;
    const holder = await look(lock);
    if (holder === undefined) continue;
    // The one system call `wx` leaves a moment in which the file is still empty: age is then all there is.
    // A lock from before this boot is nobody's, even where its number has been given to another process.
    const beforeBoot = holder.at < clock.now() - os.uptime() * 1000;
    const gone = beforeBoot || holder.pid === undefined || !isAlive(holder.pid);
    const age = clock.now() - holder.at;
    if (gone && age >= staleMs) {
      await takeAway(lock, holder.text);
      continue;
    }
    const patience = gone ? staleMs + waitMs : waitMs;
    if (clock.monotonic() - since > patience) throw locked(file, lock, holder.pid);
    await sleep(20 + Math.random() * 30);
  }
}

async function create(lock: string, content: string): Promise<boolean> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(lock, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Windows answers EPERM while the last holder's file is being deleted.
    if (code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32')) return false;
    throw notTaken(lock, error);
  }
  try {
    await handle.writeFile(content);
    return true;
  } catch (error) {
    // an empty lock of a full disk would hold everybody up
    await fs.rm(lock, { force: true });
    throw notTaken(lock, error);
  } finally {
    await handle.close();
  }
}

async function look(
  lock: string,
): Promise<{ text: string; pid: number | undefined; at: number } | undefined> {
  try {
    const text = await fs.readFile(lock, 'utf8');
    const holder = Holder.safeParse(json(text));
    if (holder.success) return { text, pid: holder.data.pid, at: holder.data.at };
    return { text, pid: undefined, at: (await fs.stat(lock)).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes the stale lock that was looked at, and puts back what was not it: another waiter may have been faster. */
async function takeAway(lock: string, expected: string): Promise<void> {
  const aside = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    await fs.rename(lock, aside);
    if ((await fs.readFile(aside, 'utf8')) !== expected) await fs.link(aside, lock);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await fs.rm(aside, { force: true });
  }
}

async function release(lock: string, content: string): Promise<void> {
  const holder = await look(lock);
  if (holder?.text === content) await fs.rm(lock, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startedAt(clock: Clock): number {
  return Math.round(clock.now() - process.uptime() * 1000);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notTaken(lock: string, cause: unknown): AppError {
  return new AppError(
    'STATE_WRITE_FAILED',
    `${lock} could not be written (${(cause as NodeJS.ErrnoException).code ?? String(cause)}); nothing was changed.`,
    'Free disk space or fix the permissions of that folder, then try again.',
    { cause },
  );
}

function locked(file: string, lock: string, pid: number | undefined): AppError {
  return new AppError(
    'CLIENT_CONFIG_LOCKED',
    `${file} is being changed by another Catalyst Companion${pid === undefined ? '' : ` (process ${pid})`}; nothing was changed.`,
    `Wait for it to finish and try again; if none is running, delete ${lock}.`,
  );
}
