import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { doIt, machine, type Machine } from './machine.ts';

/* Root may write everywhere, so under root the attempt is made by a child that runs as nobody. */
const NOBODY = 65_534;
const root = process.getuid?.() === 0;
const CHILD = path.join(import.meta.dirname, 'refusing-child.ts');

let m: Machine;
beforeEach(() => {
  m = machine();
  m.put('{ "mcpServers": {} }');
});
afterEach(() => {
  fs.chmodSync(path.dirname(m.config), 0o700);
  m.remove();
});

/** Gives everything to the one who will try, then runs the attempt. */
function attempt(prepare: () => void): string {
  if (root) {
    fs.chmodSync(m.root, 0o755);
    for (const name of ['.', ...fs.readdirSync(m.root, { recursive: true, encoding: 'utf8' })]) {
      fs.chownSync(path.join(m.root, name), NOBODY, NOBODY);
    }
  }
  prepare();
  const user = root ? String(NOBODY) : '0';
  return execFileSync(process.execPath, [CHILD, m.root, user], { encoding: 'utf8', env: {} }).trim();
}

it('can do it at all', () => {
  expect(attempt(() => {})).toBe('done');
  expect(JSON.parse(m.read().toString()).mcpServers).toHaveProperty('demo');
});

it('a folder that cannot be written leaves everything as it was', () => {
  expect(attempt(() => fs.chmodSync(path.dirname(m.config), 0o555))).toBe('STATE_WRITE_FAILED');
  expect(m.read().toString()).toBe('{ "mcpServers": {} }');
  expect(fs.readdirSync(path.dirname(m.config))).toEqual([path.basename(m.config)]);
});

it('a file that cannot be read is refused', () => {
  expect(attempt(() => fs.chmodSync(m.config, 0o000))).toBe('CLIENT_CONFIG_UNSAFE');
});

it.skipIf(!root)("another user's file is refused, or keeps its owner when root writes it", async () => {
  expect(attempt(() => fs.chownSync(m.config, 0, 0))).toBe('CLIENT_CONFIG_UNSAFE');
  expect(m.read().toString()).toBe('{ "mcpServers": {} }');
  fs.chownSync(m.config, NOBODY, NOBODY);
  await doIt(m.clients(), 'install');
  expect(fs.statSync(m.config)).toMatchObject({ uid: NOBODY, gid: NOBODY });
});
