// Tells whether dist/ was built from the sources as they are now, by content, so that a fresh clone or a touched file does not count.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
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

/** Notes in dist/ what it was built from, and which files it then had, so that one that was deleted is missed. */
export async function writeStamp(root, stamp) {
  const dist = path.join(root, 'dist');
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(dist, path.join(entry.parentPath, entry.name)))
    .filter((file) => file !== '.stamp' && file !== '.page-built' && !file.startsWith('packages'));
  await writeFile(path.join(dist, '.stamp'), [stamp, ...files.sort()].join('\n'));
}

/** Whether dist/ is there as it was built, and from these sources. */
export async function isFresh(root) {
  const dist = path.join(root, 'dist');
  const text = await readFile(path.join(dist, '.stamp'), 'utf8').catch(() => '');
  const [built, ...files] = text.split('\n');
  if (built === '' || !files.every((file) => existsSync(path.join(dist, file)))) return false;
  return built === (await sourceStamp(root));
}
