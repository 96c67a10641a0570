import type { Profile } from '../../contract/profile.ts';
import type { Clients } from '../clients/clients.ts';
import type { Home } from '../files.ts';
import type { Timing } from '../link/dialling.ts';
import type { Clock, Log, Secrets } from '../ports.ts';

/** What the doctor is told of its surroundings. */
export interface DoctorPorts {
  readonly version: string;
  readonly home: Home;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
  readonly userName: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: there is no app that could open the vault; what needs a secret is skipped with a warning. */
  readonly secrets: Secrets | undefined;
  /** Our known_hosts for a profile; the demo has one of its own. */
  knownHostsFile(profile: string): string;
  readonly userKnownHostsFiles: readonly string[];
  readonly agentSocket: string | undefined;
  proxyFor(url: URL): Promise<URL | undefined>;
  readonly clients: Pick<Clients, 'inspect'>;
  /** Masks what must never be in a report. */
  redact(text: string): string;
  /** Runs a fixed command of the system and gives its standard output, empty where it fails. */
  run(file: string, args: readonly string[]): Promise<string>;
  readonly timing?: Partial<Timing>;
}

/** One run: the surroundings and the profile it is about. */
export interface DoctorCase {
  readonly ports: DoctorPorts;
  readonly profile: Profile;
}
