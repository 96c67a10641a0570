import { divideDecimals, signOf } from '../../../electron/contract/decimal-math.ts';
import type { ClosedTrade } from '../../../electron/contract/records.ts';

/** A result in units of what was at risk; null where either is not known. */
export function multipleOf({ realized, risk }: ClosedTrade): string | null {
  if (realized === null || risk === null || signOf(risk) <= 0) return null;
  return divideDecimals(realized, risk, 2);
}
