// `npm run build:stub`: the stub as one executable file that needs no Node on the machine, dist/catalyst-bridge(.exe).
// With `--out FILE` it goes there. A copy of the Node that runs this, with the stub's text inside (Node's single executable applications).
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import postject from 'postject';
import { rolldown } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..', '..');
const { values: options } = parseArgs({ options: { out: { type: 'string' } } });
const name = process.platform === 'win32' ? 'catalyst-bridge.exe' : 'catalyst-bridge';
const target = options.out ? path.resolve(options.out) : path.join(root, 'dist', name);
/** Node's own mark for the place that the text is put at; part of its documented interface. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

async function stubText(file) {
  const build = await rolldown({
    input: path.join(root, 'electron/stub/stub.ts'),
    platform: 'node',
    external: [/^node:/],
    tsconfig: false,
    logLevel: 'warn',
  });
  // what runs inside the executable is CommonJS
  await build.write({ file, format: 'cjs', minify: true, codeSplitting: false });
  await build.close();
}

async function blobOf(dir) {
  const main = path.join(dir, 'stub.cjs');
  await stubText(main);
  const output = path.join(dir, 'stub.blob');
  const config = path.join(dir, 'sea.json');
  await writeFile(
    config,
    JSON.stringify({
      main,
      output,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      // NODE_OPTIONS of whoever starts it must not load anything into it
      execArgvExtension: 'none',
    }),
  );
  execFileSync(process.execPath, ['--experimental-sea-config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return await readFile(output);
}

/** macOS runs no program whose signature does not fit: the old one goes before, an ad-hoc one comes after. */
function codesign(...args) {
  if (process.platform === 'darwin') execFileSync('codesign', args, { stdio: 'inherit' });
}

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24)
  throw new Error(`This needs Node 24 (npm run takes it from node_modules), not ${process.version}.`);
const dir = await mkdtemp(path.join(os.tmpdir(), 'catalyst-stub-'));
try {
  const blob = await blobOf(dir);
  const made = path.join(dir, path.basename(target));
  await copyFile(process.execPath, made);
  await chmod(made, 0o755);
  codesign('--remove-signature', made);
  await postject.inject(made, 'NODE_SEA_BLOB', blob, {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  codesign('--sign', '-', made);
  await mkdir(path.dirname(target), { recursive: true });
  const next = `${target}.new`;
  await copyFile(made, next);
  await chmod(next, 0o755);
  await rename(next, target);
  console.log(`${path.relative(root, target)}  ${((await stat(target)).size / 2 ** 20).toFixed(0)} MB`);
} finally {
  await rm(dir, { recursive: true, force: true });
}
