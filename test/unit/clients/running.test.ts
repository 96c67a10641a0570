import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunningProbe } from '../../../electron/core/clients/running.ts';

let dir: string;
beforeEach(async () => {
  dir = await fs.mkdtemp(path.join(os.tmpdir(), 'running-'));
});
afterEach(() => fs.rm(dir, { recursive: true }));

async function proc(pid: number, words: string[]): Promise<void> {
  await fs.mkdir(path.join(dir, 'proc', String(pid)), { recursive: true });
  await fs.writeFile(path.join(dir, 'proc', String(pid), 'cmdline'), words.join('\0') + '\0');
}
const linux = () => createRunningProbe({ platform: 'linux', env: {}, proc: path.join(dir, 'proc') });

describe('is Claude Desktop running', () => {
  it.each([
    ['the Debian package', ['/usr/lib/claude-desktop/claude-desktop'], true],
    ['by name', ['claude-desktop', '--no-sandbox'], true],
    ['a repackaging', ['/opt/electron/electron', '/opt/claude-app/app.asar'], true],
    ['a mere helper process', ['/usr/lib/claude-desktop/claude-desktop', '--type=renderer'], false],
    ['Claude Code', ['claude'], false],
    ['our own command', ['/usr/bin/node', '/x/cli.js', 'clients', 'install', 'claude-desktop'], false],
    ['an editor on its file', ['vim', '/home/a/claude-desktop/notes.txt'], false],
  ])('Linux: %s', async (_what, words, expected) => {
    await proc(4711, words);
    expect(await linux()('claude-desktop', dir)).toBe(expected);
    expect(await linux()('cursor', dir)).toBe(false);
  });

  it('believes the lock of a living process, not that of a dead one', async () => {
    await fs.symlink(`host-${process.pid}`, path.join(dir, 'SingletonLock'));
    expect(await linux()('claude-desktop', dir)).toBe(true);
    await fs.rm(path.join(dir, 'SingletonLock'));
    await fs.symlink('host-4194303', path.join(dir, 'SingletonLock'));
    expect(await linux()('claude-desktop', dir)).toBe(false);
  });

  it('asks macOS and Windows with a fixed command line', async () => {
    const asked: string[][] = [];
    const answers = (text: string) => async (file: string, args: readonly string[]) => {
      asked.push([file, ...args]);
      return text;
    };
    const mac = createRunningProbe({ platform: 'darwin', env: {}, run: answers('123\n') });
    expect(await mac('claude-desktop', dir)).toBe(true);
    const row = '"claude.exe","4242","Console","1","150,000 K"\r\n';
    const env = { SystemRoot: 'D:\\Windows' };
    expect(
      await createRunningProbe({ platform: 'win32', env, run: answers(row) })('claude-desktop', dir),
    ).toBe(true);
    const none = 'INFO: No tasks are running which match the specified criteria.\r\n';
    expect(
      await createRunningProbe({ platform: 'win32', env, run: answers(none) })('claude-desktop', dir),
    ).toBe(false);
    expect(asked).toEqual([
      ['/usr/bin/pgrep', '-x', 'Claude'],
      ['D:\\Windows\\System32\\tasklist.exe', '/FI', 'IMAGENAME eq claude.exe', '/FO', 'CSV', '/NH'],
      ['D:\\Windows\\System32\\tasklist.exe', '/FI', 'IMAGENAME eq claude.exe', '/FO', 'CSV', '/NH'],
    ]);
  });
});
