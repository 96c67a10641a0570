// `npm run dev:serve`: the app in the browser, its page replaced while you edit it (vite), core started again when it
// changes. `npm run dev`: the same with Electron; there the page is built and loaded again, under its real policy.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';
import { createServer } from 'vite';

const root = path.resolve(import.meta.dirname, '..', '..');
const at = (...parts) => path.join(root, ...parts);
const [shell = 'electron', ...args] = process.argv.slice(2);
const served = shell === 'serve';

/** What has to be built again for a change below each folder. The page takes its types and words from the contract. */
const PARTS = {
  'electron/contract': served
    ? ['app', 'history', 'preload', 'stub']
    : ['app', 'history', 'preload', 'stub', 'page'],
  electron: ['app', 'history', 'preload', 'stub'],
  renderer: served ? [] : ['page'],
  resources: ['icons'],
};
/** Editors write a file several times. */
const SETTLED_MS = 150;

let child;
let ending = false;
let vite;
/** The parts that wait to be built, and the build that is under way. */
const wanted = new Set();
let working = Promise.resolve();

const run = (...command) =>
  new Promise((resolve) => {
    spawn(process.execPath, command, { cwd: root, stdio: 'inherit' }).on('close', (code) =>
      resolve(code === 0),
    );
  });
const build = (...parts) => run(path.join(import.meta.dirname, 'build.mjs'), ...parts);

/** The page's own server: it sends calls on to the app, which sees its own host and origin and nothing strange. */
async function hotPage(target, token) {
  const own = (proxy) => {
    proxy.on('proxyReq', (request) => {
      if (request.getHeader('origin')) request.setHeader('origin', target);
    });
    proxy.on('proxyReqWs', (request) => request.setHeader('origin', target));
    // the app is being started again
    proxy.on('error', () => undefined);
  };
  const to = { target, changeOrigin: true, configure: own };
  await vite?.close();
  vite = await createServer({
    root: at('renderer'),
    configFile: at('renderer', 'vite.config.ts'),
    clearScreen: false,
    logLevel: 'warn',
    server: {
      host: '127.0.0.1',
      port: 5173,
      proxy: { '/session': to, '/rpc': { ...to, ws: true } },
    },
  });
  await vite.listen();
  console.log(
    `Dashboard, replaced while you edit: http://127.0.0.1:${vite.httpServer.address().port}/${token}`,
  );
}

function command() {
  if (served) return [process.execPath, at('dist', 'cli.js'), 'serve', '--no-open', ...args];
  return [process.execPath, at('node_modules', 'electron', 'cli.js'), at('dist', 'main.js'), ...args];
}

function start() {
  const [file, ...rest] = command();
  const started = spawn(file, rest, {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: { ...process.env, COMPANION_DEV: '1' },
  });
  child = started;
  let said = '';
  started.stdout.on('data', (part) => {
    process.stdout.write(part);
    if (!served || said === undefined) return;
    said += part;
    const url = /^Dashboard: (http:\/\/[^/]+)\/(\S+)$/m.exec(said);
    if (!url) return;
    said = undefined;
    hotPage(url[1], url[2]).catch((error) => console.error(error));
  });
  started.on('close', (code) => {
    if (ending) return void end(code ?? 0);
    if (child !== started) return;
    child = undefined;
    console.log('The app has ended; it is started again after the next change.');
  });
}

async function restart() {
  const old = child;
  child = undefined;
  if (old) {
    const gone = new Promise((resolve) => old.once('close', resolve));
    old.kill('SIGTERM');
    await gone;
  }
  if (!ending) start();
}

async function change() {
  const parts = [...wanted];
  wanted.clear();
  if (parts.length === 0 || !(await build(...parts))) return;
  // Electron's main loads a new page by itself
  if (parts.some((part) => part !== 'page')) await restart();
}

async function end(code) {
  await vite?.close();
  process.exit(code);
}

let waiting;
function onChange(dir, name) {
  const file = `${dir}/${name ?? ''}`.replaceAll('\\', '/');
  const folder = Object.keys(PARTS).find((one) => file.startsWith(`${one}/`));
  for (const part of folder ? PARTS[folder] : []) wanted.add(part);
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    working = working.then(change).catch((error) => console.error(error));
  }, SETTLED_MS);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    ending = true;
    if (!child) return void end(0);
    if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill('SIGTERM');
  });
}
if (await build()) start();
for (const dir of ['electron', 'renderer', 'resources'])
  watch(at(dir), { recursive: true }, (_event, name) => onChange(dir, name));
