import type { JsonNode } from '../../contract/json-text.ts';

/** An exact decimal: `units` tenths, hundredths, … by `scale`. Never a binary float. */
export interface Amount {
  units: bigint;
  scale: number;
}

const NUMBER = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/;

/** A decimal text as an amount; undefined where it is none. */
export function amountOfText(text: string): Amount | undefined {
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { units: digits, scale } : { units: digits * 10n ** BigInt(-scale), scale: 0 };
}

/**
 * The amount that an argument says: a number, or a plain decimal text as some clients send it. Undefined for anything
 * that a server could read otherwise: `"1,000"`, `"$5"`, `"5 shares"`, `"1e3"`, booleans, null, lists.
 */
export function amountOfNode(node: JsonNode): Amount | undefined {
  if (node.kind === 'number') return amountOfText(node.text);
  if (node.kind === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(node.value)) return amountOfText(node.value);
  return undefined;
}

export function compareAmounts(a: Amount, b: Amount): -1 | 0 | 1 {
  const scale = Math.max(a.scale, b.scale);
  const left = a.units * 10n ** BigInt(scale - a.scale);
  const right = b.units * 10n ** BigInt(scale - b.scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Size without direction: a short of 100 is as large as a long of 100. */
export const magnitude = ({ units, scale }: Amount): Amount => ({
  units: units < 0n ? -units : units,
  scale,
});

export const product = (a: Amount, b: Amount): Amount => ({
  units: a.units * b.units,
  scale: a.scale + b.scale,
});

export function amountText({ units, scale }: Amount): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${scale > 0 && fraction !== '' ? `.${fraction}` : ''}`;
}
