import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Profile } from '../../../electron/contract/profile.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import type { LinkStage } from '../../../electron/contract/link.ts';
import { dial, linkVia } from '../../../electron/core/link/dial.ts';
import { defaultTiming } from '../../../electron/core/link/dialling.ts';
import type { DialContext, OpenLink, Timing } from '../../../electron/core/link/dialling.ts';
import type { Sshd } from '../../helpers/sshd.ts';

export interface DialRigOptions {
  mcpUrl?: string;
  services?: readonly { name: string; url: string }[];
  secrets?: Record<string, string>;
  timing?: Partial<Timing>;
  /** Servers whose host keys are known. */
  trusts?: readonly Sshd[];
}

/** Dials links by themselves, without a supervisor, with a state folder of their own. */
export interface DialRig {
  readonly knownHosts: string;
  readonly stages: LinkStage[];
  dial: (config: LinkConfig, change?: Partial<DialContext>) => Promise<OpenLink>;
  dispose: () => void;
}

export function makeDialRig(options: DialRigOptions = {}): DialRig {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-dial-'));
  const knownHosts = path.join(home, 'known_hosts');
  fs.writeFileSync(knownHosts, (options.trusts ?? []).map((sshd) => sshd.knownHostsLine()).join(''));
  const stages: LinkStage[] = [];
  const open = new Set<OpenLink>();
  return {
    knownHosts,
    stages,
    dial: async (config, change = {}) => {
      const profile = Profile.parse({
        name: 'real',
        preset: 'generic',
        environment: 'demo',
        links: [config],
        mcpUrl: options.mcpUrl ?? 'http://127.0.0.1:1/mcp',
        services: options.services ?? [],
      });
      const link = await dial(profile.links[0], {
        profile,
        via: linkVia(config, 0),
        secrets: { get: async (_profile, kind) => options.secrets?.[kind] },
        log: { debug() {}, info() {}, warn() {}, error() {} },
        timing: { ...defaultTiming, keepaliveMs: 120_000, ...options.timing },
        knownHostsFile: knownHosts,
        userKnownHostsFiles: [],
        agentSocket: undefined,
        pins: [],
        proxyFor: () => Promise.resolve(undefined),
        signal: new AbortController().signal,
        stage: (stage) => stages.push(stage),
        ...change,
      });
      open.add(link);
      void link.closed.then(() => open.delete(link));
      return link;
    },
    dispose: () => {
      for (const link of open) link.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The command lines of all processes that have this text among their arguments. */
export function processesWith(text: string): string[] {
  const list = execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' });
  return list.split('\n').filter((line) => line.includes(text));
}
