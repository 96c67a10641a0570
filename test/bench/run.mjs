// `npm run bench [-- --rounds N --json]`: stub and app beside a bare Node program and a direct HTTP call, in
// interleaved rounds, as ratios against the budgets.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '1000' },
    flood: { type: 'string', default: '4000' },
    starts: { type: 'string', default: '8' },
    json: { type: 'boolean', default: false },
  },
});
const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const node = process.execPath;

/** Starts a helper process that ends with our stdin to it, and resolves with its first line. */
function helper(args, env = {}) {
  const child = spawn(node, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
    child.stdout.once('data', (data) => resolve({ child, line: String(data).trim() }));
  });
}

function round(spec) {
  const child = spawn(node, [path.join(here, 'measure.mjs'), JSON.stringify(spec)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (data) => (out += data));
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`round failed: ${code}`)),
    );
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function bundle(input, file) {
  const build = await rolldown({ input, platform: 'node', external: /^(node:|[^./])/, logLevel: 'silent' });
  await build.write({ file, format: 'esm', minify: true, codeSplitting: false });
  await build.close();
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-bench-'));
const made = path.join(root, 'node_modules/.cache/bench');
fs.mkdirSync(made, { recursive: true });
const stub = path.join(made, 'stub.mjs');
const app = path.join(made, 'app.mjs');
await bundle(path.join(root, 'electron/stub/stub.ts'), stub);
await bundle(path.join(root, 'test/fixtures/mcp/app.ts'), app);

const upstream = await helper([path.join(here, 'upstream.mjs')]);
const running = await helper([app, work, upstream.line]);
const sizes = { calls: Number(options.calls), flood: Number(options.flood), starts: Number(options.starts) };
const targets = {
  floor: { kind: 'stdio', command: [node, path.join(here, 'floor.mjs')] },
  raw: { kind: 'http', url: upstream.line },
  ours: { kind: 'stdio', command: [node, stub, 'demo'], env: { CATALYST_COMPANION_HOME: work } },
};
const names = Object.keys(targets);
const data = Object.fromEntries(names.map((name) => [name, []]));
for (const name of names) await round({ ...targets[name], ...sizes, starts: 0, calls: 200 });
for (let i = 0; i < Number(options.rounds); i++)
  for (let j = 0; j < names.length; j++) {
    const name = names[(i + j) % names.length];
    data[name].push(await round({ ...targets[name], ...sizes }));
  }
const appRss =
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${running.child.pid}/status`, 'utf8'))[1]) / 1024;
for (const { child } of [running, upstream]) {
  child.removeAllListeners('exit');
  child.stdin.end();
}
fs.rmSync(work, { recursive: true, force: true });

const of = (name, key) => median(data[name].flatMap((found) => found[key] ?? []));
const results = Object.fromEntries(
  names.map((name) => [
    name,
    Object.fromEntries(
      ['start', 'p50', 'p99', 'rate', 'bulk', 'rss', 'rssAfter'].map((key) => [key, of(name, key)]),
    ),
  ]),
);
const { floor, raw, ours } = results;
const stubBytes = fs.statSync(stub).size;
const budgets = [
  [
    'stub: start to initialize',
    `${(ours.start / floor.start).toFixed(2)} x floor`,
    '<= 1.3',
    ours.start <= 1.3 * floor.start,
  ],
  [
    'one call, p50',
    `raw + ${(ours.p50 - raw.p50).toFixed(2)} ms`,
    '<= raw + 0.35',
    ours.p50 <= raw.p50 + 0.35,
  ],
  ['one call, p99', `${(ours.p99 / raw.p99).toFixed(2)} x raw`, '<= 2', ours.p99 <= 2 * raw.p99],
  ['32 in flight', `${(ours.rate / raw.rate).toFixed(2)} x raw`, '>= 0.6', ours.rate >= 0.6 * raw.rate],
  ['8 MB result', `${(ours.bulk / raw.bulk).toFixed(2)} x raw`, '>= 0.7', ours.bulk >= 0.7 * raw.bulk],
  ['stub memory', `${(ours.rss / floor.rss).toFixed(2)} x floor`, '<= 1.15', ours.rss <= 1.15 * floor.rss],
  ['stub size', `${(stubBytes / 1000).toFixed(1)} KB`, '< 20', stubBytes < 20_000],
];
if (options.json) console.log(JSON.stringify({ node: process.version, results, appRss, budgets, data }));
else {
  console.log(
    `medians of ${options.rounds} interleaved rounds, node ${process.version}, ${os.cpus().length} cores`,
  );
  console.log('target   start ms   p50 ms   p99 ms   32 in flight/s   8 MB MB/s   RSS MB (after)');
  const cell = (value, width, digits) => (value === undefined ? '-' : value.toFixed(digits)).padStart(width);
  for (const name of names) {
    const r = results[name];
    const after = r.rssAfter === undefined ? '' : ` (${r.rssAfter.toFixed(0)})`;
    console.log(
      `${name.padEnd(6)}${cell(name === 'raw' ? undefined : r.start, 11, 1)}${cell(r.p50, 9, 3)}${cell(r.p99, 9, 3)}${cell(r.rate, 17, 0)}${cell(r.bulk, 12, 0)}${cell(r.rss, 9, 1)}${after}`,
    );
  }
  console.log(`app process: ${appRss.toFixed(0)} MB\n`);
  for (const [what, value, budget, met] of budgets)
    console.log(`${met ? 'met   ' : 'MISSED'} ${what.padEnd(28)} ${value.padEnd(16)} budget ${budget}`);
}
