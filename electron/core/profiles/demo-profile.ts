import fs from 'node:fs/promises';
import path from 'node:path';
import type { Profile } from '../../contract/profile.ts';
import type { DemoDroplet } from '../demo/demo-droplet.ts';
import { startDemoDroplet } from '../demo/demo-droplet.ts';
import type { Fault } from '../demo/faults.ts';
import type { Home } from '../files.ts';
import { writeState } from '../files.ts';
import type { Log } from '../ports.ts';
import { DEMO_PROFILE } from './profiles.ts';

/** In `run/`; the demo's host key is no part of the user's known hosts. */
export const DEMO_KNOWN_HOSTS = 'demo_known_hosts';

export interface DemoRun {
  profile: Profile;
  knownHostsFile: string;
  droplet: DemoDroplet;
  stop(): Promise<void>;
}

/**
 * Starts the embedded droplet and gives the profile that reaches it over real SSH. Its keys live for this run only:
 * the client key as a 0600 file in `keys/`, the host key pinned in a known_hosts file of its own, both removed at stop.
 */
export async function startDemo(home: Home, log: Log, faults: readonly Fault[] = []): Promise<DemoRun> {
  const droplet = await startDemoDroplet({ log, faults: [...faults] });
  const keyFile = path.join(home.keys, 'demo');
  const knownHostsFile = path.join(home.run, DEMO_KNOWN_HOSTS);
  try {
    await writeState(keyFile, droplet.ssh.clientKey);
    await writeState(knownHostsFile, `${droplet.ssh.hostKeyLine}\n`);
  } catch (error) {
    // its open ports would keep the process alive
    await droplet.stop();
    throw error;
  }
  const profile: Profile = {
    ...droplet.profile(),
    name: DEMO_PROFILE,
    environment: 'demo',
    services: [{ name: 'orchestration', url: new URL(droplet.mcpUrl).origin }, ...droplet.services],
    links: [droplet.link(keyFile)],
    wanted: true,
  };
  return {
    profile,
    knownHostsFile,
    droplet,
    async stop() {
      await droplet.stop();
      await Promise.allSettled([fs.rm(keyFile, { force: true }), fs.rm(knownHostsFile, { force: true })]);
    },
  };
}
