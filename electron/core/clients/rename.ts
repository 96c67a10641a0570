import fs from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long Windows may keep a file busy: virus scanner, indexer, cloud sync. */
const RETRY_MS = 10_000;

/**
 * rename, repeated on Windows for up to 10 s while another program holds the file open (EPERM, EACCES, EBUSY). Never
 * deletes first and never truncates in place; the last error is thrown and nothing has changed.
 */
export async function renameWithRetry(
  from: string,
  to: string,
  options: { platform: NodeJS.Platform; rename?: typeof fs.rename | undefined; forMs?: number | undefined },
): Promise<void> {
  const { platform, rename = fs.rename, forMs = RETRY_MS } = options;
  const until = performance.now() + forMs;
  for (let pause = 10; ; pause = Math.min(100, pause + 10)) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      const busy = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (platform !== 'win32' || !busy || performance.now() + pause > until) throw error;
      await sleep(pause);
    }
  }
}
