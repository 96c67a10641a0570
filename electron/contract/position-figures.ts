import {
  addDecimals,
  divideDecimals,
  magnitude,
  multiplyDecimals,
  roundDecimal,
  signOf,
  subtractDecimals,
} from './decimal-math.ts';
import type { Decimal, Position } from './models.ts';
import { percentOf } from './trade-stats.ts';

/** A figure that was reported, or that we worked out of others that were. */
export interface Worked {
  value: Decimal;
  /** True where the back end does not give it and it follows from what it does give. */
  derived: boolean;
}

/** What lies between a position and its stop. Negative: the price has passed the stop. */
export interface StopDistance {
  /** Money between the last price and the stop: what would be given up from here. */
  money: Decimal;
  /** Of the price. */
  percent: Decimal | null;
  /** In units of what was at risk at the start. */
  r: Decimal | null;
}

/** What follows from the figures of a position; null wherever one of them is not known. */
export interface PositionFigures {
  price: Worked | null;
  /** Lost from the entry if the stop is hit. */
  risk: Worked | null;
  stop: StopDistance | null;
  /** Unrealized P&L in units of the risk. */
  r: Decimal | null;
}

/** Most decimals of a price that is worked out. */
const PRICE_PLACES = 4;

function directionOf(position: Position): 1 | -1 | null {
  return position.side === 'unknown' ? null : position.side === 'long' ? 1 : -1;
}

function positive(value: Decimal | null): Decimal | null {
  return value !== null && signOf(value) > 0 ? value : null;
}

/** Entry plus P&L per share: the newest Catalyst gives no price, and this is the one that its P&L was made with. */
function priceOf(position: Position, direction: 1 | -1 | null): Worked | null {
  if (position.current !== null) return { value: position.current, derived: false };
  const quantity = positive(position.quantity);
  const { entry, unrealized } = position;
  if (direction === null || quantity === null || entry === null || unrealized === null) return null;
  const perShare = divideDecimals(unrealized, quantity, PRICE_PLACES + 2);
  if (perShare === null) return null;
  const move = direction === 1 ? perShare : multiplyDecimals(perShare, '-1');
  return { value: roundDecimal(addDecimals(entry, move), PRICE_PLACES), derived: true };
}

/** A risk of 0 beside no stop is how "no stop" is stored, not "nothing at risk". */
function riskOf({ risk, entry, stop, quantity }: Position): Worked | null {
  const reported = positive(risk);
  if (reported !== null) return { value: reported, derived: false };
  if (entry === null || stop === null || quantity === null) return null;
  const value = multiplyDecimals(magnitude(subtractDecimals(entry, stop)), magnitude(quantity));
  return { value: roundDecimal(value, 2), derived: true };
}

function stopOf(
  position: Position,
  price: Decimal | undefined,
  direction: 1 | -1 | null,
  risk: Decimal | null,
): StopDistance | null {
  const { stop, quantity } = position;
  if (price === undefined || stop === null || quantity === null || direction === null) return null;
  const perShare = direction === 1 ? subtractDecimals(price, stop) : subtractDecimals(stop, price);
  const money = roundDecimal(multiplyDecimals(perShare, magnitude(quantity)), 2);
  return {
    money,
    percent: percentOf(perShare, price, 2),
    r: risk === null ? null : divideDecimals(money, risk, 2),
  };
}

/** Price, risk, stop distance and R of a position, exact but for the last place of a division. */
export function positionFigures(position: Position): PositionFigures {
  const direction = directionOf(position);
  const price = priceOf(position, direction);
  const risk = riskOf(position);
  const unit = positive(risk?.value ?? null);
  return {
    price,
    risk,
    stop: stopOf(position, price?.value, direction, unit),
    r: unit === null || position.unrealized === null ? null : divideDecimals(position.unrealized, unit, 2),
  };
}

/** Sums over the shown positions of one currency. Each says how many could not be in it. */
export interface PositionSums {
  currency: string;
  count: number;
  up: number;
  down: number;
  flat: number;
  unrealized: Decimal | null;
  withoutPnl: number;
  realized: Decimal | null;
  risk: Decimal | null;
  withoutRisk: number;
  /** What would be given up from here if every stop were hit; a stop that was passed tells nothing about that. */
  toStop: Decimal | null;
  withoutStop: number;
  /** Positions whose price is beyond their stop. */
  passed: number;
}

interface Sum {
  total: Decimal | null;
  missing: number;
}

function summed(values: readonly (Decimal | null)[]): Sum {
  const known = values.filter((value) => value !== null);
  return {
    total: known.length === 0 ? null : known.reduce(addDecimals),
    missing: values.length - known.length,
  };
}

/** One set of sums per currency, that of most positions first; nothing is added across currencies. */
export function positionSums(
  rows: readonly Position[],
  figures: (position: Position) => PositionFigures,
): PositionSums[] {
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  const sums = currencies.map((currency) => {
    const own = rows.filter((row) => row.currency === currency);
    const signs = own.flatMap((row) => (row.unrealized === null ? [] : [signOf(row.unrealized)]));
    const unrealized = summed(own.map((row) => row.unrealized));
    const risk = summed(own.map((row) => figures(row).risk?.value ?? null));
    const distances = own.map((row) => figures(row).stop?.money ?? null);
    const passed = distances.filter((money) => money !== null && signOf(money) < 0).length;
    const toStop = summed(distances.map((money) => (money !== null && signOf(money) < 0 ? null : money)));
    return {
      currency,
      count: own.length,
      up: signs.filter((sign) => sign > 0).length,
      down: signs.filter((sign) => sign < 0).length,
      flat: signs.filter((sign) => sign === 0).length,
      unrealized: unrealized.total,
      withoutPnl: unrealized.missing,
      realized: summed(own.map((row) => row.realized)).total,
      risk: risk.total,
      withoutRisk: risk.missing,
      toStop: toStop.total,
      withoutStop: toStop.missing - passed,
      passed,
    };
  });
  return sums.sort((a, b) => b.count - a.count);
}
