import type { Position } from '../../../electron/contract/models.ts';
import { compareDecimals } from '../../parts/decimal.ts';

/** Rows whose symbol, side, status or cycle contain every word of the text. */
export function filtered(rows: readonly Position[], text: string): readonly Position[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const hay =
      `${row.symbol ?? ''} ${row.side} ${row.status} ${row.currency} ${row.cycle ?? ''}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
}

/** Ascending order of two decimals for a table that itself keeps what is not reported at the end. */
export function byDecimal(a: string | undefined, b: string | undefined): number {
  return a === undefined || b === undefined ? 0 : compareDecimals(a, b);
}
