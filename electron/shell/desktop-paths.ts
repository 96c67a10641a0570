import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Home } from '../core/files.ts';
import { homeAt } from '../core/files.ts';

/** The state folder: CATALYST_COMPANION_HOME or ~/.catalyst-companion. */
export function desktopHome(env: NodeJS.ProcessEnv): { home: Home; defaultHome: boolean } {
  const usual = path.join(os.homedir(), '.catalyst-companion');
  const dir = path.resolve(env['CATALYST_COMPANION_HOME'] || usual);
  return { home: homeAt(dir), defaultHome: dir === usual };
}

/** Where a program is in PATH, as an absolute path; undefined when it is nowhere. */
function inPath(name: string, env: NodeJS.ProcessEnv, exists: (file: string) => boolean): string | undefined {
  const dirs = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter).filter((dir) => path.isAbsolute(dir));
  return dirs.map((dir) => path.join(dir, name)).find(exists);
}

/**
 * The stub that clients start and the Node that runs it. Electron's own program cannot be that Node: its fuse for it
 * is off, and on Windows it has no standard input. A packaged app brings the stub as a program of its own, `node` is
 * then empty.
 */
export function stubProgram(found: {
  distDir: string;
  resourcesDir: string;
  packaged: boolean;
  platform: string;
  env: NodeJS.ProcessEnv;
  exists?: (file: string) => boolean;
}): { file: string; node: string } {
  const exists = found.exists ?? existsSync;
  const exe = found.platform === 'win32' ? '.exe' : '';
  const own = path.join(found.resourcesDir, 'stub', `catalyst-bridge${exe}`);
  if (found.packaged && exists(own)) return { file: own, node: '' };
  const file = found.packaged
    ? path.join(found.resourcesDir, 'stub', 'stub.js')
    : path.join(found.distDir, 'stub.js');
  const bundled = path.join(found.distDir, '..', 'node_modules', 'node', 'bin', `node${exe}`);
  if (!found.packaged && exists(bundled)) return { file, node: path.resolve(bundled) };
  const running = found.env['npm_node_execpath'];
  if (running && path.isAbsolute(running) && exists(running)) return { file, node: running };
  return { file, node: inPath(`node${exe}`, found.env, exists) ?? `node${exe}` };
}
