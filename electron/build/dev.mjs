// `npm run dev` and `npm run dev:serve`: build, start, and on every change of a source build and start again.
import { spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..', '..');
const [shell = 'electron', ...args] = process.argv.slice(2);
const command =
  shell === 'serve'
    ? [process.execPath, path.join(root, 'dist', 'cli.js'), 'serve', '--no-open', ...args]
    : [
        process.execPath,
        path.join(root, 'node_modules', 'electron', 'cli.js'),
        path.join(root, 'dist', 'main.js'),
        ...args,
      ];

let child;
let ending = false;

function build() {
  return (
    spawnSync(process.execPath, [path.join(import.meta.dirname, 'build.mjs')], {
      cwd: root,
      stdio: 'inherit',
    }).status === 0
  );
}

function start() {
  const [file, ...rest] = command;
  const started = spawn(file, rest, { stdio: 'inherit' });
  child = started;
  started.on('close', (code) => {
    if (ending) process.exit(code ?? 0);
    if (child === started) child = undefined;
  });
}

function restart() {
  if (!build()) return;
  if (!child) return start();
  child.once('close', () => !ending && start());
  child.kill('SIGTERM');
}

let waiting;
for (const dir of ['electron', 'renderer', 'resources']) {
  watch(path.join(root, dir), { recursive: true }, () => {
    clearTimeout(waiting);
    waiting = setTimeout(restart, 150);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    ending = true;
    if (!child) process.exit(0);
    if (signal === 'SIGTERM') child.kill(signal);
  });
}
if (build()) start();
