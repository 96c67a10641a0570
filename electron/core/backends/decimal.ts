import type { Decimal } from '../../contract/models.ts';
import { numberText } from './json-text.ts';

const PLAIN = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,3}))?$/;
const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;
const MAX_TEXT = 64;
const MAX_EXPONENT = 40;

/** Moves the decimal point of unsigned digits by `exponent` places. */
function shifted(digits: string, exponent: number): string {
  const [whole = '', fraction = ''] = digits.split('.');
  const all = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `0.${'0'.repeat(-point)}${all}`;
  if (point >= all.length) return all + '0'.repeat(point - all.length);
  return `${all.slice(0, point)}.${all.slice(point)}`;
}

function canonical(text: string): Decimal | null {
  const match = PLAIN.exec(text);
  if (!match) return null;
  const exponent = Number(match[3] ?? 0);
  if (Math.abs(exponent) > MAX_EXPONENT) return null;
  const moved = exponent === 0 ? match[2]! : shifted(match[2]!, exponent);
  const [whole = '', fraction = ''] = moved.split('.');
  const trimmed = whole.replace(/^0+(?=\d)/, '') || '0';
  const value = fraction === '' ? trimmed : `${trimmed}.${fraction}`;
  return match[1] === '-' && /[1-9]/.test(value) ? `-${value}` : value;
}

/** Takes sign, currency mark, brackets for a loss, and a percent mark off a figure written for people. */
function bare(text: string): string {
  let rest = text.trim().replaceAll('\u2212', '-');
  let sign = '';
  const bracketed = /^\((.*)\)$/.exec(rest);
  if (bracketed) {
    sign = '-';
    rest = bracketed[1]!.trim();
  }
  const leading = /^([+-])\s*(?=[^\d.])/.exec(rest);
  if (leading) {
    sign = leading[1] === '-' ? '-' : sign;
    rest = rest.slice(leading[0].length);
  }
  rest = rest
    .replace(/^(?:[A-Z]{3}\s|[A-Z]{0,3}\$|[€£¥])\s*/, '')
    .replace(/\s*(?:%|[A-Z]{3})$/, '')
    .trim();
  if (GROUPED.test(rest)) rest = rest.replaceAll(',', '');
  return sign === '' || rest.startsWith('-') || rest.startsWith('+') ? rest : sign + rest;
}

/**
 * A figure from any shape that back ends use: JSON numbers by their own spelling, `"175.20"`, `"$1,234.50"`,
 * `"+2.47%"`, `"(12.50)"`. Keeps the places that were written. null for what is not a finite decimal number
 * (NaN, Infinity, text, booleans, absurd exponents, more than 64 characters).
 */
export function parseDecimal(value: unknown): Decimal | null {
  const number = numberText(value);
  const text = number ?? (typeof value === 'string' ? value : '');
  // a number of a million digits would keep every sum, here and on the page, busy for seconds
  if (text.length > MAX_TEXT) return null;
  return canonical(number ?? bare(text));
}

/**
 * A currency as a back end names it; `own` where it names none. What is no ISO code (`USDT`) is a currency of its own,
 * and so is mixed case: `GBp` is pence, not pounds.
 */
export function currencyOf(value: unknown, own: string): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (!/^[A-Za-z]{3,10}$/.test(name)) return own;
  return name === name.toLowerCase() ? name.toUpperCase() : name;
}
