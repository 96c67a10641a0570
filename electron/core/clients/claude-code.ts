import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import type { ServerEntry } from './json-edit.ts';
import { flavour } from './location.ts';
import { claudeAt } from './windows-claude.ts';

/** Starts a program without a shell; resolves with how it ended, `code` null where it did not by itself. */
export type RunProgram = (
  file: string,
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string },
) => Promise<{ code: number | null; output: string }>;

export interface ClaudeCodeHost {
  platform: NodeJS.Platform;
  env: Readonly<Record<string, string | undefined>>;
  /** The user's home folder. */
  userHome: string;
  /** Default: asks this host's file system. */
  isProgram?: (file: string) => Promise<boolean>;
}

const TIMEOUT_MS = 20_000;
/** What a program of the user's needs to find its files; nothing else of our environment is handed on. */
const PASSED = [
  'PATH',
  'Path',
  'LANG',
  'TMPDIR',
  'TEMP',
  'TMP',
  'USER',
  'USERNAME',
  'APPDATA',
  'LOCALAPPDATA',
  'SystemRoot',
  'CLAUDE_CONFIG_DIR',
  'XDG_CONFIG_HOME',
];

/**
 * Claude Code's program: in PATH, else in the places where its installers put it; null where it is in none. On Windows
 * only a real program counts: npm's `claude.cmd` cannot be started without a shell. What Claude Desktop puts in PATH
 * under the same name (anthropics/claude-code#24903) is passed over: started with our arguments it would open Desktop.
 */
export async function findClaudeCode(host: ClaudeCodeHost): Promise<string | null> {
  const { platform, env, userHome, isProgram = isExecutable } = host;
  const at = flavour(platform);
  const name = platform === 'win32' ? 'claude.exe' : 'claude';
  const inPath = (env['PATH'] ?? env['Path'] ?? '').split(at.delimiter).filter((dir) => at.isAbsolute(dir));
  const usual = [at.join(userHome, '.local', 'bin'), at.join(userHome, '.claude', 'local')];
  if (platform === 'darwin') usual.push('/opt/homebrew/bin', '/usr/local/bin');
  if (platform === 'linux') usual.push('/usr/local/bin', '/usr/bin');
  if (platform === 'win32') usual.push(npmFolder(host));
  for (const dir of [...inPath, ...usual]) {
    const file = at.join(dir, name);
    if (platform === 'win32' && claudeAt(file) === 'desktop') continue;
    if (await isProgram(file)) return file;
  }
  return null;
}

/** Newer versions of its npm package carry the program itself. */
function npmFolder({ env, userHome }: ClaudeCodeHost): string {
  const at = flavour('win32');
  const roaming = env['APPDATA'] || at.join(userHome, 'AppData', 'Roaming');
  return at.join(roaming, 'npm', 'node_modules', '@anthropic-ai', 'claude-code', 'bin');
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    if (!(await fs.stat(file)).isFile()) return false;
    await fs.access(file, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The arguments that set or take out an entry of the user's; nothing secret is ever in an entry of ours. */
export function addArgs(key: string, entry: ServerEntry): string[] {
  return ['mcp', 'add-json', '--scope', 'user', key, JSON.stringify(entry)];
}

export function removeArgs(key: string): string[] {
  return ['mcp', 'remove', '--scope', 'user', key];
}

export function programEnv(host: ClaudeCodeHost): Record<string, string> {
  const env: Record<string, string> = {
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    [host.platform === 'win32' ? 'USERPROFILE' : 'HOME']: host.userHome,
  };
  for (const name of PASSED) {
    const value = host.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

export const runProgram: RunProgram = (file, args, { env, cwd }) =>
  new Promise((resolve) => {
    const child = execFile(
      file,
      [...args],
      { env, cwd, timeout: TIMEOUT_MS, killSignal: 'SIGKILL', windowsHide: true, maxBuffer: 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : numberOf(error.code), output: `${stderr}${stdout}`.trim() }),
    );
    child.stdin?.end();
  });

const numberOf = (code: unknown) => (typeof code === 'number' ? code : null);
