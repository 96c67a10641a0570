// `npm start`: the desktop app where Electron can run, else the same dashboard in the browser, saying why in one line.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chooseNode, chooseShell, insteadLine, lastWords } from './start-plan.mjs';
import { isFresh } from './stamp.mjs';

const root = path.resolve(import.meta.dirname, '..', '..');
const electronDir = path.join(root, 'node_modules', 'electron');
/** main.js prints this once its tray is there; see electron/shell/desktop.ts. */
const UP = 'Catalyst Companion is in the tray.';
const COMES_UP_WITHIN_MS = 15_000;

function bundledNode() {
  const file = path.join(
    root,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(file)) return undefined;
  const { stdout, status } = spawnSync(file, ['--version'], { encoding: 'utf8' });
  return status === 0 ? { file, version: stdout.trim() } : undefined;
}

/** The Electron program, where its runtime has been downloaded. */
function electronRuntime() {
  const pathFile = path.join(electronDir, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : undefined;
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const fallback = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' };
  const file = override
    ? path.join(override, name ?? fallback[process.platform] ?? 'electron')
    : name && path.join(electronDir, 'dist', name);
  return file && existsSync(file) ? file : undefined;
}

/** The first signal that asked us to end. */
let asked;

/** Starts a program and passes signals on to it. A Ctrl-C in a terminal reaches it by itself. */
function spawnWithSignals(file, args, options) {
  let child;
  // before it is started: a signal just after that would end us alone, and leave it behind
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      asked ??= signal;
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    });
  }
  child = spawn(file, args, options);
  return child;
}

const endAs = (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143));

function serve(node, why, args) {
  if (why) console.log(insteadLine(why));
  const cli = path.join(root, 'dist', 'cli.js');
  const child = spawnWithSignals(node, [cli, 'serve', ...args], { stdio: 'inherit' });
  child.on('close', endAs);
}

/** Starts the desktop app. Resolves with undefined once it is up (or ended well), else with the reason it is not. */
function startElectron(file, args) {
  return new Promise((resolve) => {
    // with signals from the start: ended before its tray is there, it must not stay behind alone
    const child = spawnWithSignals(file, [path.join(root, 'dist', 'main.js'), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let settled = false;
    const settle = (why) => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      if (why === undefined) child.on('close', endAs);
      else if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      resolve(why);
    };
    const deadline = setTimeout(
      () => settle(`Electron did not come up within ${COMES_UP_WITHIN_MS / 1000} s (${lastWords(output)})`),
      COMES_UP_WITHIN_MS,
    );
    for (const [stream, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        if (settled) return to.write(text);
        output += text;
        if (!output.includes(UP)) return;
        process.stdout.write(`${UP}\n`);
        settle(undefined);
      });
    }
    child.on('error', (error) => settle(`Electron could not be started (${error.message})`));
    child.on('close', (code, signal) => {
      if (settled) return;
      if (asked) endAs(code, signal ?? asked);
      // ended before the tray was there: with 0 it handed over to a running app
      if (code === 0) {
        process.stdout.write(output);
        process.exit(0);
      }
      settle(`Electron ended at once with code ${code ?? 'none'} (${lastWords(output)})`);
    });
  });
}

function downloadRuntime(node) {
  console.log("Downloading Electron's runtime, once (about 120 MB)…");
  const { status, stderr } = spawnSync(node, [path.join(electronDir, 'install.js')], {
    encoding: 'utf8',
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  return status === 0
    ? undefined
    : `Electron's runtime is not here (its download failed: ${lastWords(stderr ?? '')})`;
}

/** Why dist/ cannot be written, as the system's code. */
function unwritable() {
  const dist = path.join(root, 'dist');
  try {
    mkdirSync(dist, { recursive: true });
    accessSync(dist, constants.W_OK);
    return undefined;
  } catch (error) {
    return error.code;
  }
}

async function main() {
  const args = process.argv.slice(2);
  const bundled = bundledNode();
  const chosen = chooseNode({ own: process.versions.node, bundled: bundled?.version });
  if (chosen.problem) {
    console.error(chosen.problem);
    process.exit(1);
  }
  const node = chosen.node === 'bundled' ? bundled.file : process.execPath;
  if (!(await isFresh(root))) {
    const why = unwritable();
    if (why) {
      console.error(
        `The app has to be built, but ${path.join(root, 'dist')} cannot be written (${why}): make this folder yours, or have its owner run npm run build.`,
      );
      process.exit(1);
    }
    console.log('Building the app, once for these sources…');
    const { status, stdout, stderr } = spawnSync(node, [path.join(import.meta.dirname, 'build.mjs')], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status !== 0) {
      console.error(stdout + stderr);
      process.exit(status ?? 1);
    }
  }
  let plan = chooseShell({
    platform: process.platform,
    env: process.env,
    hasRuntime: electronRuntime() !== undefined,
  });
  if (plan.shell === 'download') {
    const why = downloadRuntime(node);
    plan = why ? { shell: 'browser', why } : { shell: 'electron' };
  }
  if (plan.shell === 'browser') return serve(node, plan.why, args);
  const file = electronRuntime();
  const why = file
    ? await startElectron(file, args)
    : "Electron's runtime is not here (its download left nothing)";
  if (why !== undefined) serve(node, why, args);
}

await main();
