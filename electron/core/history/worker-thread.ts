import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { JobFailure, JobName, Jobs, Response } from './worker-protocol.ts';

/** A job that the thread could not do. */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly failure: JobFailure;

  constructor(failure: JobFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Beside this file in a checkout; in a build in `dist/`, where chunks are one folder below. */
function workerFile(): string {
  const here = fileURLToPath(import.meta.url);
  if (here.endsWith('.ts')) return path.join(path.dirname(here), 'worker.ts');
  const dir = path.dirname(here);
  return path.join(path.basename(dir) === 'chunks' ? path.dirname(dir) : dir, 'history-worker.cjs');
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The thread with the database, as calls. It never keeps the process alive by itself. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #ended: string | undefined;

  constructor(onEnd: (why: string) => void) {
    // nothing of the app's environment or arguments is of use there
    this.#worker = new Worker(workerFile(), { env: {}, argv: [], name: 'history', stdin: false });
    this.#worker.unref();
    this.#worker.on('message', (response: Response) => {
      const waiting = this.#waiting.get(response.id);
      this.#waiting.delete(response.id);
      if ('failure' in response) waiting?.reject(new JobError(response.failure));
      else waiting?.resolve(response.value);
    });
    const end = (why: string) => {
      if (this.#ended !== undefined) return;
      this.#ended = why;
      for (const waiting of this.#waiting.values()) waiting.reject(this.#gone());
      this.#waiting.clear();
      onEnd(why);
    };
    this.#worker.on('error', (error) => end(error.message));
    this.#worker.on('exit', () => end('it ended'));
  }

  #gone(): JobError {
    return new JobError({ message: `the history thread is not there: ${this.#ended}`, cause: 'other' });
  }

  ask<K extends JobName>(job: K, input: Jobs[K]['in']): Promise<Jobs[K]['out']> {
    if (this.#ended !== undefined) return Promise.reject(this.#gone());
    const id = (this.#last += 1);
    return new Promise<Jobs[K]['out']>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      this.#worker.postMessage({ id, job, input });
    });
  }

  /** Closes the database and ends the thread, at the latest after `ms`. */
  async end(ms: number): Promise<void> {
    const limit = new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
    this.#worker.ref();
    await Promise.race([this.ask('close', {}).catch(() => undefined), limit]);
    await this.#worker.terminate();
  }
}
