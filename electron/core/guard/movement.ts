import type { Movement } from '../../contract/guard.ts';
import type { HealthModel, Position, TradingModel } from '../../contract/models.ts';
import type { PresetName } from '../../contract/profile.ts';
import { wallTime } from './trading-hours.ts';

/**
 * What of an open position moves while its market is open, by preset: its price; on Catalyst, whose newest answers
 * carry none, the profit made of it.
 */
const MOVES: Readonly<Record<PresetName, readonly ('current' | 'unrealized' | 'value')[]>> = {
  catalyst: ['current', 'unrealized', 'value'],
  stockspark: [],
  stockpulse: ['current', 'value'],
  kubernetes: ['current'],
  generic: ['current'],
};

/** Sessions by currency, minutes of the exchange's own day. Lunch is no session. */
const SESSIONS: Readonly<Record<string, { zone: string; open: readonly (readonly [number, number])[] }>> = {
  USD: { zone: 'America/New_York', open: [[570, 960]] },
  HKD: {
    zone: 'Asia/Hong_Kong',
    open: [
      [570, 720],
      [780, 960],
    ],
  },
};

/** New York ends at 13:00 on the day after Thanksgiving, on Christmas Eve and on 3 July. */
function isShortDay(at: number): boolean {
  const date = new Date(at);
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  return (
    (month === 7 && day === 3) || (month === 12 && day === 24) || (month === 11 && day >= 22 && day <= 29)
  );
}

/** The session of this moment as start and end in ms; undefined outside sessions and where the hours are not known. */
function sessionOf(currency: string, now: number): { start: number; end: number } | undefined {
  const exchange = SESSIONS[currency];
  if (!exchange) return undefined;
  const { day, minutes } = wallTime(exchange.zone, now);
  if (day === 0 || day === 6) return undefined;
  const found = exchange.open.find(([from, to]) => minutes >= from && minutes < to);
  if (!found || (currency === 'USD' && minutes >= 780 && isShortDay(now))) return undefined;
  return { start: now - (minutes - found[0]) * 60_000, end: now + (found[1] - minutes) * 60_000 };
}

function told(health: HealthModel): boolean | null {
  for (const { parts } of health.services) {
    const word = parts['market_status']?.toLowerCase();
    if (word === 'open') return true;
    if (word === 'closed') return false;
  }
  return null;
}

interface Facts {
  preset: PresetName;
  currency: string;
  health: HealthModel;
}

/** Watches one profile's open positions for values that should move and do not. */
export class MovementWatch {
  #values = '';
  #movement: Movement | null = null;
  #sawChange = false;
  #lastAt = 0;

  /** Takes a trading model; the same answer given twice counts once. */
  observe({ positions }: TradingModel, facts: Facts): Movement | null {
    if (positions.state !== 'known') return this.#movement;
    if (positions.receivedAt === this.#lastAt) return this.#movement;
    this.#lastAt = positions.receivedAt;
    const prices = positions.value.rows.flatMap((row) => watched(row, facts.preset));
    const values = JSON.stringify(prices);
    const at = positions.receivedAt;
    if (prices.length === 0) {
      this.#values = values;
      this.#movement = null;
      return null;
    }
    if (this.#movement === null || values !== this.#values) {
      // what comes and goes is not a price that moved
      this.#sawChange = this.#movement !== null && this.#movement.watched === prices.length;
      this.#movement = { since: at, repeats: 0, watched: prices.length, marketOpen: null };
    } else this.#movement = { ...this.#movement, repeats: this.#movement.repeats + 1 };
    this.#values = values;
    this.#movement = { ...this.#movement, marketOpen: this.#isOpen(facts, this.#movement.since, at) };
    return this.#movement;
  }

  /**
   * The back end's own word, else evidence: the exchange's hours say open and a price has moved in this very session.
   * Hours alone do not know holidays.
   */
  #isOpen({ currency, health }: Facts, since: number, now: number): boolean | null {
    const word = told(health);
    if (word !== null) return word;
    const session = sessionOf(currency, now);
    if (!session) return SESSIONS[currency] ? false : null;
    return this.#sawChange && since >= session.start ? true : null;
  }
}

function watched(row: Position, preset: PresetName): string[][] {
  if (row.status !== 'open' && row.status !== 'partial' && row.status !== 'risk_reduced') return [];
  for (const field of MOVES[preset]) {
    const value = row[field];
    if (value !== null) return [[row.key, value]];
  }
  return [];
}
