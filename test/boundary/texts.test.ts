import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..', '..');

function sources(): [file: string, text: string][] {
  return ['electron', 'renderer'].flatMap((dir) =>
    readdirSync(path.join(root, dir), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map(({ parentPath, name }): [string, string] => {
        const file = path.join(parentPath, name);
        return [path.relative(root, file), readFileSync(file, 'utf8')];
      }),
  );
}

// page, command line and log share their sentences, and a command that is copied out of one has to run
it('texts have one kind of apostrophe, the straight one', () => {
  const odd = sources().filter(([, text]) => /\p{L}[’‘]|[’‘]\p{L}/u.test(text));
  expect(odd.map(([file]) => file)).toEqual([]);
});
