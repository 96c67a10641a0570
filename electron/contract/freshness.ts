import type { Movement } from './guard.ts';
import { carries } from './awaited.ts';
import { age } from './present.ts';
import type { PresetName } from './profile.ts';
import type { ProfileState } from './state.ts';

/** Older than this a value from a back end is stale, ms. */
export const STALE_MS = 45_000;
/** Prices that stood still this long, over this many answers, with the market open, are called frozen. */
export const FROZEN_MS = 3 * 60_000;
export const FROZEN_REPEATS = 12;

/**
 * How far a value can be believed. `frozen`: answers arrive, but what should move does not. Said with evidence only:
 * positions with prices are open, the market is open, and many answers over minutes said exactly the same.
 */
export interface Freshness {
  state: 'fresh' | 'stale' | 'frozen' | 'unknown';
  /** Age of our receipt, ms; null where nothing was ever received. */
  ageMs: number | null;
  /** One sentence; empty while fresh. */
  text: string;
}

/** What is needed of a reading; both kinds fit. */
export type Aged =
  | { state: 'known'; receivedAt: number }
  | { state: 'unknown'; reason: string; last: { receivedAt: number } | null };

const clause = (text: string): string => text.replace(/\.$/, '');

/** How fresh one reading is at `now` (ms); `what` names it in the sentence. */
export function freshnessOf(what: string, reading: Aged, now: number): Freshness {
  if (reading.state === 'unknown') {
    const ageMs = reading.last ? Math.max(0, now - reading.last.receivedAt) : null;
    const seen = ageMs === null ? '' : `; it was last known ${age(ageMs)} ago`;
    return { state: 'unknown', ageMs, text: `The ${what} is unknown: ${clause(reading.reason)}${seen}.` };
  }
  const ageMs = Math.max(0, now - reading.receivedAt);
  if (ageMs <= STALE_MS) return { state: 'fresh', ageMs, text: '' };
  return { state: 'stale', ageMs, text: `The ${what} is ${age(ageMs)} old.` };
}

/** Whether prices stand still although they should move. `receivedAt` is the newest answer's. */
export function isFrozen(movement: Movement | null, receivedAt: number): boolean {
  if (movement === null || movement.watched === 0 || movement.marketOpen !== true) return false;
  return movement.repeats >= FROZEN_REPEATS && receivedAt - movement.since >= FROZEN_MS;
}

type Read = Pick<ProfileState, 'trading' | 'guard' | 'link'> & {
  profile: Pick<ProfileState['profile'], 'preset'>;
};

/** How far the list of positions can be believed at `now` (ms): unknown, stale, frozen or fresh. */
export function positionsFreshness({ trading, guard }: Read, now: number): Freshness {
  const plain = freshnessOf('list of positions', trading.positions, now);
  const { positions } = trading;
  if (plain.state !== 'fresh' || positions.state !== 'known') return plain;
  if (guard.movement === null || !isFrozen(guard.movement, positions.receivedAt)) return plain;
  const still = age(Math.max(0, now - guard.movement.since));
  const text = `Answers arrive, but no price of the open positions has moved for ${still} while the market is open.`;
  return { ...plain, state: 'frozen', text };
}

/** The readings that say whether a back end trades. Only Catalyst has two: cron drives its workflow. */
const STATUS: Readonly<Record<PresetName, readonly ('workflow' | 'cycle')[]>> = {
  catalyst: ['workflow', 'cycle'],
  stockspark: [],
  stockpulse: [],
  kubernetes: [],
  generic: [],
};

const NAMES = { workflow: 'workflow status', cycle: 'trading cycle' } as const;
const WORST = ['unknown', 'stale', 'frozen', 'fresh'] as const;

/** A back end without trading state is judged by the last answer that came over its link. */
function linkFreshness({ link }: Read, now: number): Freshness {
  const what = 'last answer of the back end';
  const proof = carries(link) ? link.lastProof : null;
  if (proof !== null) return freshnessOf(what, { state: 'known', receivedAt: proof }, now);
  return { state: 'unknown', ageMs: null, text: 'The back end has not answered yet.' };
}

/**
 * How fresh the status is that a decision to start rests on: the worst of what the preset tells, with all of it in
 * words. Pure: the page, the guard and the answers to clients say the same.
 */
export function statusFreshness(state: Read, now: number): Freshness {
  const parts = STATUS[state.profile.preset].map((part) =>
    freshnessOf(NAMES[part], state.trading[part], now),
  );
  if (parts.length === 0) return linkFreshness(state, now);
  const positions = positionsFreshness(state, now);
  if (positions.state === 'frozen') parts.push(positions);
  const worst = WORST.find((one) => parts.some((part) => part.state === one)) ?? 'fresh';
  const ages = parts.map((part) => part.ageMs);
  return {
    state: worst,
    ageMs: ages.some((one) => one === null) ? null : Math.max(...(ages as number[])),
    text: parts.flatMap((part) => (part.text === '' ? [] : [part.text])).join(' '),
  };
}
