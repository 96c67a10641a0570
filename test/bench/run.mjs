// `npm run bench [-- --rounds N --only bridge,memory,ssh,idle,dashboard --peers --write --json]`: what the product takes beside what
// it is measured against, as ratios of one run; every figure is the median of interleaved rounds.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bridgeRounds, bridgeRows, memoryRows, startBridge } from './bridge.mjs';
import { dashboardRounds, dashboardRows } from './dashboard.mjs';
import { idleRows } from './idle.mjs';
import { findPeers } from './peers.mjs';
import { sshRounds, sshRows } from './ssh.mjs';
import { writeTable } from './table.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    calls: { type: 'string', default: '1000' },
    flood: { type: 'string', default: '4000' },
    starts: { type: 'string', default: '8' },
    only: { type: 'string', default: 'bridge,memory,ssh,idle,dashboard' },
    peers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const sizes = { calls: Number(options.calls), flood: Number(options.flood), starts: Number(options.starts) };
const sections = options.only.split(',');
const soakCalls = process.env.COMPANION_SOAK === '1' ? 100_000 : 20_000;

const say = (text) => void process.stderr.write(`${text}\n`);
const rows = [];
const notes = [];
const results = { node: process.version };

const cell = (value, width, digits) => (value === undefined ? '-' : value.toFixed(digits)).padStart(width);
function targetTable(medians) {
  const lines = Object.entries(medians).map(([name, r]) => {
    const start = name === 'raw' ? undefined : r.start;
    const after = r.rssAfter === undefined ? '' : ` (${r.rssAfter.toFixed(0)})`;
    return `${name.padEnd(20)}${cell(start, 9, 1)}${cell(r.p50, 9, 3)}${cell(r.p99, 9, 3)}${cell(r.rate, 17, 0)}${cell(r.bulk, 12, 0)}${cell(r.rss, 9, 1)}${after}`;
  });
  const head = 'start ms   p50 ms   p99 ms   32 in flight/s   8 MB MB/s   RSS MB (after large results)';
  return [`${'target'.padEnd(21)}${head}`, ...lines, ''].join('\n');
}

async function bridgeSection(bridge, work) {
  const peers = options.peers ? findPeers(bridge.url, work) : { targets: {}, missing: [] };
  if (!options.peers) notes.push('other bridges were not measured (--peers)');
  if (peers.missing.length > 0)
    notes.push(
      `not measured, not installed: ${peers.missing.join(', ')} (COMPANION_BENCH_PEERS names a folder)`,
    );
  const found = await bridgeRounds({ ...bridge.targets, ...peers.targets }, rounds, sizes);
  for (const [name, why] of Object.entries(found.failed)) notes.push(`${name} failed: ${why}`);
  results.bridge = found;
  rows.push(...bridgeRows(found.medians, bridge.stubBytes));
}

async function sshSection() {
  const found = await sshRounds(rounds);
  results.ssh = found;
  if (found.skipped) notes.push(`SSH was not measured: ${found.skipped}`);
  else rows.push(...sshRows(found));
}

async function dashboardSection() {
  const found = await dashboardRounds(rounds);
  results.dashboard = found;
  if (found.skipped) notes.push(`the dashboard was not measured: ${found.skipped}`);
  else rows.push(...dashboardRows(found));
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-bench-'));
try {
  const bridge = await startBridge(work);
  try {
    if (sections.includes('bridge')) say('bridge …');
    if (sections.includes('bridge')) await bridgeSection(bridge, work);
    if (sections.includes('memory')) say('memory …');
    if (sections.includes('memory')) rows.push(...(await memoryRows(bridge, soakCalls)));
    if (sections.includes('idle')) say('idle …');
    if (sections.includes('idle')) rows.push(...(await idleRows(work, bridge.url, 20)));
  } finally {
    await bridge.stop();
  }
  if (sections.includes('dashboard')) say('dashboard …');
  if (sections.includes('dashboard')) await dashboardSection();
  if (sections.includes('ssh')) say('ssh …');
  if (sections.includes('ssh')) await sshSection();
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}

if (options.write) await writeTable({ rounds, medians: results.bridge?.medians, rows, notes });
if (options.json) console.log(JSON.stringify({ ...results, rows, notes }));
else {
  console.log(
    `medians of ${rounds} interleaved rounds, node ${process.version}, ${os.availableParallelism()} cores\n`,
  );
  if (results.bridge) console.log(targetTable(results.bridge.medians));
  for (const { what, measured, budget, ok, note } of rows)
    console.log(
      `${ok ? 'ok    ' : 'MISSED'} ${what.padEnd(30)} ${measured.padEnd(26)} budget ${budget.padEnd(16)}${note ? ` ${note}` : ''}`.trimEnd(),
    );
  for (const note of notes) console.log(`note   ${note}`);
}
