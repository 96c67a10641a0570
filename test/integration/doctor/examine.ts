import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DoctorCheck, DoctorEvent, DoctorRun } from '../../../electron/contract/doctor.ts';
import { Profile } from '../../../electron/contract/profile.ts';
import type { LinkConfig } from '../../../electron/contract/profile.ts';
import type { Clients } from '../../../electron/core/clients/clients.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { examineProfile } from '../../../electron/core/doctor/doctor.ts';
import type { DoctorPorts } from '../../../electron/core/doctor/ports.ts';
import type { Home } from '../../../electron/core/files.ts';
import { homeAt } from '../../../electron/core/files.ts';
import { silentLog } from '../../../electron/core/ports.ts';

export interface Patient {
  links: LinkConfig[];
  mcpUrl?: string;
  services?: { name: string; url: string }[];
  /** Lines of known_hosts. */
  knownHosts?: string;
  /** By kind; null: no app, so no vault. */
  secrets?: Record<string, string> | null;
  ports?: Partial<DoctorPorts>;
  home?: Home;
}

/** Nothing of Claude on this computer. */
const nobody: Pick<Clients, 'inspect'> = {
  inspect: async () => ({
    files: [],
    stub: { path: '/nowhere/catalyst-bridge.mjs', exists: false, current: false },
  }),
};

/** A profile named `real` over these links, as the app keeps it. */
export function profileOf({ links, mcpUrl, services }: Patient): Profile {
  return Profile.parse({
    name: 'real',
    preset: 'generic',
    environment: 'demo',
    links,
    mcpUrl: mcpUrl ?? 'http://127.0.0.1:1/mcp',
    services: services ?? [],
  });
}

/** A state folder made up for a test. */
export function makeState(): Home {
  const home = homeAt(fs.mkdtempSync(path.join(os.tmpdir(), 'companion-doctor-')));
  for (const dir of [home.catalogue, home.keys, home.run]) fs.mkdirSync(dir, { mode: 0o700 });
  return home;
}

export function portsOf(home: Home, patient: Patient): DoctorPorts {
  const { secrets = {} } = patient;
  return {
    version: '0.0.0-test',
    home,
    platform: 'linux',
    env: { HOME: os.tmpdir(), PATH: process.env.PATH },
    userHome: os.tmpdir(),
    userName: 'ana',
    clock: systemClock,
    log: silentLog,
    secrets: secrets === null ? undefined : { get: async (_profile, kind) => secrets[kind] },
    knownHostsFile: () => home.knownHosts,
    userKnownHostsFiles: [],
    agentSocket: undefined,
    proxyFor: () => Promise.resolve(undefined),
    clients: nobody,
    redact: (text) => text,
    run: () => Promise.resolve(''),
    ...patient.ports,
  };
}

export interface Examined extends DoctorRun {
  readonly events: DoctorEvent[];
  /** What a check came to, by id; the first of several. */
  of(id: string): DoctorCheck | undefined;
  states(): Record<string, string>;
}

/** Runs the doctor to its end. */
export async function examine(patient: Patient): Promise<Examined> {
  const home = patient.home ?? makeState();
  if (patient.knownHosts !== undefined) fs.writeFileSync(home.knownHosts, patient.knownHosts);
  const events: DoctorEvent[] = [];
  try {
    for await (const event of examineProfile(portsOf(home, patient), profileOf(patient))) events.push(event);
  } finally {
    if (!patient.home) fs.rmSync(home.dir, { recursive: true, force: true });
  }
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error('the run did not end');
  const { run } = last;
  return {
    ...run,
    events,
    of: (id) => run.checks.find((check) => check.id === id),
    states: () => Object.fromEntries(run.checks.map(({ id, state }) => [id, state])),
  };
}

/** The verdict as a test compares it. */
export function named({ verdict }: Examined): { result: string; layer: string | null; check: string | null } {
  const { result, layer, check } = verdict;
  return { result, layer, check };
}
