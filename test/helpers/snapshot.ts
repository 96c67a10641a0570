import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';

/** What lies under a folder: by relative path the hash and mode of a file, the target of a link, or `folder`. */
export async function snapshot(
  dir: string,
  ignore: (relative: string) => boolean = () => false,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const names = await fs.readdir(dir, { recursive: true }).catch(() => []);
  for (const name of names) {
    const relative = name.split(path.sep).join('/');
    if (ignore(relative)) continue;
    const file = path.join(dir, name);
    // gone again meanwhile: a temporary file of a running app
    const stat = await fs.lstat(file).catch(() => undefined);
    if (!stat) continue;
    const mode = (stat.mode & 0o777).toString(8);
    if (stat.isSymbolicLink()) found[relative] = await fs.readlink(file);
    else if (stat.isFile())
      found[relative] = `${createHash('sha256')
        .update(await fs.readFile(file))
        .digest('hex')} ${mode}`;
    else found[relative] = `folder ${mode}`;
  }
  return found;
}

/** In a test user's home: traces of a running app, not the user's own: log lines, sockets, history, and the record of what was asked for. */
export const traces = (name: string) =>
  /^\.catalyst-companion\/((logs|run|audit)(\/|$)|keys\/audit\.json|history\.db)/.test(name);

/** What a running app goes on writing by itself, whoever else is started beside it. */
const ownWriting = (name: string) => /^\.catalyst-companion\/(logs|run\/open|history\.db)|\.tmp$/.test(name);

/** A snapshot once the app has written what it had to write: two in a row that are alike. */
export async function settledSnapshot(dir: string): Promise<Record<string, string>> {
  let last = await snapshot(dir, ownWriting);
  for (let tries = 0; tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const next = await snapshot(dir, ownWriting);
    if (JSON.stringify(next) === JSON.stringify(last)) return next;
    last = next;
  }
  throw new Error('The folder never came to rest.');
}
