import type { Decimal } from './models.ts';

/** Exact arithmetic on decimals as text, of any size: money is never a binary float. */

interface Scaled {
  units: bigint;
  places: number;
}

function scaled(value: Decimal): Scaled {
  const [whole = '0', fraction = ''] = value.split('.');
  return { units: BigInt(whole + fraction), places: fraction.length };
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const left = scaled(a);
  const right = scaled(b);
  const places = Math.max(left.places, right.places);
  return [
    left.units * 10n ** BigInt(places - left.places),
    right.units * 10n ** BigInt(places - right.places),
    places,
  ];
}

function unscaled(units: bigint, places: number): Decimal {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return units < 0n ? `-${text}` : text;
}

/** The exact sum, with the places of the more precise of both. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const [left, right, places] = aligned(a, b);
  return unscaled(left + right, places);
}

/** -1, 0 or 1; exact. */
export function compareDecimals(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** -1, 0 or 1. */
export function signOf(value: Decimal): -1 | 0 | 1 {
  return compareDecimals(value, '0');
}

/** A figure without its sign. */
export function magnitude(value: Decimal): Decimal {
  return value.startsWith('-') ? value.slice(1) : value;
}

/** a - b, exact. */
export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return addDecimals(a, negated(b));
}

/** The figure with the other sign; zero has none. */
export function negated(value: Decimal): Decimal {
  if (value.startsWith('-')) return value.slice(1);
  return signOf(value) === 0 ? value : `-${value}`;
}

/** The exact product, with the places of both together. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  const [left, right] = [scaled(a), scaled(b)];
  return unscaled(left.units * right.units, left.places + right.places);
}

/** The quotient, rounded half away from zero to `places`; null for a division by zero. */
export function divideDecimals(a: Decimal, b: Decimal, places: number): Decimal | null {
  const [left, right] = aligned(a, b);
  if (right === 0n) return null;
  return unscaled(roundedQuotient(left * 10n ** BigInt(places), right), places);
}

/** At most `places` decimals, rounded half away from zero. */
export function roundDecimal(value: Decimal, places: number): Decimal {
  const { units, places: own } = scaled(value);
  if (own <= places) return value;
  return unscaled(roundedQuotient(units, 10n ** BigInt(own - places)), places);
}

function roundedQuotient(units: bigint, by: bigint): bigint {
  const [top, bottom] = by < 0n ? [-units, -by] : [units, by];
  const half = top < 0n ? -bottom : bottom;
  return (2n * top + half) / (2n * bottom);
}
