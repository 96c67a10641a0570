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
    const none = 'INFO: No tasks are running which match the specified criteria.\r\n';
    const env = { SystemRoot: 'D:\\Windows' };
    const windows = createRunningProbe({ platform: 'win32', env, run: answers(none) });
    expect(await windows('claude-desktop', dir)).toBe(false);
    expect(asked).toEqual([
      ['/usr/bin/pgrep', '-x', 'Claude'],
      ['D:\\Windows\\System32\\tasklist.exe', '/FI', 'IMAGENAME eq claude.exe', '/FO', 'CSV', '/NH'],
    ]);
  });

  const DESKTOP = 'C:\\Program Files\\WindowsApps\\Claude_1.46388.4.0_x64__pzs8sxrjxfjjc\\app\\claude.exe';
  const CODE = 'C:\\Users\\Ana\\.local\\bin\\claude.exe';

  it.each<[string, string[], boolean]>([
    ['the package', [DESKTOP, DESKTOP, DESKTOP], true],
    [
      'the classic installer',
      ['C:\\Users\\Ana\\AppData\\Local\\AnthropicClaude\\app-0.14.10\\claude.exe'],
      true,
    ],
    ['Claude Code alone', [CODE, CODE], false],
    ['Claude Code beside it', [CODE, DESKTOP], true],
    [
      'Claude Code of npm, of an editor and of winget',
      [
        'C:\\Users\\Ana\\AppData\\Roaming\\npm\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe',
        'c:\\Users\\Ana\\.vscode\\extensions\\anthropic.claude-code-2.1.0-win32-x64\\resources\\native-binary\\claude.exe',
        'C:\\Users\\Ana\\AppData\\Local\\Microsoft\\WinGet\\Packages\\Anthropic.ClaudeCode_Microsoft.Winget.Source_8wekyb3d8bbwe\\claude.exe',
      ],
      false,
    ],
    [
      'the copy of Claude Code that the package keeps, left behind',
      [
        'C:\\Users\\Ana\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude-code\\2.1.260\\claude.exe',
      ],
      false,
    ],
    ['one in a place that says nothing', [CODE, 'D:\\tools\\claude.exe'], true],
    ['one whose path is not told', [CODE, ''], true],
  ])('Windows, by path: %s', async (_what, files, expected) => {
    const run = async (file: string, args: readonly string[]) => {
      if (file.endsWith('tasklist.exe'))
        return files
          .map((_, index) => `"claude.exe","${4242 + index}","Console","1","150,000 K"\r\n`)
          .join('');
      expect(file).toBe('C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
      expect(args.slice(0, 3)).toEqual(['-NoProfile', '-NonInteractive', '-Command']);
      return files.map((path) => `${path}\r\n`).join('');
    };
    const probe = createRunningProbe({ platform: 'win32', env: { SystemRoot: 'C:\\Windows' }, run });
    expect(await probe('claude-desktop', dir)).toBe(expected);
  });

  it('Windows: where paths are not told at all, it is taken for Claude Desktop', async () => {
    const run = async (file: string) =>
      file.endsWith('tasklist.exe') ? '"claude.exe","1","C","1","1 K"\r\n' : '';
    expect(await createRunningProbe({ platform: 'win32', env: {}, run })('claude-desktop', dir)).toBe(true);
  });
});
