import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ClientId } from '../../contract/bridge.ts';
import { desktopRunsOnWindows } from './windows-claude.ts';

/** Tells whether a client seems to be running; `folder` is where its configuration is. Never rejects. */
export type RunningProbe = (client: ClientId, folder: string) => Promise<boolean>;

/** Runs a fixed command line and gives its standard output; empty when it fails. */
export type Run = (file: string, args: readonly string[]) => Promise<string>;

/**
 * Whether Claude Desktop runs, which then writes its file from memory over any edit. The others
 * read theirs when it changes and are not asked about.
 */
export function createRunningProbe(options: {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  proc?: string;
  run?: Run;
}): RunningProbe {
  const { platform, env, proc = '/proc', run = runQuietly } = options;
  return async (client, folder) => {
    if (client !== 'claude-desktop') return false;
    if (platform === 'win32') return desktopRunsOnWindows(env, run);
    if (await holdsSingleton(folder)) return true;
    if (platform === 'darwin') return (await run('/usr/bin/pgrep', ['-x', 'Claude'])).trim() !== '';
    return inProc(proc);
  };
}

/** Chromium keeps a link `SingletonLock -> host-pid` in its data folder while it runs, and after a crash. */
async function holdsSingleton(folder: string): Promise<boolean> {
  try {
    const pid = Number(/-(\d+)$/.exec(await fs.readlink(path.join(folder, 'SingletonLock')))?.[1]);
    if (!(pid > 1)) return false;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function inProc(proc: string): Promise<boolean> {
  let names: string[];
  try {
    names = (await fs.readdir(proc)).filter((name) => /^\d+$/.test(name));
  } catch {
    return false;
  }
  for (const name of names) if (await isClaude(path.join(proc, name))) return true;
  return false;
}

/** By the program and its first argument: the Debian package, and repackagings that start electron with app.asar. */
async function isClaude(dir: string): Promise<boolean> {
  try {
    const [program = '', first = '', ...rest] = (await fs.readFile(path.join(dir, 'cmdline'), 'utf8')).split(
      '\0',
    );
    if ([first, ...rest].some((word) => word.startsWith('--type='))) return false;
    return /(^|\/)claude-desktop(\/.*)?$/.test(program) || /claude.*\/app\.asar$/i.test(first);
  } catch {
    return false;
  }
}

const execute = promisify(execFile);

async function runQuietly(file: string, args: readonly string[]): Promise<string> {
  try {
    return (await execute(file, [...args], { timeout: 5_000, windowsHide: true })).stdout;
  } catch {
    return '';
  }
}
