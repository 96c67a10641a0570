import type { Batch, ProbeRow } from './samples.ts';
import { emptyBatch } from './samples.ts';

/** While nothing can be written so many samples of each kind are held; then the oldest go. */
const MOST_HELD = 20_000;
/** A probe may be judged anew once the others of its round are there, so the newest wait a little. */
const SETTLED_MS = 2_000;

/** Samples on their way to the disk. */
export class Outbox {
  #batch: Batch = emptyBatch();
  /** Probes by what they are: a later word on the same probe replaces the first. */
  readonly #probes = new Map<string, ProbeRow>();

  get size(): number {
    return this.#batch.money.length + this.#batch.positions.length + this.#probes.size;
  }

  add(rows: Partial<Batch>): void {
    const { money, positions } = this.#batch;
    this.#batch.money = [...money, ...(rows.money ?? [])].slice(-MOST_HELD);
    this.#batch.positions = [...positions, ...(rows.positions ?? [])].slice(-MOST_HELD);
    for (const probe of rows.probes ?? []) {
      const key = `${probe.owner.name}/${probe.service}/${probe.at}`;
      const before = this.#probes.get(key);
      this.#probes.set(key, { ...probe, reason: probe.reason ?? before?.reason ?? null });
    }
    for (const key of this.#probes.keys()) {
      if (this.#probes.size <= MOST_HELD) break;
      this.#probes.delete(key);
    }
  }

  /** What can be written at `now`; `all` at the end, when nothing more comes. */
  take(now: number, all = false): Batch {
    const batch = this.#batch;
    this.#batch = emptyBatch();
    for (const [key, probe] of this.#probes) {
      if (!all && probe.at > now - SETTLED_MS && probe.at <= now) continue;
      batch.probes.push(probe);
      this.#probes.delete(key);
    }
    return batch;
  }

  /** Puts back what could not be written, before what came since. */
  putBack(batch: Batch): void {
    const later = this.#batch;
    this.#batch = emptyBatch();
    const probes = [...batch.probes, ...this.#probes.values()];
    this.#probes.clear();
    this.add({ ...batch, probes });
    this.add({ money: later.money, positions: later.positions });
  }

  /** Drops what belongs to a profile. */
  drop(profile: string): void {
    const others = <T extends { owner: { name: string } }>(rows: T[]) =>
      rows.filter(({ owner }) => owner.name !== profile);
    this.#batch.money = others(this.#batch.money);
    this.#batch.positions = others(this.#batch.positions);
    for (const [key, probe] of this.#probes) if (probe.owner.name === profile) this.#probes.delete(key);
  }
}
