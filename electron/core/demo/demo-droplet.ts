import { randomInt } from 'node:crypto';
import type { Profile, SshLink } from '../../contract/profile.ts';
import { systemClock } from '../clock.ts';
import type { Clock, Log } from '../ports.ts';
import { Counter } from './counter.ts';
import { FaultBoard, type Fault } from './faults.ts';
import { McpServer } from './mcp-server.ts';
import { COMPOSE_DIR, DEMO_USER, LOG_SOURCES, type LogSource } from './names.ts';
import { Services } from './services.ts';
import { Simulation } from './simulation.ts';
import { generateSshKey, type SshKey } from '../ssh-key.ts';
import { SshServer } from './ssh-server.ts';

export interface DemoDroplet {
  readonly ssh: {
    host: '127.0.0.1';
    port: number;
    user: string;
    /** `SHA256:…` */
    hostKeyFingerprint: string;
    /** One line of known_hosts. It is our own server, so the app may trust it beforehand. */
    hostKeyLine: string;
    /** OpenSSH private key of this run, for a file with mode 0600. This module writes no file. */
    clientKey: string;
  };
  /** As seen from the droplet. */
  readonly mcpUrl: string;
  readonly services: readonly { name: string; url: string }[];
  /** The parts of a profile that do not depend on where the app keeps the key. */
  profile(): Omit<Profile, 'name' | 'links' | 'wanted'>;
  /** The profile's link, with the key in this file. */
  link(keyFile: string): SshLink;
  /** Resolves when the fault is in force. */
  setFault(fault: Fault): Promise<void>;
  clearFault(fault: Fault): Promise<void>;
  /** How often each tool (`start_trading_cycle`) and each POST (`POST workflow /api/v1/workflow/stop`) was carried out. */
  counts(): Record<string, number>;
  /** Cuts every SSH connection now. */
  cutLink(): void;
  /** Makes every MCP session unknown, as a restart of the container does. */
  forgetSessions(): Promise<void>;
  /** Closes every port and connection. Idempotent. */
  stop(): Promise<void>;
}

export interface DemoOptions {
  /** Same seed, same market. Default: a random one. */
  seed?: number;
  faults?: readonly Fault[];
  clock?: Clock;
  log: Log;
}

interface Parts {
  faults: FaultBoard;
  counter: Counter;
  simulation: Simulation;
  services: Services;
  mcp: McpServer;
  ssh: SshServer;
  hostKey: SshKey;
  clientKey: SshKey;
}

function build({ log, seed = randomInt(2 ** 31), clock = systemClock }: DemoOptions): Parts {
  const faults = new FaultBoard();
  const counter = new Counter();
  const simulation = new Simulation({ seed, clock, faults });
  const services = new Services({ simulation, faults, counter, log });
  const mcp = new McpServer({ simulation, faults, counter, portOf: (name) => services.port(name) }, log);
  const [hostKey, clientKey] = [generateSshKey('demo-droplet'), generateSshKey('demo')];
  const portOf = (source: LogSource): number =>
    source === 'orchestration' ? mcp.port : services.port(source);
  const ssh = new SshServer({
    hostKey,
    clientKey,
    commands: { logs: simulation.logs, faults, portOf },
    forwardable: () => LOG_SOURCES.map(portOf),
    clock,
    log,
  });
  return { faults, counter, simulation, services, mcp, ssh, hostKey, clientKey };
}

/** Brings ports and the link's cutter to what the faults say. */
async function apply({ faults, services, mcp, ssh }: Parts): Promise<void> {
  ssh.cutEvery(faults.cutEvery());
  await Promise.all([
    services.apply((name) => faults.serviceDown(name)),
    faults.mcpDown() ? mcp.close() : mcp.open(),
  ]);
}

/**
 * Starts the embedded back end on loopback: an SSH server, the orchestrator's MCP server and eight REST services over
 * one simulated market. Keys are made for this run and stay in memory. Rejects when no port can be opened.
 */
export async function startDemoDroplet(options: DemoOptions): Promise<DemoDroplet> {
  const parts = build(options);
  const { faults, simulation, services, mcp, ssh } = parts;
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      simulation.stop();
      await Promise.all([ssh.stop(), services.stop(), mcp.close()]);
    })());
  let port: number;
  try {
    // every port is opened once, so that a service that starts down has a number too
    await Promise.all([services.apply(() => false), mcp.open()]);
    port = await ssh.listen();
    for (const fault of options.faults ?? []) faults.set(fault);
    await apply(parts);
  } catch (error) {
    await stop();
    throw error;
  }
  options.log.info('demo droplet started', { ssh: port, mcp: mcp.port });
  const change = async (): Promise<void> => {
    if (!stopping) await apply(parts);
  };
  return {
    ...described(parts, port),
    setFault: (fault) => {
      faults.set(fault);
      return change();
    },
    clearFault: (fault) => {
      faults.clear(fault);
      return change();
    },
    counts: () => parts.counter.counts(),
    cutLink: () => ssh.cut(),
    forgetSessions: () => mcp.forgetSessions(),
    stop,
  };
}

function described(
  { faults, services, mcp, hostKey, clientKey }: Parts,
  port: number,
): Pick<DemoDroplet, 'ssh' | 'mcpUrl' | 'services' | 'profile' | 'link'> {
  return {
    ssh: {
      host: '127.0.0.1',
      port,
      user: DEMO_USER,
      hostKeyFingerprint: hostKey.fingerprint,
      hostKeyLine: `[127.0.0.1]:${port} ${hostKey.publicLine}`,
      clientKey: clientKey.privateKey,
    },
    mcpUrl: mcp.url,
    services: services.urls(),
    profile: () => ({
      ...(faults.manyPositions() ? { readSeconds: 0.5 } : {}),
      preset: 'catalyst',
      environment: 'demo',
      mcpUrl: mcp.url,
      services: services.urls(),
      dir: COMPOSE_DIR,
      assumedZone: 'UTC',
      currency: 'USD',
    }),
    link: (keyFile) => ({
      kind: 'ssh',
      host: '127.0.0.1',
      port,
      user: DEMO_USER,
      auth: [{ kind: 'key', file: keyFile }],
      jump: [],
    }),
  };
}
