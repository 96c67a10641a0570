// `npm run check:package`: reads the fuses and the archive of every packed app below dist/packages and dist/packages-test
// (or of the folders that are named), and fails on what is not as it should be. Where nothing is packed it says so.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { judgeContents, judgeFeed, judgeFuses, runtimePackages } from './inspect-package.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');
// the versions that electron-builder itself works with
const require = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));
const library = 'app-builder-lib/package.json';
const inside = createRequire(require.resolve(library));
const { getCurrentFuseWire } = inside('@electron/fuses');
const { listPackage } = inside('@electron/asar');

/** Folders with a packed app: its resources, the program with the fuses, and its system. */
function findApps(dir) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const at = path.join(dir, name);
      if (name.endsWith('.app'))
        return [{ os: 'mac', program: at, resources: path.join(at, 'Contents', 'Resources') }];
      const resources = path.join(at, 'resources');
      if (!existsSync(path.join(resources, 'app.asar'))) return findApps(at);
      const program = readdirSync(at).find(
        (file) => file === 'catalyst-companion' || file === 'Catalyst Companion.exe',
      );
      return [
        { os: program?.endsWith('.exe') ? 'win' : 'linux', program: path.join(at, program ?? ''), resources },
      ];
    });
}

const given = process.argv.slice(2);
const dirs = given.length > 0 ? given : ['dist/packages', 'dist/packages-test'];
const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
const packages = runtimePackages(lock);
/** Systems and architectures that a stub was built for, e.g. `win-x64`. */
const stubs = path.join(root, 'dist', 'stub');
const madeStubs = existsSync(stubs) ? readdirSync(stubs) : [];
let found = 0;
let problems = 0;
for (const dir of dirs) {
  for (const { os, program, resources } of findApps(path.resolve(root, dir))) {
    found += 1;
    const files = listPackage(path.join(resources, 'app.asar'), { isPack: false }).map((file) =>
      file.replaceAll('\\', '/'),
    );
    const signed = files.includes('/dist/updater.js');
    const feedFile = path.join(resources, 'app-update.yml');
    const feed = existsSync(feedFile) ? readFileSync(feedFile, 'utf8') : undefined;
    const said = [
      ...judgeFuses(await getCurrentFuseWire(program), { test: dir.includes('packages-test') }),
      ...judgeContents(files, { packages, signed }),
      ...judgeFeed(feed, { os, signed }),
      ...(existsSync(path.join(resources, 'app')) ? ['There is an app/ folder beside the archive.'] : []),
      ...(existsSync(path.join(resources, 'stub', 'stub.js')) ? [] : ['The stub is missing.']),
      ...(madeStubs.some((name) => name.startsWith(`${os}-`)) &&
      !['catalyst-bridge', 'catalyst-bridge.exe'].some((name) =>
        existsSync(path.join(resources, 'stub', name)),
      )
        ? ['The stub was built as a program of its own, and is not in it.']
        : []),
      ...(existsSync(path.join(resources, 'licences.txt')) ? [] : ['The licences are missing.']),
    ];
    problems += said.length;
    console.log(
      `${said.length === 0 ? 'ok    ' : 'FAILED'} ${path.relative(root, program)}  ${files.length} files, ${signed ? 'signed' : 'unsigned'}`,
    );
    for (const sentence of said) console.log(`       ${sentence}`);
  }
}
if (found === 0)
  console.log(`Nothing is packed below ${dirs.join(' or ')}: npm run package needs Electron's runtime.`);
process.exit(problems > 0 ? 1 : 0);
