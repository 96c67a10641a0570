/** Decimals as the contract has them (`-12.50`): compared, signed and grouped as text, never as binary floats. */

function parts(value: string): { negative: boolean; whole: string; fraction: string } {
  const negative = value.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? value.slice(1) : value).split('.');
  return { negative, whole: whole.replace(/^0+(?=\d)/, ''), fraction };
}

/** -1, 0 or 1. `-0.00` is zero. */
export function signOf(value: string): -1 | 0 | 1 {
  if (!/[1-9]/.test(value)) return 0;
  return value.startsWith('-') ? -1 : 1;
}

function compareMagnitude(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  if (left.whole.length !== right.whole.length) return left.whole.length - right.whole.length;
  if (left.whole !== right.whole) return left.whole < right.whole ? -1 : 1;
  const length = Math.max(left.fraction.length, right.fraction.length);
  const x = left.fraction.padEnd(length, '0');
  const y = right.fraction.padEnd(length, '0');
  return x === y ? 0 : x < y ? -1 : 1;
}

/** Exact ascending comparison of any size and scale. */
export function compareDecimals(a: string, b: string): number {
  const left = signOf(a);
  const right = signOf(b);
  if (left !== right) return left - right;
  return left < 0 ? -compareMagnitude(a, b) : compareMagnitude(a, b);
}

function fraction(text: string, least: number, most: number): string {
  const trimmed = text.slice(0, most).replace(/0+$/, '');
  return trimmed.padEnd(least, '0');
}

/**
 * Grouped text of the magnitude with `least` to `most` decimals, e.g. `1,234.50`. More decimals than `most` are
 * rounded half up, exactly.
 */
export function groupDecimal(value: string, least = 2, most = 2): string {
  const rounded = roundMagnitude(parts(value), most);
  const whole = rounded.whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const rest = fraction(rounded.fraction, least, most);
  return rest === '' ? whole : `${whole}.${rest}`;
}

function roundMagnitude(value: { whole: string; fraction: string }, most: number) {
  if (value.fraction.length <= most) return value;
  const kept = BigInt(value.whole + value.fraction.slice(0, most));
  const up = (value.fraction[most] ?? '0') >= '5' ? 1n : 0n;
  const digits = (kept + up).toString().padStart(most + 1, '0');
  return { whole: digits.slice(0, digits.length - most), fraction: most === 0 ? '' : digits.slice(-most) };
}

/**
 * Decimals that a value is shown with: `most`, or as many more as its first two digits need where it would look like
 * zero and is not.
 */
export function shownDecimals(value: string, most: number): number {
  const { whole, fraction: rest } = parts(value);
  const first = rest.search(/[1-9]/);
  return /[1-9]/.test(whole) || first < most ? most : first + 2;
}

/** The magnitude of an amount for reading, grouped; what is not zero does not look like it. */
export function amountDecimal(value: string, least = 2, most = 2): string {
  return groupDecimal(value, least, shownDecimals(value, most));
}

/** A decimal for reading: grouped, with a real minus sign. */
export function plainDecimal(value: string, least = 0, most = 4): string {
  return `${signOf(value) < 0 ? '−' : ''}${amountDecimal(value, least, most)}`;
}

export interface MoneyText {
  /** `▲`, `▼`, or empty for zero, so that colour is never the only sign. */
  arrow: string;
  /** `+1,234.50`, `−0.10`, `0.00`. */
  text: string;
  tone: 'gain' | 'loss' | 'neutral';
}

/** A profit or loss with sign, arrow and tone. What rounds to zero but is not zero keeps its sign and more digits. */
export function moneyText(value: string, most = 2): MoneyText {
  const sign = signOf(value);
  if (sign === 0) return { arrow: '', text: groupDecimal('0', 2, 2), tone: 'neutral' };
  const text = amountDecimal(value, 2, most);
  return sign > 0
    ? { arrow: '▲', text: `+${text}`, tone: 'gain' }
    : { arrow: '▼', text: `−${text}`, tone: 'loss' };
}

const SYMBOLS: Record<string, string> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', HKD: 'HK$', AUD: 'A$' };

/** What stands before an amount: the currency's sign, or its code and a space. */
export function currencyPrefix(currency: string): string {
  return SYMBOLS[currency] ?? `${currency} `;
}
