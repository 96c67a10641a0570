import type { MoneyMetric, MoneySample } from '../../contract/history.ts';
import { LINK_SERVICE } from '../../contract/history-limits.ts';
import type { LinkState } from '../../contract/link.ts';
import type {
  HealthBeat,
  HealthModel,
  PnlModel,
  PositionsModel,
  ServiceHealth,
  Verdict,
} from '../../contract/models.ts';
import type { MoneyRow, Owner, PositionRow, ProbeRow } from './samples.ts';

const METRICS: readonly MoneyMetric[] = ['equity', 'daily', 'unrealized', 'realized', 'exposure'];

/** One receipt of figures as the stream has it. */
export function moneySample(model: PnlModel, at: number): MoneySample {
  const { currency, equity, daily, unrealized, realized, exposure } = model;
  return { at, currency, equity, daily, unrealized, realized, exposure };
}

export function moneyRows(owner: Owner, sample: MoneySample): MoneyRow[] {
  const { at, currency } = sample;
  return METRICS.flatMap((metric) => {
    const value = sample[metric];
    return value === null ? [] : [{ owner, metric, currency, at, value }];
  });
}

/** With more positions than this the raw samples of each are taken less often. */
const MANY = 50;
const MANY_EVERY_MS = 15_000;
const FEW_EVERY_MS = 4_000;
/** A position that does not move is written this often, so that it is known to have been there. */
const STILL_EVERY_MS = 60_000;

/** Which positions are worth a sample now: what moved, and once a minute what stood still. */
export class PositionSampling {
  readonly #last = new Map<string, { at: number; said: string }>();

  rows(owner: Owner, { rows }: PositionsModel, at: number): PositionRow[] {
    const spacing = (rows.length > MANY ? MANY_EVERY_MS : FEW_EVERY_MS) - 1000;
    const present = new Set(rows.map((row) => row.key));
    for (const key of this.#last.keys()) if (!present.has(key)) this.#last.delete(key);
    return rows.flatMap((row) => {
      const { key, symbol, side, currency, quantity, entry, current: price, unrealized, realized } = row;
      const said = [quantity, price, unrealized, realized].join('/');
      const before = this.#last.get(key);
      const pause = said === before?.said ? STILL_EVERY_MS - 1000 : spacing;
      if (before && at - before.at < pause) return [];
      this.#last.set(key, { at, said });
      return [{ owner, key, symbol, side, currency, at, quantity, entry, price, unrealized, realized }];
    });
  }
}

/** The newest probes of a service that were not taken yet; the last one may still be judged anew, so it has its reason. */
export function probeRows(
  owner: Owner,
  health: HealthModel,
  takenUntil: ReadonlyMap<string, number>,
): ProbeRow[] {
  return health.services.flatMap((service) => {
    const taken = takenUntil.get(service.name) ?? Number.NEGATIVE_INFINITY;
    return service.beats.filter((beat) => beat.at >= taken).map((beat) => row(owner, service, beat, health));
  });
}

function row(owner: Owner, service: ServiceHealth, beat: HealthBeat, health: HealthModel): ProbeRow {
  const newest = beat === service.beats.at(-1);
  return {
    owner,
    service: service.name,
    at: beat.at,
    verdict: beat.verdict,
    planned: health.plannedDowntime,
    latency: beat.latencyMs,
    reason: newest ? service.reason : null,
  };
}

const LINK_VERDICT: Readonly<Record<LinkState['state'], Verdict>> = {
  off: 'unknown',
  connecting: 'unknown',
  live: 'up',
  degraded: 'degraded',
  reconnecting: 'down',
  blocked: 'down',
};

/**
 * The link in the form of a service. Off is the user's wish and connecting tells nothing yet; while a lost link is tried
 * again it is down.
 */
export function linkRow(owner: Owner, link: LinkState, lost: boolean, at: number): ProbeRow {
  const verdict = link.state === 'connecting' && lost ? 'down' : LINK_VERDICT[link.state];
  const error = 'error' in link ? link.error : 'lastError' in link ? link.lastError : null;
  const latency = link.state === 'live' ? link.rttMs : null;
  const reason = error?.message ?? null;
  return { owner, service: LINK_SERVICE, at, verdict, planned: false, latency, reason };
}

/** What of a profile was taken already. */
export interface Taken {
  money: number;
  positions: number;
  probes: Map<string, number>;
  sampling: PositionSampling;
  linkLost: boolean;
}

export const nothingTaken = (): Taken => ({
  money: 0,
  positions: 0,
  probes: new Map(),
  sampling: new PositionSampling(),
  linkLost: false,
});
