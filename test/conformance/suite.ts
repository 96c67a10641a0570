import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Era } from './drive.ts';
import { startDriver } from './drive.ts';

const require = createRequire(import.meta.url);
const PACKAGE = path.dirname(require.resolve('@modelcontextprotocol/conformance/package.json'));
const DRIVER = path.resolve(import.meta.dirname, '../fixtures/mcp/conformance-driver.ts');

interface Check {
  id: string;
  name: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

/** One finding of the suite: where, what, and its words. */
export interface Finding {
  scenario: string;
  check: string;
  status: 'FAILURE' | 'WARNING';
  words: string;
}

export interface Report {
  passed: number;
  scenarios: string[];
  findings: Finding[];
}

/** The scenarios that count for a revision, as the suite's own list has it. */
export async function scored(revision: string, leg: 'server' | 'client'): Promise<Set<string>> {
  const text = await fs.readFile(path.join(PACKAGE, 'requirements', `${revision}.yaml`), 'utf8');
  const names = new Set<string>();
  let section = '';
  for (const line of text.split('\n')) {
    section = /^(\w+):/.exec(line)?.[1] ?? section;
    const name = /^ {2}- ([\w/-]+)$/.exec(line)?.[1];
    if (section === leg && name !== undefined) names.add(name);
  }
  return names;
}

/** Runs the suite's program in a folder of its own and reads what it wrote. Throws where it ran no scenario. */
async function run(args: string[], env: Record<string, string> = {}): Promise<Report> {
  const out = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-conformance-'));
  try {
    const child = spawn(process.execPath, [path.join(PACKAGE, 'dist/index.js'), ...args, '-o', out], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    await once(child, 'close');
    const report = await read(out);
    if (report.scenarios.length === 0) throw new Error(`the suite ran nothing: ${said.slice(-2000)}`);
    return report;
  } finally {
    await fs.rm(out, { recursive: true, force: true });
  }
}

async function read(out: string): Promise<Report> {
  const report: Report = { passed: 0, scenarios: [], findings: [] };
  const files = await fs.readdir(out, { recursive: true });
  for (const file of files.filter((one) => path.basename(one) === 'checks.json').sort()) {
    const scenario = path
      .dirname(file)
      .replace(/^server-/, '')
      .replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
    report.scenarios.push(scenario);
    const checks = JSON.parse(await fs.readFile(path.join(out, file), 'utf8')) as Check[];
    for (const { id, name, status, errorMessage } of checks) {
      if (status === 'SUCCESS') report.passed++;
      if (status === 'FAILURE' || status === 'WARNING')
        report.findings.push({
          scenario,
          check: name === id ? id : `${id} ${name}`,
          status,
          words: (errorMessage ?? '').slice(0, 400),
        });
    }
  }
  return report;
}

/** The server scenarios of a revision against a URL. */
export function testServer(url: string, revision: string): Promise<Report> {
  return run(['server', '--url', url, '--requirements', revision]);
}

/** One client scenario, driven by a local client of the given era through app and stub. */
export async function testClient(scenario: string, revision: string, era: Era): Promise<Report> {
  const driver = await startDriver(era);
  const args = ['--scenario', scenario, '--spec-version', revision, '--timeout', '60000'];
  try {
    return await run(['client', '--command', `${process.execPath} ${DRIVER}`, ...args], {
      COMPANION_TEST_DRIVE: driver.url,
    });
  } finally {
    await driver.close();
  }
}

/** Findings of scored scenarios, one line each. */
export function lines(report: Report, counts: Set<string>, status: Finding['status']): string[] {
  return report.findings
    .filter((one) => one.status === status && counts.has(one.scenario))
    .map(({ scenario, check, words }) => `${scenario}: ${check}: ${words}`);
}

/** The part of a line that names a check, without its words, which carry ids and times. */
export const checkOf = (line: string) => line.split(': ').slice(0, 2).join(': ');
