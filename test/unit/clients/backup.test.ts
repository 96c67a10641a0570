import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backUp, pruneBackups } from '../../../electron/core/clients/backup.ts';

let dir: string;
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-backup-'));
});
afterEach(() => fs.rm(dir, { recursive: true, force: true }));

it('keeps ten, and among them the one just made although the clock was set back', async () => {
  const file = path.join(dir, 'claude_desktop_config.json');
  const noon = Date.UTC(2026, 10, 22, 12);
  const made: string[] = [];
  for (let n = 0; n < 10; n += 1) made.push(await backUp(file, Buffer.from(`{"n":${n}}`), noon + n * 1000));
  const newest = await backUp(file, Buffer.from('{"n":10}'), noon - 3_600_000);
  await pruneBackups(file, newest);
  const left = await fs.readdir(dir);
  expect(left.toSorted()).toEqual([...made.slice(1), newest].map((each) => path.basename(each)).toSorted());
  expect(await fs.readFile(newest, 'utf8')).toBe('{"n":10}');
});

it('keeps ten also where none was made', async () => {
  const file = path.join(dir, 'config.json');
  for (let n = 0; n < 12; n += 1) await backUp(file, Buffer.from(`${n}`), n * 1000);
  await pruneBackups(file, null);
  expect(await fs.readdir(dir)).toHaveLength(10);
});
