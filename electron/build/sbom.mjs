// `npm run sbom`: the bill of materials of a release, CycloneDX, from the lock file: dist/sbom.cdx.json. What a package
// carries is bundled from the development dependencies, so that these are in it too.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
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
const { components } = JSON.parse(stdout);
mkdirSync(path.join(root, 'dist'), { recursive: true });
writeFileSync(path.join(root, 'dist', 'sbom.cdx.json'), stdout);
console.log(`dist/sbom.cdx.json  ${components.length} components`);
