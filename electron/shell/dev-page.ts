import { watch } from 'node:fs';
import path from 'node:path';

/** A build writes many files; its stamp is the last one, and a moment later all of them are there. */
const SETTLED_MS = 100;

/** For developers: calls `changed` after each new build of the page. Ends with the process. */
export function followPage(pageDir: string, changed: () => Promise<void>): void {
  let waiting: NodeJS.Timeout | undefined;
  watch(path.dirname(pageDir), (_event, name) => {
    if (name !== '.page-built') return;
    clearTimeout(waiting);
    waiting = setTimeout(() => void changed().catch(() => undefined), SETTLED_MS).unref();
  }).unref();
}
