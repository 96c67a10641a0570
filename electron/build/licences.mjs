// The licences of what is in the app but is not ours: of every package that a bundle took code from or loads at run time.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

const MARK = `${path.sep}node_modules${path.sep}`;

/** The folder of the package that a bundled module is from; undefined for our own sources. */
function packageDir(id) {
  const file = id.replace(/^\0/, '').replace(/\?.*$/, '');
  const at = file.lastIndexOf(MARK);
  if (at < 0) return undefined;
  const [scope, name] = file.slice(at + MARK.length).split(path.sep);
  return path.join(file.slice(0, at + MARK.length), scope.startsWith('@') ? path.join(scope, name) : scope);
}

/** The folders of packages and of all that they need at run time, found as Node finds them. */
async function withDependencies(names, from) {
  const found = new Set();
  const visit = async (name, base) => {
    const dir = (createRequire(path.join(base, 'x.js')).resolve.paths(name) ?? [])
      .map((folder) => path.join(folder, name))
      .find((folder) => existsSync(path.join(folder, 'package.json')));
    if (!dir || found.has(dir)) return;
    found.add(dir);
    const { dependencies = {} } = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8'));
    for (const each of Object.keys(dependencies)) await visit(each, dir);
  };
  for (const name of names) await visit(name, from);
  return [...found];
}

async function licenceOf(dir) {
  const {
    name,
    version,
    license = 'see its text',
  } = JSON.parse(await readFile(path.join(dir, 'package.json'), 'utf8'));
  const file = (await readdir(dir)).find((one) => /^(licen[cs]e|copying)(\.|-|$)/i.test(one));
  const text = file ? (await readFile(path.join(dir, file), 'utf8')).trim() : `Licence: ${license}`;
  return { title: `${name} ${version} (${typeof license === 'string' ? license : 'see its text'})`, text };
}

/** The text of dist/licences.txt. `bundled`: ids of modules in the bundles; `loaded`: packages that stay in node_modules. */
export async function licencesText(root, { bundled, loaded }) {
  const dirs = new Set(
    [...bundled].map(packageDir).filter((dir) => dir && existsSync(path.join(dir, 'package.json'))),
  );
  for (const dir of await withDependencies(loaded, root)) dirs.add(dir);
  const licences = new Map();
  for (const dir of dirs) {
    const { title, text } = await licenceOf(dir);
    licences.set(title, text);
  }
  const line = '-'.repeat(78);
  const parts = [...licences]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([title, text]) => `${line}\n${title}\n\n${text}\n`);
  const own = (await readFile(path.join(root, 'LICENSE'), 'utf8')).trim();
  return `Catalyst Companion\n\n${own}\n\nIt contains the following packages. Electron and Chromium have their licences beside the program,\nin LICENSE.electron.txt and LICENSES.chromium.html.\n\n${parts.join('\n')}`;
}
