import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { SshSurroundings } from '../../../electron/core/ssh-config/surroundings.ts';
import { sshSurroundings } from '../../../electron/core/ssh-config/surroundings.ts';

/** A user with a home folder of their own. */
export interface Scene {
  home: string;
  around: SshSurroundings;
  /** Writes files below the home folder, by their path in it. */
  write(files: Record<string, string>, mode?: number): Promise<void>;
  at(name: string): string;
  remove(): Promise<void>;
}

export async function createScene(given: Partial<SshSurroundings> = {}): Promise<Scene> {
  const home = await fs.mkdtemp(path.join(os.tmpdir(), 'companion-ssh-home-'));
  const at = (name: string) => path.join(home, name);
  return {
    home,
    at,
    around: sshSurroundings({
      userHome: home,
      userName: 'trader',
      env: {},
      platform: 'linux',
      systemFile: undefined,
      ...given,
    }),
    async write(files, mode = 0o600) {
      for (const [name, text] of Object.entries(files)) {
        await fs.mkdir(path.dirname(at(name)), { recursive: true });
        await fs.writeFile(at(name), text);
        await fs.chmod(at(name), mode);
      }
    },
    remove: () => fs.rm(home, { recursive: true, force: true }),
  };
}
