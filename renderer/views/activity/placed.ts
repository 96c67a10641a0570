import type { TimePart } from '../../../electron/contract/time-parts.ts';

interface Placed extends TimePart {
  x: number;
  width: number;
}

/** Parts beside each other on a line of 100; what took any time is at least seen. */
export function placed(parts: readonly TimePart[]): Placed[] {
  const whole = parts.reduce((sum, { ms }) => sum + ms, 0);
  if (whole <= 0) return [];
  let x = 0;
  return parts.map((part) => {
    const width = (part.ms / whole) * 100;
    const at = { ...part, x, width };
    x += width;
    return at;
  });
}
