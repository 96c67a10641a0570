import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { LinkState } from '../../../electron/contract/link.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import type { Timing } from '../../../electron/core/link/dialling.ts';
import { createSupervisor } from '../../../electron/core/link/supervisor.ts';
import type { Supervisor } from '../../../electron/core/link/supervision.ts';
import type { Sshd } from '../../helpers/sshd.ts';

export type StateName = LinkState['state'];
export type StateOf<N extends StateName> = Extract<LinkState, { state: N }>;

export interface Droplet {
  readonly port: number;
  readonly mcpUrl: string;
  /** Requests so far, as `METHOD path`. */
  readonly requests: string[];
  /** What the MCP endpoint answers; changeable. */
  mcp: (request: http.IncomingMessage, response: http.ServerResponse) => void;
  server: http.Server;
  stop: () => Promise<void>;
}

/** Answers as FastMCP does to a GET without a session. */
export const asFastMcp: Droplet['mcp'] = (_request, response) => {
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(
    '{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Missing session ID"}}',
  );
};

/** An HTTP server with `/mcp`, `/health` and an event stream at `/sse-answer`. */
export async function startDroplet(): Promise<Droplet> {
  const requests: string[] = [];
  const server = http.createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    if (request.url === '/health') response.end('{"status":"healthy"}');
    else if (request.url === '/sse-answer') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
      setImmediate(() => response.end());
    } else droplet.mcp(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const droplet: Droplet = {
    port,
    mcpUrl: `http://127.0.0.1:${port}/mcp`,
    requests,
    mcp: asFastMcp,
    server,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return droplet;
}

export interface Rig {
  readonly link: Supervisor;
  readonly states: LinkState[];
  readonly home: string;
  readonly knownHosts: string;
  /** Resolves with the first state (from now on, the present one included) that fits. */
  until: <N extends StateName>(name: N, fits?: (state: StateOf<N>) => boolean) => Promise<StateOf<N>>;
  secrets: Record<string, string>;
  setLinks: (links: readonly LinkConfig[]) => void;
}

export interface RigOptions {
  links: readonly LinkConfig[];
  mcpUrl?: string;
  services?: readonly { name: string; url: string }[];
  secrets?: Record<string, string>;
  timing?: Partial<Timing>;
  userKnownHostsFiles?: readonly string[];
  agentSocket?: string;
  proxyFor?: (url: URL) => Promise<URL | undefined>;
}

const silentLog = { debug() {}, info() {}, warn() {}, error() {} };

function untilState(link: Supervisor, states: LinkState[], seen: Set<() => void>): Rig['until'] {
  return (name, fits = () => true) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        seen.delete(look);
        reject(new Error(`never ${name}; states: ${JSON.stringify(states.slice(-6), null, 1)}`));
      }, 60_000);
      const look = () => {
        const { state } = link;
        if (state.state !== name || !fits(state as never)) return;
        clearTimeout(timer);
        seen.delete(look);
        resolve(state as never);
      };
      seen.add(look);
      look();
    });
}

/** A supervisor with its own state folder, quick timing and a record of every published state. */
export function makeRig(options: RigOptions): Rig & { dispose: () => void } {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'companion-link-'));
  const states: LinkState[] = [];
  const seen = new Set<() => void>();
  const secrets = { ...options.secrets };
  let { links } = options;
  const profile = () =>
    Profile.parse({
      name: 'real',
      preset: 'generic',
      environment: 'demo',
      links,
      mcpUrl: options.mcpUrl ?? 'http://127.0.0.1:1/mcp',
      services: options.services ?? [],
    });
  const link = createSupervisor({
    profile,
    secrets: { get: async (_profile, kind) => secrets[kind] },
    clock: systemClock,
    log: silentLog,
    random: () => 0.05,
    knownHostsFile: path.join(home, 'known_hosts'),
    userKnownHostsFiles: options.userKnownHostsFiles ?? [],
    ...(options.agentSocket === undefined ? {} : { agentSocket: options.agentSocket }),
    ...(options.proxyFor ? { proxyFor: options.proxyFor } : {}),
    publish: (state) => {
      states.push(state);
      for (const look of seen) look();
    },
    timing: {
      probeEveryMs: 300,
      probeMs: 20_000,
      confirmMs: 200,
      connectMs: 10_000,
      readyMs: 20_000,
      ...options.timing,
    },
  });
  return {
    link,
    states,
    home,
    knownHosts: path.join(home, 'known_hosts'),
    secrets,
    setLinks: (next) => {
      links = next;
    },
    until: untilState(link, states, seen),
    dispose: () => {
      link.dispose();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The SSH link of a test sshd; `port` differs where a proxy stands in front. */
export function sshTo(sshd: Sshd, change: Partial<Extract<LinkConfig, { kind: 'ssh' }>> = {}): LinkConfig {
  return {
    kind: 'ssh',
    host: '127.0.0.1',
    port: sshd.port,
    user: sshd.user,
    jump: [],
    auth: [{ kind: 'key', file: sshd.key }],
    ...change,
  };
}
