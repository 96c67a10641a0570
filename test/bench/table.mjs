// Writes what one run measured into docs/benchmarks.md, between its two marks.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { root } from './processes.mjs';

const FILE = path.join(root, 'docs/benchmarks.md');
const BEGIN = '<!-- figures: written by npm run bench -- --peers --write -->';
const END = '<!-- end of figures -->';

const NAMES = {
  floor: 'bare Node program (floor)',
  raw: 'raw HTTP, no bridge',
  ours: '**Catalyst Companion**',
  executable: '**Catalyst Companion**, single executable',
};
const COLUMNS = [
  ['start → initialize, ms', 'start', 0],
  ['one call p50, ms', 'p50', 2],
  ['p99, ms', 'p99', 2],
  ['32 in flight, calls/s', 'rate', 0],
  ['8 MB results, MB/s', 'bulk', 0],
  ['memory, MB', 'rss', 0],
];

const line = (cells) => `| ${cells.join(' | ')} |`;
const dashes = (count) => line(['---', ...Array(count - 1).fill('---:')]);

function targets(medians) {
  const rows = Object.entries(medians).map(([name, found]) => {
    const cells = COLUMNS.map(([, key, digits]) => {
      const has = found[key] !== undefined && !(name === 'raw' && key === 'start');
      return has ? found[key].toFixed(digits) : '-';
    });
    return line([NAMES[name] ?? name, ...cells]);
  });
  return [line(['', ...COLUMNS.map(([title]) => title)]), dashes(COLUMNS.length + 1), ...rows];
}

function budgets(rows) {
  const body = rows.map(({ what, measured, budget, ok, note }) =>
    line([what, measured, budget, ok ? 'kept' : '**missed**', note ?? '']),
  );
  return [line(['what', 'measured', 'budget', '', '']), line(Array(5).fill('---')), ...body];
}

/** Replaces the figures in the file; what people wrote around them stays. Throws where the marks are missing. */
export async function writeTable({ rounds, medians, rows, notes }) {
  const text = fs.readFileSync(FILE, 'utf8');
  const start = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (start === -1 || end < start) throw new Error(`${FILE} has no place for the figures`);
  const cpu = os.cpus()[0]?.model.trim() || os.arch();
  const day = new Date().toISOString().slice(0, 10);
  const figures = [
    `Medians of ${rounds} interleaved rounds on ${day}: Node ${process.version}, ${os.type()}, ${os.availableParallelism()} × ${cpu}, load ${os.loadavg()[0].toFixed(1)} at the end.`,
    '',
    ...(medians ? [...targets(medians), ''] : []),
    ...budgets(rows),
    ...(notes.length > 0 ? ['', ...notes.map((note) => `- ${note}`)] : []),
  ];
  const whole = `${text.slice(0, start)}${BEGIN}\n\n${figures.join('\n')}\n\n${text.slice(end)}`;
  const style = await resolveConfig(FILE);
  fs.writeFileSync(FILE, await format(whole, { ...style, filepath: FILE }));
}
