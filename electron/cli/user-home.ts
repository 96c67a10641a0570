import path from 'node:path';

/**
 * A HOME that is empty or relative leads to files under whatever folder a command was started in; without it the
 * system's own record of the user is asked (os.homedir). To be called before anything looks for files.
 */
export function dropOddHome(env: NodeJS.ProcessEnv): void {
  if (process.platform === 'win32' || env['HOME'] === undefined) return;
  if (!path.posix.isAbsolute(env['HOME'])) delete env['HOME'];
}
