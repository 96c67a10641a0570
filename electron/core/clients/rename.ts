import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long Windows may keep a file busy: virus scanner, indexer, cloud sync. */
const RETRY_MS = 10_000;

interface Retry {
  platform: NodeJS.Platform;
  forMs?: number | undefined;
}

/**
 * rename, repeated on Windows for up to 10 s while another program holds the file open (EPERM, EACCES, EBUSY). Never
 * deletes first and never truncates in place; the last error is thrown and nothing has changed.
 */
export async function renameWithRetry(
  from: string,
  to: string,
  options: Retry & { rename?: typeof fs.rename | undefined },
): Promise<void> {
  const { rename = fs.rename } = options;
  await retried(() => rename(from, to), options);
}

/** The same for taking a file away, as an undo does with one that we made. */
export async function removeWithRetry(
  file: string,
  options: Retry & { unlink?: typeof fs.unlink | undefined },
): Promise<void> {
  const { unlink = fs.unlink } = options;
  await retried(() => unlink(file), options);
}

async function retried(act: () => Promise<void>, { platform, forMs = RETRY_MS }: Retry): Promise<void> {
  const until = performance.now() + forMs;
  for (let pause = 10; ; pause = Math.min(100, pause + 10)) {
    try {
      await act();
      return;
    } catch (error) {
      const busy = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (platform !== 'win32' || !busy || performance.now() + pause > until) throw error;
      await sleep(pause);
    }
  }
}
