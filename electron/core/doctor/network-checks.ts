import dns from 'node:dns/promises';
import net from 'node:net';
import { asAppError } from '../../contract/errors.ts';
import type { LinkConfig } from '../../contract/profile.ts';
import { bareHost } from '../addresses.ts';
import { linkVia } from '../link/dial.ts';
import { defaultTiming } from '../link/dialling.ts';
import type { DialContext } from '../link/dialling.ts';
import { networkError } from '../link/network-errors.ts';
import { openSocket } from '../link/ssh/ssh-socket.ts';
import type { DoctorCase } from './ports.ts';
import { remedy, remedyOf } from './remedy.ts';
import { failed, ok } from './rounds.ts';
import type { Rounds } from './rounds.ts';

const NAME_MS = 5_000;
const TCP_MS = 8_000;
/** A droplet that needs longer to sign us in is broken for the person who waits. */
const READY_MS = 15_000;

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** `host:port` for people. */
export function at({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Host and port of a URL. */
export function endpointOf(url: URL): Endpoint {
  const standard = url.protocol === 'https:' ? 443 : 80;
  return { host: bareHost(url.hostname), port: Number(url.port) || standard };
}

/** What dialling needs; no key is ever accepted, because none is pinned. */
export function dialContext(
  { ports, profile }: DoctorCase,
  config: LinkConfig,
  signal: AbortSignal,
  stage: DialContext['stage'] = () => undefined,
): DialContext {
  return {
    profile,
    via: linkVia(config, profile.links.indexOf(config)),
    secrets: ports.secrets ?? { get: () => Promise.resolve(undefined) },
    log: ports.log,
    timing: { ...defaultTiming, connectMs: TCP_MS, readyMs: READY_MS, ...ports.timing },
    knownHostsFile: ports.knownHostsFile(profile.name),
    userKnownHostsFiles: ports.userKnownHostsFiles,
    agentSocket: ports.agentSocket,
    pins: [],
    proxyFor: (url) => ports.proxyFor(url),
    signal,
    stage,
  };
}

/** Whether the name of a host resolves; an address needs no look-up. */
export async function checkName(rounds: Rounds, host: string): Promise<boolean> {
  const state = await rounds.run('name.resolve', host, NAME_MS, async () => {
    if (net.isIP(host) !== 0) return ok(`${host} is an address; nothing has to be resolved.`);
    try {
      const found = await dns.lookup(host, { all: true });
      return ok(`${host} is ${found.map(({ address }) => address).join(', ')}.`);
    } catch (cause) {
      const { message, next } = networkError(cause, { host, port: 0 });
      const command = /^[\w.-]+$/.test(host) ? `nslookup ${host}` : null;
      return failed(message, remedy(next, command));
    }
  });
  return state === 'ok';
}

/** What a person types to try a port; null for a host that is none. */
export function tryPort({ host, port }: Endpoint): string | null {
  return /^[\w.:-]+$/.test(host) ? `nc -vz ${host} ${port}` : null;
}

/** Whether a port takes connections. */
export async function checkPort(
  rounds: Rounds,
  one: DoctorCase,
  config: LinkConfig,
  endpoint: Endpoint,
): Promise<boolean> {
  const state = await rounds.run('tcp.connect', at(endpoint), TCP_MS + 2_000, async (signal) => {
    const context = dialContext(one, config, signal);
    try {
      (await openSocket(endpoint, context.timing.connectMs, context)).destroy();
    } catch (error) {
      const { message, next } = asAppError(error);
      const help = remedyOf(next, rounds.profile);
      return failed(message, remedy(help.text, help.command ?? tryPort(endpoint)));
    }
    return ok(`${at(endpoint)} takes connections.`);
  });
  return state === 'ok';
}
