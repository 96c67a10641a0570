import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const text = readFileSync(path.join(root, '.github/workflows/release.yml'), 'utf8');
const workflow = parse(text) as Record<string, any>;
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const steps = Object.values(workflow['jobs'] as Record<string, any>).flatMap(
  ({ steps: list }) => list as any[],
);
const runs = steps.map(({ run }) => run as string | undefined).filter((run) => run !== undefined);

describe('the release workflow', () => {
  it('takes every action by the hash of a commit and says its version', () => {
    const uses = text.split('\n').filter((line) => line.includes('uses:'));
    expect(uses.length).toBeGreaterThan(5);
    for (const line of uses) expect(line).toMatch(/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may write nothing but the draft of a release, and runs no install script', () => {
    expect(workflow['permissions']).toEqual({ contents: 'read' });
    const writing = Object.entries(workflow['jobs']).filter(
      ([, job]) => (job as any).permissions !== undefined,
    );
    expect(writing.map(([name]) => name)).toEqual(['draft']);
    for (const run of runs.filter((one) => one.includes('npm ci')))
      expect(run).toBe('npm ci --ignore-scripts');
    expect(runs).toContain('npm audit signatures');
    for (const { uses, with: given } of steps)
      if (uses?.startsWith('actions/checkout@')) expect(given['persist-credentials']).toBe(false);
  });

  it('calls only scripts and files that exist', () => {
    for (const run of runs) {
      for (const [, name] of run.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([name]);
      for (const [, file] of run.matchAll(/node ((?:electron|test)\/\S+\.mjs)/g))
        expect(readFileSync(path.join(root, file), 'utf8')).not.toBe('');
    }
    expect(runs.join('\n')).toContain('test/e2e/desktop.test.ts');
  });

  it('drives a second pack and checks both before it hands any out; the one for the tests goes nowhere', () => {
    const list = (workflow['jobs'].package.steps as any[]).map(({ run, uses }) => (run ?? uses) as string);
    const at = (part: string) => list.findIndex((one) => one.includes(part));
    const order = [
      'npm run build',
      'npm run package -- --test',
      'check:package -- dist/packages-test',
      'desktop.test.ts',
      'check:package -- dist/packages',
      'upload-artifact',
    ].map((part) => (part === 'check:package -- dist/packages' ? list.indexOf(`npm run ${part}`) : at(part)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    const uploaded = steps
      .filter(({ uses }) => uses?.includes('upload-artifact'))
      .map((step) => step.with.path as string);
    expect(uploaded.join('\n')).not.toContain('packages-test');
    expect(uploaded.join('\n')).toContain('sbom.cdx.json');
  });

  it('makes a stub for each architecture of the packages, where electron-builder.yml looks for it', () => {
    const builder = parse(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'));
    const made = (workflow['jobs'].stub.strategy.matrix.include as { target: string }[]).map(
      ({ target }) => target,
    );
    const wanted = [
      ...(builder.win.target[0].arch as string[]).map((arch) => `win-${arch}`),
      // universal: both are joined
      'mac-x64',
      'mac-arm64',
      ...(builder.linux.target[0].arch as string[]).map((arch) => `linux-${arch}`),
    ];
    expect(made.toSorted()).toEqual(wanted.toSorted());
  });

  it('gives signing secrets to the one step that signs, and to the system they are for', () => {
    const withSecrets = steps.filter(({ env }) => JSON.stringify(env ?? {}).includes('secrets.'));
    expect(withSecrets.map(({ run }) => run)).toEqual(['npm run package']);
    // an environment can ask a person before a job of it starts
    const environments = Object.entries(workflow['jobs'] as Record<string, any>).flatMap(([name, job]) =>
      job.environment === undefined ? [] : [[name, job.environment]],
    );
    expect(environments).toEqual([['package', 'release']]);
    for (const value of Object.values(withSecrets[0].env as Record<string, string>))
      if (value.includes('secrets.'))
        expect(value).toMatch(/^\$\{\{ runner\.os == '(macOS|Windows)' && secrets\.\w+ \|\| '' \}\}$/);
  });
});
