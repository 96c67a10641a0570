import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createClients, type Clients, type ClientsOptions } from '../../../electron/core/clients/clients.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { homeAt, type Home } from '../../../electron/core/files.ts';
import { silentLog } from '../../../electron/core/ports.ts';

export interface Machine {
  root: string;
  userHome: string;
  home: Home;
  /** Claude Desktop's file on this Linux machine. */
  config: string;
  stub: string;
  clients(more?: Partial<ClientsOptions>): Clients;
  /** Writes Claude Desktop's file, making its folder. */
  put(content: string | Buffer): void;
  read(): Buffer;
  /** Names beside the file that are neither it nor backups. */
  litter(): string[];
  remove(): void;
}

/** A user's home folder made up for a test, at `root` or in a fresh temporary folder. */
export function machine(root = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'clients-'))): Machine {
  const userHome = path.join(root, 'ana');
  const home = homeAt(path.join(userHome, '.catalyst-companion'));
  const config = path.join(userHome, '.config', 'Claude', 'claude_desktop_config.json');
  const stub = path.join(root, 'stub.js');
  fs.mkdirSync(userHome, { recursive: true });
  if (!fs.existsSync(stub)) fs.writeFileSync(stub, '// the stub\n');
  return {
    root,
    userHome,
    home,
    config,
    stub,
    clients: (more = {}) =>
      createClients({
        home,
        platform: 'linux',
        env: {},
        userHome,
        stubFile: stub,
        nodePath: process.execPath,
        defaultHome: true,
        clock: systemClock,
        log: silentLog,
        isRunning: async () => false,
        findClaudeCode: async () => null,
        ...more,
      }),
    put(content) {
      fs.mkdirSync(path.dirname(config), { recursive: true });
      fs.writeFileSync(config, content);
    },
    read: () => fs.readFileSync(config),
    litter: () =>
      fs
        .readdirSync(path.dirname(config))
        .filter((name) => name !== path.basename(config) && !name.includes('.catalyst-backup-')),
    remove: () => fs.rmSync(root, { recursive: true, force: true }),
  };
}

/** Previews and carries out at once. */
export async function doIt(clients: Clients, action: 'install' | 'remove' | 'undo', profile = 'demo') {
  const { token } = await clients.preview('claude-desktop', profile, action);
  return clients.apply('claude-desktop', profile, action, token);
}
