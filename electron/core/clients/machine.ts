import fs from 'node:fs/promises';
import { findClaudeCode } from './claude-code.ts';
import type { ClientsOptions } from './clients.ts';
import { flavour, type LocateHost } from './location.ts';
import type { PlanContext } from './plan-context.ts';
import { createRunningProbe } from './running.ts';
import { stubPath } from './stub-install.ts';
import { writtenEntries } from './written.ts';

/** What is known of the machine now, with what we wrote so far. */
export async function planContext(options: ClientsOptions): Promise<PlanContext> {
  return {
    launch: {
      platform: options.platform,
      stub: stubPath(options.stubFile, options.home),
      node: options.nodePath,
      home: options.defaultHome ? null : options.home.dir,
    },
    userHome: options.userHome,
    hostPath: options.hostPath ?? ((file) => file),
    isRunning: options.isRunning ?? createRunningProbe(options),
    written: await writtenEntries(options.home),
    toolNames: options.toolNames ?? (() => Promise.resolve([])),
    claudeCode: options.findClaudeCode ?? (() => findClaudeCode(options)),
  };
}

/** The search's view of this machine. */
export function locateHost(options: ClientsOptions): LocateHost {
  const { platform, env, userHome, hostPath = (file: string) => file } = options;
  const quietly = async <T>(ask: Promise<T>, otherwise: T) => ask.catch(() => otherwise);
  return {
    platform,
    env,
    home: flavour(platform).normalize(userHome),
    fs: {
      exists: (file) =>
        quietly(
          fs.lstat(hostPath(file)).then(() => true),
          false,
        ),
      isDir: (file) =>
        quietly(
          fs.stat(hostPath(file)).then((stat) => stat.isDirectory()),
          false,
        ),
      list: (file) => quietly(fs.readdir(hostPath(file)), []),
    },
  };
}
