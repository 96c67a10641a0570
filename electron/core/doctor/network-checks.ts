import dns from 'node:dns/promises';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
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
import type { Finding, Rounds } from './rounds.ts';

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

/** Nobody said that there is no such name: who would know did not answer. */
function noNameServer(host: string, waitMs: number): Finding {
  const command = /^[\w.-]+$/.test(host) ? `nslookup ${host}` : null;
  return failed(
    `No name server answered for ${host} within ${waitMs / 1000} s; whether the name is right is not known.`,
    remedy("Check this computer's network, VPN and DNS settings", command),
  );
}

/** Whether the name of a host resolves; an address needs no look-up. */
export async function checkName(
  rounds: Rounds,
  host: string,
  lookup: (host: string) => Promise<readonly { address: string }[]> = (name) =>
    dns.lookup(name, { all: true }),
  waitMs = NAME_MS,
): Promise<boolean> {
  const state = await rounds.run('name.resolve', host, waitMs + 1_000, async (signal) => {
    if (net.isIP(host) !== 0) return ok(`${host} is an address; nothing has to be resolved.`);
    try {
      const found = await Promise.race([lookup(host), sleep(waitMs, undefined, { signal, ref: false })]);
      if (found === undefined) return noNameServer(host, waitMs);
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
