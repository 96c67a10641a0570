import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const DIST = path.resolve(import.meta.dirname, '../../dist');
/** Of what the oldest Node in package.json's `engines` (20.19) does not have, what could be wanted. */
const TOO_NEW = ['node:sqlite', 'node:sea', 'node:test/reporters', 'node:quic', 'node:ffi'];

/** Every module that is loaded before the first line of a file runs. */
function loadedFirst(file: string, seen = new Set<string>()): Set<string> {
  const text = fs.readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(/^(?:import|export)\s[^;]*?["']([^"']+)["'];/gm)) {
    const found = name.startsWith('.') ? path.resolve(path.dirname(file), name) : name;
    if (seen.has(found)) continue;
    seen.add(found);
    if (path.isAbsolute(found)) loadedFirst(found, seen);
  }
  return seen;
}

/** An older Node that stands on this machine beside the one of the tests, if any. */
function olderNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((dir) => !dir.includes('node_modules'));
  return [...folders, '/usr/bin', '/usr/local/bin']
    .map((dir) => path.join(dir, 'node'))
    .filter((file) => fs.existsSync(file))
    .find((file) => Number(/^v(\d+)/.exec(execFileSync(file, ['--version']).toString())?.[1]) < 24);
}

it('the command line gets to its hand-over on the oldest Node that it is promised for', () => {
  const cli = path.join(DIST, 'cli.js');
  const loaded = loadedFirst(cli);
  expect(loaded.size).toBeGreaterThan(20);
  expect([...loaded].filter((name) => TOO_NEW.includes(name))).toEqual([]);
  const older = olderNode();
  if (older === undefined) return;
  expect(execFileSync(older, [cli, '--version']).toString()).toMatch(/^\d+\.\d+\.\d+/);
});
