import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const WANTED_MAJOR = 24;

/** The Node that came with `npm ci`, where it did; undefined in a packaged app and after --ignore-scripts. */
function bundledNode(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    return path.join(
      path.dirname(require.resolve('node/package.json')),
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    );
  } catch {
    return undefined;
  }
}

/**
 * Runs this command again on the Node the product is made for, when started by an older one (`npx` on a machine
 * with Node 20). True: the other process does the work; its exit code becomes ours.
 */
export function runOnNewerNode(): boolean {
  if (Number(process.versions.node.split('.')[0]) >= WANTED_MAJOR) return false;
  const node = bundledNode();
  if (!node) return false;
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // a Ctrl-C in a terminal reaches the child by itself
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`INTERNAL: Node ${WANTED_MAJOR} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal ? 1 : 0);
  });
  return true;
}
