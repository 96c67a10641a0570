import type { Clock } from '../ports.ts';
import type { Timing } from './dialling.ts';
import type { ProbeResult } from './probe.ts';

export interface WatchEvents {
  /** Asks the other end now. */
  ask: () => Promise<ProbeResult>;
  /** A probe ended; `silent` counts the ones in a row without any answer. */
  probed: (result: ProbeResult, silent: number) => void;
  /** Milliseconds since the last proof, told every few seconds. */
  aged: (proofAgeMs: number) => void;
}

const AGE_EVERY_MS = 1_000;

/**
 * Watches one open link: probes it and tells how old its last proof is. It probes in a fixed rhythm even while other
 * answers come, because answers of services say nothing about the MCP endpoint.
 */
export class ProofWatch {
  private readonly clock: Clock;
  private readonly timing: Timing;
  private readonly events: WatchEvents;
  private ended = false;
  private probing = false;
  private silent = 0;
  private cancelProbe = () => {};
  private cancelAge = () => {};
  private provenMono: number;
  private provenAt: number;

  /** Starts at once; the first probe has just been made. */
  constructor(clock: Clock, timing: Timing, events: WatchEvents) {
    this.clock = clock;
    this.timing = timing;
    this.events = events;
    this.provenMono = clock.monotonic();
    this.provenAt = clock.now();
    this.schedule(timing.probeEveryMs);
    this.age();
  }

  /** When the last application answer came, milliseconds since the epoch. */
  get lastProof(): number {
    return this.provenAt;
  }

  /** An application answer came; costs two clock readings. */
  proven(): void {
    this.provenMono = this.clock.monotonic();
    this.provenAt = this.clock.now();
  }

  /** Probes now unless a probe is under way. */
  async probe(): Promise<void> {
    if (this.ended || this.probing) return;
    this.cancelProbe();
    this.probing = true;
    const result = await this.events.ask();
    this.probing = false;
    if (this.ended) return;
    this.silent = result.kind === 'silent' ? this.silent + 1 : 0;
    this.schedule(this.silent > 0 ? this.timing.confirmMs : this.timing.probeEveryMs);
    this.events.probed(result, this.silent);
  }

  end(): void {
    this.ended = true;
    this.cancelProbe();
    this.cancelAge();
  }

  private schedule(ms: number): void {
    this.cancelProbe = this.clock.after(ms, () => void this.probe());
  }

  /** The monotonic clock may stand still during sleep, and the wall clock may be set back: the older age counts. */
  private age(): void {
    this.cancelAge = this.clock.after(AGE_EVERY_MS, () => {
      if (this.ended) return;
      this.age();
      const mono = this.clock.monotonic() - this.provenMono;
      this.events.aged(Math.max(mono, this.clock.now() - this.provenAt));
    });
  }
}
