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
  if (fs.existsSync(m.config)) fs.chmodSync(path.dirname(m.config), 0o700);
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

it.each([
  ['write-protected', () => fs.chmodSync(m.config, 0o444), 'chmod u+w'],
  [
    'a link that leads out of the home folder',
    () => {
      fs.rmSync(m.config);
      fs.writeFileSync(path.join(m.root, 'elsewhere.json'), '{}');
      fs.symlinkSync(path.join(m.root, 'elsewhere.json'), m.config);
    },
    'inside your home folder',
  ],
  [
    'a link to nowhere',
    () => {
      fs.rmSync(m.config);
      fs.symlinkSync('nowhere.json', m.config);
    },
    'Delete that link',
  ],
  [
    'below a file',
    () => {
      fs.rmSync(path.dirname(m.config), { recursive: true });
      fs.writeFileSync(path.dirname(m.config), '');
    },
    'is a file',
  ],
])('%s is told before anything is agreed to, with what helps', async (_what, prepare, next) => {
  prepare();
  const refusal = await m
    .clients()
    .preview('claude-desktop', 'demo', 'install')
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'CLIENT_CONFIG_UNSAFE', next: expect.stringContaining(next) });
});

it('an entry that stands there already needs no writing, in a protected file either', async () => {
  await doIt(m.clients(), 'install');
  fs.chmodSync(m.config, 0o444);
  expect((await m.clients().preview('claude-desktop', 'demo', 'install')).files[0]?.diff).toBe('');
  await expect(m.clients().preview('claude-desktop', 'demo', 'remove')).rejects.toMatchObject({
    code: 'CLIENT_CONFIG_UNSAFE',
  });
});
