import type { Environment } from '../../contract/profile.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { LinkHandle } from '../link/transport.ts';
import type { Clock, Log } from '../ports.ts';
import type { Gate, RecordActivity } from '../seams.ts';
import type { Held } from './held.ts';
import type { OwnAnswers } from './own-answers.ts';
import type { SharedReads } from './reads/shared-reads.ts';
import type { EraMemory } from './upstream/era.ts';

export interface BridgeLimits {
  /** A call is answered after this long whatever happens; below every known host's own limit of 60 s. */
  deadlineMs: number;
  /** A call is held upstream this long at most. */
  holdMs: number;
  /** The first list waits this long for the link where no catalogue is saved. */
  firstListMs: number;
  /** Requests of one client that may be open at the same time. */
  inFlight: number;
}

export const DEFAULT_LIMITS: BridgeLimits = {
  deadlineMs: 50_000,
  holdMs: 10 * 60_000,
  firstListMs: 20_000,
  inFlight: 256,
};

/** What a client's session needs of the bridge; one per profile. */
export interface SessionHost {
  profile: string;
  environment(): Environment;
  link: LinkHandle;
  /** What the back end speaks. */
  eras: EraMemory;
  /** Why nothing can be sent now, as a sentence for a model. */
  linkDown(): string;
  catalogue: Catalogue;
  gate: Gate;
  own: OwnAnswers;
  held: Held;
  reads: SharedReads;
  clock: Clock;
  log: Log;
  limits: BridgeLimits;
  recordActivity: RecordActivity;
  /** The server said that a list changed: read all lists anew, then tell the clients. */
  onListChanged(): void;
  /** Name, counts or state of a client changed. */
  onClientChanged(now: boolean): void;
}

/** Who a session serves, as far as known. */
export interface ClientFacts {
  id: string;
  name: string;
  version: string;
  transport: 'stdio' | 'http' | 'cli' | 'page';
  pid: number | null;
  since: number;
  lastAt: number;
  calls: number;
  /** Whatever is no read is refused to it. */
  onlyReads?: boolean;
}

/** Who asks, in Activity and in the trail. */
export const actorOf = ({ name, version, transport }: ClientFacts): string =>
  transport === 'cli' || transport === 'page' ? 'you' : `${name} ${version}`.trimEnd();
