import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DoctorEvent, DoctorRun } from '../../contract/doctor.ts';
import { AppError } from '../../contract/errors.ts';
import { partsOf, profileChanges } from '../../contract/profile-change.ts';
import type { ProfileParts } from '../../contract/profile-parts.ts';
import type { Profile } from '../../contract/profile.ts';
import { DEMO_KNOWN_HOSTS } from '../profiles/demo-profile.ts';
import { examineProfile } from '../doctor/doctor.ts';
import type { DoctorPorts } from '../doctor/ports.ts';
import { DEMO_PROFILE } from '../profiles/profiles.ts';

const execute = promisify(execFile);
const RUN_MS = 5_000;

async function runQuietly(file: string, args: readonly string[]): Promise<string> {
  try {
    return (await execute(file, [...args], { timeout: RUN_MS, windowsHide: true })).stdout;
  } catch {
    return '';
  }
}

/** What the doctor is told of this computer; the rest is the caller's. */
export function doctorPorts(
  given: Pick<
    DoctorPorts,
    'version' | 'home' | 'clock' | 'log' | 'secrets' | 'clients' | 'redact' | 'proxyFor'
  >,
): DoctorPorts {
  const { home } = given;
  return {
    ...given,
    platform: process.platform,
    env: process.env,
    userHome: os.homedir(),
    userName: os.userInfo().username,
    knownHostsFile: (name) =>
      name === DEMO_PROFILE ? path.join(home.run, DEMO_KNOWN_HOSTS) : home.knownHosts,
    userKnownHostsFiles: [path.join(os.homedir(), '.ssh', 'known_hosts')],
    agentSocket:
      process.platform === 'win32' ? String.raw`\\.\pipe\openssh-ssh-agent` : process.env.SSH_AUTH_SOCK,
    run: runQuietly,
  };
}

/** The doctor as the router knows it: runs, and the last finished one of each profile. */
export class DoctorDesk {
  readonly #ports: DoctorPorts;
  readonly #profileOf: (name: string) => Profile | undefined;
  readonly #last = new Map<string, { run: DoctorRun; of: ProfileParts }>();

  constructor(ports: DoctorPorts, profileOf: (name: string) => Profile | undefined) {
    this.#ports = ports;
    this.#profileOf = profileOf;
  }

  /** Throws PROFILE_UNKNOWN at once; the stream itself tells everything else in its checks. */
  run(name: string, signal: AbortSignal | undefined): AsyncGenerator<DoctorEvent> {
    return this.#follow(this.#find(name), signal);
  }

  /**
   * The last finished run of the profile as it is now, since the app started; null where there was none: what was seen
   * of another server, under the same name, says nothing of this one. Throws PROFILE_UNKNOWN.
   */
  last(name: string): DoctorRun | null {
    const profile = this.#find(name);
    const last = this.#last.get(profile.name);
    return last && profileChanges(last.of, partsOf(profile)).length === 0 ? last.run : null;
  }

  async *#follow(profile: Profile, signal: AbortSignal | undefined): AsyncGenerator<DoctorEvent> {
    for await (const event of examineProfile(this.#ports, profile, signal)) {
      if (event.type === 'end') this.#last.set(profile.name, { run: event.run, of: partsOf(profile) });
      yield event;
    }
  }

  #find(name: string): Profile {
    const profile = this.#profileOf(name);
    if (profile) return profile;
    throw new AppError(
      'PROFILE_UNKNOWN',
      `There is no profile "${name}".`,
      'See which there are: catalyst-companion profile list',
    );
  }
}
