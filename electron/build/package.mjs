// `npm run package`: installers of this system into dist/packages, after `npm run build`. `-- --test`: the pack that the
// Playwright suite drives, into dist/packages-test; never shipped. Signs where the environment holds what that needs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import builder from 'electron-builder';
import { parse } from 'yaml';
import { canSign, packageConfig, packerEnv } from './package-plan.mjs';
import { isFresh } from './stamp.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');
const { values: options } = parseArgs({ options: { test: { type: 'boolean', default: false } } });
const os = { win32: 'win', darwin: 'mac', linux: 'linux' }[process.platform];
if (!os) throw new Error(`No packages are made on ${process.platform}.`);
if (!(await isFresh(root))) throw new Error('dist/ is not built from these sources: npm run build first.');

const { given, key } = packerEnv(process.env);
for (const name of Object.keys(process.env)) if (!(name in given)) delete process.env[name];

const base = parse(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'));
const config = packageConfig(base, { os, env: process.env, test: options.test });
const signed = !options.test && canSign(os, process.env);
const stub = path.join(root, 'dist', 'stub', `${os}-${process.arch}`);
if (!existsSync(stub))
  console.log(`No stub of its own for ${os}-${process.arch} (npm run build:stub): Claude will need Node.`);
console.log(signed ? 'Signed, with updates.' : 'Not signed, without updates.');
// by its file: an object would be merged into electron-builder.yml, and every list would be there twice
const file = path.join(root, 'dist', 'electron-builder.json');
writeFileSync(file, JSON.stringify(config, null, 2));
const keyDir = key && signed ? mkdtempSync(path.join(tmpdir(), 'notary-')) : undefined;
try {
  if (keyDir) {
    process.env.APPLE_API_KEY = path.join(keyDir, 'key.p8');
    writeFileSync(process.env.APPLE_API_KEY, key, { mode: 0o600 });
  }
  await builder.build({
    projectDir: root,
    config: file,
    publish: 'never',
    ...(options.test ? { dir: true } : {}),
  });
} finally {
  if (keyDir) rmSync(keyDir, { recursive: true, force: true });
}
