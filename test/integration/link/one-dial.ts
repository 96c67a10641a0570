import type net from 'node:net';
import { afterEach } from 'vitest';
import { Profile } from '../../../electron/contract/profile.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import { dial, linkVia } from '../../../electron/core/link/dial.ts';
import { defaultTiming } from '../../../electron/core/link/dialling.ts';
import type { DialContext } from '../../../electron/core/link/dialling.ts';
import { probeLink } from '../../../electron/core/link/probe.ts';

/** What to end after the test, newest first. */
export const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** All that a dial needs, with nothing known and nothing trusted. */
export function contextFor(link: LinkConfig, change: Partial<DialContext> = {}): DialContext {
  const profile = Profile.parse({
    name: 'real',
    preset: 'generic',
    environment: 'demo',
    links: [link],
    mcpUrl: 'http://127.0.0.1:5000/mcp',
    services: [
      { name: 'far', url: 'http://droplet.example:5001' },
      { name: 'near', url: 'http://box.lan:5001' },
    ],
  });
  return {
    profile,
    via: linkVia(link, 0),
    secrets: { get: () => Promise.resolve(undefined) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    timing: defaultTiming,
    knownHostsFile: '/nowhere/known_hosts',
    userKnownHostsFiles: [],
    agentSocket: undefined,
    pins: [],
    proxyFor: () => Promise.resolve(undefined),
    signal: new AbortController().signal,
    stage: () => {},
    ...change,
  };
}

/** Opens the link and asks once. */
export async function asked(link: LinkConfig, timeoutMs = 20_000, change: Partial<DialContext> = {}) {
  const open = await dial(link, contextFor(link, change));
  ends.push(() => open.close());
  const signal = new AbortController().signal;
  const result = await probeLink(open, { profile: 'real', timeoutMs, services: [], signal });
  return { open, result };
}

/** The port of a server on loopback, closed with all its sockets after the test. */
export async function listening(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}
