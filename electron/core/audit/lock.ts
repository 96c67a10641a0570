import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const Holder = z.strictObject({
  pid: z.number().int(),
  /** Tells a process from a later one with the same id; empty where the system does not say. */
  started: z.string(),
  token: z.string(),
});
type Holder = z.infer<typeof Holder>;

export const lockFile = (dir: string): string => path.join(dir, 'writer.lock');

/** When a process began, in ticks since the machine did; `gone` where there is none, empty where nobody says. */
async function startOf(pid: number): Promise<string> {
  if (process.platform !== 'linux') return '';
  try {
    const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    // the name in brackets may hold anything; the 20th field after it is the start
    const boot = (await fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return `${boot} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : '';
  }
}

async function lives(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const started = await startOf(holder.pid);
  return holder.started === '' || started === '' || started === holder.started;
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return Holder.parse(JSON.parse(await fs.readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Takes a lock away whose holder is gone; a lock that another one took in between is put back. */
async function clear(file: string, stale: Holder | undefined): Promise<void> {
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  await fs.rename(file, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  const taken = await readHolder(aside);
  if (taken && taken.token !== stale?.token) await fs.link(aside, file).catch(() => undefined);
  await fs.rm(aside, { force: true });
}

/** A living process has the lock. */
export class HeldError extends Error {
  override readonly name = 'HeldError';
}

/**
 * One writer of a folder at a time, over processes: a file that names the process. A holder that ended without
 * giving it back does not count; that is told by the process id and, on Linux, its start.
 */
export class WriterLock {
  readonly #file: string;
  readonly #token = randomBytes(8).toString('hex');
  #held = false;

  constructor(dir: string) {
    this.#file = lockFile(dir);
  }

  /** Takes the lock, or sees that it is still ours. Throws HeldError naming who has it. */
  async take(): Promise<void> {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const holder = await readHolder(this.#file);
      if (holder?.token === this.#token) return;
      if (holder && (await lives(holder))) throw new HeldError(`process ${holder.pid} is writing it`);
      if (holder || (await fs.stat(this.#file).catch(() => undefined))) await clear(this.#file, holder);
      if (await this.#put()) return;
    }
    throw new Error('another process is writing it');
  }

  async #put(): Promise<boolean> {
    const holder: Holder = {
      pid: process.pid,
      started: await startOf(process.pid),
      token: this.#token,
    };
    // written whole beside, then linked: whoever sees the name sees all of it
    const beside = `${this.#file}.${randomBytes(6).toString('hex')}`;
    try {
      await fs.writeFile(beside, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
      await fs.link(beside, this.#file);
      this.#held = true;
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await fs.rm(beside, { force: true });
    }
  }

  /** Gives it back where it is ours. Never rejects. */
  async release(): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    const holder = await readHolder(this.#file);
    if (holder?.token === this.#token) await fs.rm(this.#file, { force: true }).catch(() => undefined);
  }
}
