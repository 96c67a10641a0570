// `npm test`: builds, then every suite; prints what was skipped and why. With COMPANION_TEST_NO_SKIP=1 a skip of
// any suite but _electron fails the run. `--soak` runs the same suites with their large counts.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `The tests need Node 24 (this is ${process.versions.node}); it comes with \`npm ci\`, run without --ignore-scripts.`,
  );
  process.exit(1);
}
const soak = process.argv.includes('--soak');
const run = (args, env = {}) =>
  spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;

if (run(['electron/build/build.mjs']) !== 0) process.exit(1);

fs.mkdirSync('test/results', { recursive: true });
const report = 'test/results/report.json';
const status = run(
  [
    path.join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--config',
    'test/vitest.config.ts',
    // most suites wait for servers and clocks: three at a time keep two cores busy
    '--maxWorkers=3',
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
  ],
  soak ? { COMPANION_SOAK: '1' } : {},
);

const results = JSON.parse(fs.readFileSync(report, 'utf8'));
const skipped = results.testResults.flatMap((file) =>
  file.assertionResults
    .filter((test) => test.status === 'skipped' || test.status === 'pending')
    .map((test) => `${path.relative('.', file.name)}: ${test.fullName}`),
);
for (const name of skipped) console.log(`skipped  ${name}`);
const unwanted = skipped.filter((name) => !name.includes('_electron'));
console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed, ${skipped.length} skipped`);
if (status === 0 && unwanted.length > 0 && process.env.COMPANION_TEST_NO_SKIP === '1') {
  console.error('A suite skipped itself; install its system component with test/setup-system.sh.');
  process.exit(1);
}
process.exit(status);
