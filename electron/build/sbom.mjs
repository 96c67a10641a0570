// `npm run sbom`: the bill of materials of a release, CycloneDX, from the lock file: dist/sbom.cdx.json. What a package
// carries is bundled from the development dependencies, so that these are in it too.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..');
const npm = process.env.npm_execpath;
const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
const { status, stdout, stderr } = npm
  ? spawnSync(process.execPath, [npm, ...args], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 })
  : spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
if (status !== 0) {
  console.error(stderr);
  process.exit(status ?? 1);
}
const { name } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const bill = JSON.parse(stdout);
// npm calls it as the folder is called
bill.metadata.component.name = name;
const out = path.resolve(root, process.argv[2] ?? path.join('dist', 'sbom.cdx.json'));
mkdirSync(path.dirname(out), { recursive: true });
writeFileSync(out, `${JSON.stringify(bill, null, 2)}\n`);
console.log(`${path.relative(root, out)}  ${bill.components.length} components`);
