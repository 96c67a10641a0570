import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BY_PROGRAM } from '../../electron/contract/present-clients.ts';
import type { TestUser } from '../helpers/app.ts';
import { createUser } from '../helpers/app.ts';

/* The built command line beside a double of Claude Code's program, where its installer puts it. */
const DOUBLE = path.join(import.meta.dirname, '../fixtures/claude-code/claude.mjs');
const BEFORE = '{\n\t"numStartups": 3,\n\t"id": 9007199254740993,\n\t"mcpServers": {}\n}\n';

let user: TestUser;
let file: string;
beforeAll(async () => {
  user = await createUser();
  file = path.join(user.home, '.claude.json');
  const bin = path.join(user.home, '.local', 'bin');
  await fs.mkdir(bin, { recursive: true });
  await fs.copyFile(DOUBLE, path.join(bin, 'claude'));
  await fs.chmod(path.join(bin, 'claude'), 0o755);
  await fs.writeFile(file, BEFORE);
});
afterAll(() => user?.dispose());

it('sets Claude Code up through its own program, says how beforehand, and undo brings every byte back', async () => {
  const program = path.join(user.home, '.local', 'bin', 'claude');
  expect((await user.run(['clients', 'list'])).stdout).toContain(`through ${program}`);
  const preview = await user.run(['clients', 'preview', 'claude-code', 'demo']);
  expect(preview.stdout).toContain(`${BY_PROGRAM}\n  ${program} mcp add-json --scope user demo '{`);
  expect(await fs.readFile(file, 'utf8')).toBe(BEFORE);
  expect((await user.run(['clients', 'install', 'claude-code', 'demo', '--yes'])).code).toBe(0);
  const text = await fs.readFile(file, 'utf8');
  // as the program spells it, and with what it adds for itself
  expect(JSON.parse(text)).toMatchObject({ mcpServers: { demo: { type: 'stdio' } }, migrationVersion: 15 });
  expect((await user.run(['clients', 'check', 'claude-code'])).code).toBe(0);
  expect((await user.run(['clients', 'undo', 'claude-code', '--yes'])).code).toBe(0);
  expect(await fs.readFile(file, 'utf8')).toBe(BEFORE);
  expect((await user.run(['clients', 'check', 'claude-code'])).code).toBe(1);
});
