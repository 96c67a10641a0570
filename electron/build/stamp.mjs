// Tells whether dist/ was built from the sources as they are now, by content, so that a fresh clone or a touched file does not count.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const SOURCES = ['electron', 'renderer', 'resources'];
const SINGLE = ['package.json', 'package-lock.json'];

/** One hash over names and contents of everything that goes into dist/. */
export async function sourceStamp(root) {
  const files = [...SINGLE];
  for (const dir of SOURCES) {
    const entries = await readdir(path.join(root, dir), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries)
      if (entry.isFile()) files.push(path.relative(root, path.join(entry.parentPath, entry.name)));
  }
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash.update(`${file}\0`);
    hash.update(await readFile(path.join(root, file)).catch(() => ''));
  }
  return hash.digest('hex');
}

/** Whether dist/ is there and was built from these sources. */
export async function isFresh(root) {
  const built = await readFile(path.join(root, 'dist', '.stamp'), 'utf8').catch(() => '');
  return built !== '' && built === (await sourceStamp(root));
}
