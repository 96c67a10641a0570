import path from 'node:path';
import type { Run } from './running.ts';

/*
 * Claude Desktop and Claude Code are both claude.exe on Windows; only the folder tells them apart. Desktop stands under
 * WindowsApps (the package) or AnthropicClaude (the classic installer); Code under .local\bin, npm's or winget's
 * folders, an editor's extensions, or where Desktop itself keeps its copy of it.
 */
const CODE =
  /\\(?:\.local\\(?:bin|share)|\.claude|node_modules|extensions|claude-code|winget)\\|\\anthropic\.claudecode/i;
const DESKTOP = /\\(?:windowsapps|anthropicclaude)\\/i;

/** Whether a `claude.exe` at that path is Claude Desktop's or Claude Code's; undefined where the path does not say. */
export function claudeAt(file: string): 'desktop' | 'code' | undefined {
  const folder = `${path.win32.dirname(path.win32.normalize(file))}\\`;
  // Desktop keeps a copy of Code among its own data, so Code's marks count first
  if (CODE.test(folder)) return 'code';
  return DESKTOP.test(folder) ? 'desktop' : undefined;
}

/**
 * Whether Claude Desktop runs. The paths are asked for only where a claude.exe runs at all; one whose path is not told
 * (another user's, or PowerShell is locked down) counts as Claude Desktop, since writing beside a running one is the
 * harm.
 */
export async function desktopRunsOnWindows(
  env: Readonly<Record<string, string | undefined>>,
  run: Run,
): Promise<boolean> {
  const system = path.win32.join(env['SystemRoot'] || 'C:\\Windows', 'System32');
  const tasklist = path.win32.join(system, 'tasklist.exe');
  const listed = await run(tasklist, ['/FI', 'IMAGENAME eq claude.exe', '/FO', 'CSV', '/NH']);
  const running = listed.match(/^"claude\.exe"/gim)?.length ?? 0;
  if (running === 0) return false;
  const powershell = path.win32.join(system, 'WindowsPowerShell', 'v1.0', 'powershell.exe');
  const told = await run(powershell, ['-NoProfile', '-NonInteractive', '-Command', PATHS]);
  const files = told.split(/\r?\n/).filter((line) => line.trim() !== '');
  return files.length < running || files.some((file) => claudeAt(file.trim()) !== 'code');
}

const PATHS = 'Get-Process -Name claude -ErrorAction SilentlyContinue | ForEach-Object { $_.Path }';
