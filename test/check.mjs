// `npm run check`: types, lint, format, dead code, unit and boundary tests; each step's output only when it fails.
import { spawn } from 'node:child_process';
import path from 'node:path';

const bin = (name) => path.join('node_modules', '.bin', name);
const steps = {
  types: [bin('tsc'), '-b'],
  lint: [
    bin('oxlint'),
    '-c',
    'test/oxlint.json',
    '--type-aware',
    '--deny-warnings',
    'electron',
    'renderer',
    'test',
  ],
  format: [bin('prettier'), '--check', '--log-level', 'warn', '--cache', '.'],
  'dead code': [bin('knip'), '--no-progress'],
  tests: [
    bin('vitest'),
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project',
    'unit',
    '--project',
    'boundary',
  ],
};

function run([file, ...args]) {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (d) => (output += d));
    child.stderr.on('data', (d) => (output += d));
    child.on('close', (code) => resolve({ code, output }));
  });
}

const only = process.argv.slice(2);
let failed = false;

async function step([name, command]) {
  const started = performance.now();
  const { code, output } = await run(command);
  console.log(
    `${code === 0 ? 'ok    ' : 'FAILED'} ${name}  ${((performance.now() - started) / 1000).toFixed(1)} s`,
  );
  if (code !== 0) {
    console.log(output);
    failed = true;
  }
}

// all at once: the tests wait more than they work
await Promise.all(
  Object.entries(steps)
    .filter(([name]) => only.length === 0 || only.includes(name))
    .map(step),
);
process.exit(failed ? 1 : 0);
