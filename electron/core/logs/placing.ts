import type { LooseLine } from './assembler.ts';
import { ClockOffset } from './clock-offset.ts';
import { NameMap } from './name-map.ts';

/** A line before it has its place and its number. */
export type Unplaced = Omit<LooseLine, 'at' | 'from'>;

/** Gives each line of the droplet its place in time, by our clock. */
export class Placing {
  readonly #offsets = new NameMap<ClockOffset>();
  readonly #last = new NameMap<number>();

  /** Milliseconds that a service's clock is behind ours; null: not known. */
  offsetOf(service: string): number | null {
    return this.#offsets.get(service)?.ms ?? null;
  }

  /** `isLive`: they came as they were written. In order of place; what came together and has no time stays behind its service's line. */
  place(lines: readonly Unplaced[], isLive: boolean): LooseLine[] {
    for (const { service, time, receivedAt } of lines)
      if (time) this.#offset(service).observe(time.at, receivedAt, isLive);
    const first = new Map<string, number>();
    for (const line of lines)
      if (line.time && !first.has(line.service)) first.set(line.service, this.#corrected(line));
    const placed = lines.map((line): LooseLine => {
      const at = line.time ? this.#corrected(line) : this.#untimed(line, isLive, first.get(line.service));
      this.#last.set(line.service, at);
      return { ...line, from: 'droplet', at };
    });
    return placed.sort((a, b) => a.at - b.at);
  }

  #corrected({ service, time, receivedAt }: Unplaced): number {
    // nothing is written after it was received
    return Math.min(receivedAt, (time?.at ?? receivedAt) + this.#offset(service).correction);
  }

  #untimed({ service, receivedAt }: Unplaced, isLive: boolean, next: number | undefined): number {
    if (isLive) return receivedAt;
    return this.#last.get(service) ?? next ?? receivedAt;
  }

  #offset(service: string): ClockOffset {
    const known = this.#offsets.get(service) ?? new ClockOffset();
    this.#offsets.set(service, known);
    return known;
  }
}

/** The lines with secrets masked. */
export function masked(
  lines: Unplaced[],
  redact: { text: (text: string) => string } | undefined,
): Unplaced[] {
  if (!redact) return lines;
  return lines.map((line) => {
    const text = redact.text(line.text);
    // the message is the end of the text: where nothing was masked, nothing has to be
    return text === line.text ? line : { ...line, text, message: redact.text(line.message) };
  });
}
