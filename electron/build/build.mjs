// `npm run build`: everything runnable into dist/. One line per artefact; fails when the stub outgrows its budget.
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { build as vite } from 'vite';
import { drawIcons } from './icons.mjs';
import { licencesText } from './licences.mjs';
import { sourceStamp, writeStamp } from './stamp.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');
const at = (...parts) => path.join(root, ...parts);
/** The stub is read by people who want to know what Claude starts; small also means a fast start. */
const STUB_LIMIT = 20 * 1024;
const SHEBANG = '#!/usr/bin/env node\n';

/** Packages that main.js and cli.js load at run time: the dependencies of package.json, and all that a package carries. */
const LOADED = Object.keys(JSON.parse(await readFile(at('package.json'), 'utf8')).dependencies);
/** The modules that went into the bundles, for their licences. */
const bundled = new Set();

/**
 * What stays in node_modules: ssh2 requires optional native modules by name, pino starts workers from files of its
 * own, and the Kubernetes client is loaded only when used.
 */
const EXTERNAL = [
  /^node:/,
  /^electron(\/|$)/,
  /^ssh2(\/|$)/,
  /^cpu-features$/,
  /^pino(\/|$)/,
  /^@kubernetes\//,
  /^bufferutil$/,
  /^utf-8-validate$/,
];

function report(file, size) {
  console.log(`${path.relative(root, file).padEnd(22)} ${(size / 1024).toFixed(1).padStart(8)} KB`);
}

async function bundle(input, output) {
  const build = await rolldown({
    input,
    cwd: root,
    platform: 'node',
    external: EXTERNAL,
    tsconfig: false,
    // a UMD main of a dependency requires its parts by path and cannot be bundled; its module form can
    resolve: { mainFields: ['module', 'main'] },
    logLevel: 'warn',
    // optional requires of dependencies resolve at run time or not at all
    onLog: (level, log, print) => log.code === 'UNRESOLVED_IMPORT' || print(level, log),
  });
  try {
    const written = await build.write({ dir: at('dist'), ...output });
    for (const part of written.output)
      if (part.type === 'chunk') for (const id of part.moduleIds) bundled.add(id);
    return written;
  } finally {
    await build.close();
  }
}

async function asProgram(file) {
  const text = await readFile(file, 'utf8');
  if (!text.startsWith('#!')) await writeFile(file, SHEBANG + text);
  await chmod(file, 0o755);
}

/** Only after a good build: what a failed one leaves behind must still run. */
async function dropOldChunks(fresh) {
  for (const name of await readdir(at('dist', 'chunks')).catch(() => []))
    if (!fresh.has(`chunks/${name}`)) await rm(at('dist', 'chunks', name), { force: true });
}

async function buildApp() {
  const entries = { cli: 'electron/cli.ts', main: 'electron/main.ts' };
  const input = Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(at(file))));
  const { output } = await bundle(input, {
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  if (input.cli) await asProgram(at('dist', 'cli.js'));
  let chunks = 0;
  for (const part of output) {
    if (part.type !== 'chunk') continue;
    if (part.isEntry) report(at('dist', part.fileName), Buffer.byteLength(part.code));
    else chunks += Buffer.byteLength(part.code);
  }
  report(at('dist', 'chunks'), chunks);
  await dropOldChunks(new Set(output.map((part) => part.fileName)));
}

/** The thread with the history's database: one file of its own, since a worker is started from a file. */
async function buildHistoryWorker() {
  await bundle(
    { 'history-worker': 'electron/core/history/worker.ts' },
    { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
  );
  report(at('dist', 'history-worker.cjs'), (await stat(at('dist', 'history-worker.cjs'))).size);
}

async function buildPreload() {
  // sandboxed preloads cannot be ES modules
  await bundle({ preload: 'electron/preload.ts' }, { format: 'cjs', entryFileNames: '[name].cjs' });
  report(at('dist', 'preload.cjs'), (await stat(at('dist', 'preload.cjs'))).size);
}

async function buildStub() {
  const file = at('dist', 'stub.js');
  await bundle(
    { stub: 'electron/stub/stub.ts' },
    { format: 'esm', entryFileNames: '[name].js', minify: true, codeSplitting: false },
  );
  await asProgram(file);
  const { size } = await stat(file);
  report(file, size);
  if (size > STUB_LIMIT) throw new Error(`dist/stub.js is ${size} bytes; its limit is ${STUB_LIMIT}.`);
}

/** In signed packages alone, so nothing else is in one file with it. */
async function buildUpdater() {
  await bundle(
    { updater: 'electron/updater.ts' },
    { format: 'esm', entryFileNames: '[name].js', codeSplitting: false },
  );
  report(at('dist', 'updater.js'), (await stat(at('dist', 'updater.js'))).size);
}

async function buildPage() {
  const { output } = await vite({
    root: at('renderer'),
    configFile: at('renderer', 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: at('dist', 'page'), emptyOutDir: true },
  });
  for (const part of output) if (part.type === 'chunk') for (const id of part.moduleIds) bundled.add(id);
  report(at('dist', 'page', 'index.html'), (await stat(at('dist', 'page', 'index.html'))).size);
  // the last thing written: who shows the page while it is worked on waits for it
  await writeFile(at('dist', '.page-built'), `${Date.now()}\n`);
}

async function buildIcons() {
  const count = await drawIcons(at('resources'), at('dist', 'icons'));
  console.log(`${'dist/icons'.padEnd(22)} ${String(count).padStart(8)} files`);
}

async function buildLicences() {
  // after a part of a build the bundles' modules are not all known
  if (only.length > 0) return;
  const text = await licencesText(root, { bundled, loaded: LOADED });
  await writeFile(at('dist', 'licences.txt'), text);
  report(at('dist', 'licences.txt'), Buffer.byteLength(text));
}

const only = process.argv.slice(2);
const parts = [
  { name: 'app', needs: 'electron/cli.ts', make: buildApp },
  { name: 'history', needs: 'electron/core/history/worker.ts', make: buildHistoryWorker },
  { name: 'preload', needs: 'electron/preload.ts', make: buildPreload },
  { name: 'updater', needs: 'electron/updater.ts', make: buildUpdater },
  { name: 'stub', needs: 'electron/stub/stub.ts', make: buildStub },
  { name: 'page', needs: 'renderer/index.html', make: buildPage },
  { name: 'icons', needs: 'resources/tray', make: buildIcons },
  { name: 'licences', needs: 'LICENSE', make: buildLicences },
];

const stamp = await sourceStamp(root);
await mkdir(at('dist'), { recursive: true });
let failed = false;
for (const { name, needs, make } of parts) {
  if (only.length > 0 && !only.includes(name)) continue;
  if (!existsSync(at(needs))) {
    console.log(`${name}: skipped, ${needs} is not there.`);
    continue;
  }
  try {
    await make();
  } catch (error) {
    failed = true;
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
if (failed) process.exit(1);
if (only.length === 0) await writeStamp(root, stamp);
