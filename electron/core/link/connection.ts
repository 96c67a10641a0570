import { AppError, asAppError } from '../../contract/errors.ts';
import type { Clock } from '../ports.ts';
import type { Opened } from './attempt.ts';
import type { OpenLink, Timing } from './dialling.ts';
import type { ProbeResult } from './probe.ts';
import { ProofWatch } from './proof-watch.ts';

export interface ConnectionEvents {
  /** A probe ended; `silent` counts the ones in a row without any answer. */
  probed(result: ProbeResult, silent: number): void;
  /** Milliseconds since the last proof, told every second. */
  aged(proofAgeMs: number): void;
  /** It ended by itself. Not called after `close` or `retire`. */
  lost(error: AppError): void;
}

const gone = () => new AppError('LINK_LOST', 'The connection was closed.', 'It is opened again by itself.');

interface Deps {
  readonly clock: Clock;
  readonly timing: Timing;
  readonly ask: (link: OpenLink, signal: AbortSignal) => Promise<ProbeResult>;
}

/** An open link that is being watched: probed in a fixed rhythm, its proof's age told. */
export class Connection {
  readonly index: number;
  readonly link: OpenLink;
  /** The newest round trip of a probe, milliseconds. */
  rttMs: number | null;
  events: ConnectionEvents;
  private readonly clock: Clock;
  private readonly openedMono: number;
  private readonly watch: ProofWatch;
  private readonly controller = new AbortController();
  private ended = false;

  constructor({ index, link, result }: Opened, deps: Deps, events: ConnectionEvents) {
    this.index = index;
    this.link = link;
    this.rttMs = result.kind === 'fine' ? result.rttMs : null;
    this.events = events;
    this.clock = deps.clock;
    this.openedMono = deps.clock.monotonic();
    this.watch = new ProofWatch(deps.clock, deps.timing, {
      ask: () => deps.ask(link, this.controller.signal),
      probed: (answer, silent) => this.probed(answer, silent),
      aged: (proofAgeMs) => this.events.aged(proofAgeMs),
    });
    void link.closed.then((error) => {
      if (this.ended) return;
      this.close();
      this.events.lost(error ? asAppError(error) : gone());
    });
  }

  /** Milliseconds since it was opened, on the clock that cannot be set. */
  get openMs(): number {
    return this.clock.monotonic() - this.openedMono;
  }

  /** When the last application answer came through it, milliseconds since the epoch. */
  get lastProof(): number {
    return this.watch.lastProof;
  }

  /** An application answer came through it. */
  proven(): void {
    this.watch.proven();
  }

  probe(): void {
    void this.watch.probe();
  }

  /** Ends it with everything started for it. Idempotent. */
  close(): void {
    this.retire();
    this.link.close();
  }

  /** Watches it no longer; the requests that are under way may end. */
  retire(): void {
    this.ended = true;
    this.controller.abort();
    this.watch.end();
  }

  private probed(result: ProbeResult, silent: number): void {
    if (this.ended) return;
    if (result.kind === 'fine') this.rttMs = result.rttMs;
    if (result.kind === 'fine' || (result.kind === 'mcp' && result.proven)) this.watch.proven();
    this.events.probed(result, silent);
  }
}
