import { useMemo } from 'react';
import { shownDecimals } from './decimal.ts';
import { useWritten } from './written.ts';

/** How a column's amounts are written, for the room they take. */
export interface AmountKind<T> {
  /** Its money; absent: a plain number. */
  currency?: (row: T) => string;
  /** A profit or loss: with a sign and an arrow. */
  signed?: true;
  /** Decimals that are shown. */
  fraction: 0 | 2;
}

/** The widest of the system fonts at 13 px: a digit, a mark between digits, the arrow, the cell's own margins. */
const DIGIT = 8.5;
const MARK = 4.5;
const ARROW = 14;
const MARGINS = 16;

/** Digits before the decimal point of a decimal as the contract has it. */
export function wholeDigits(value: string): number {
  const start = value.startsWith('-') ? 1 : 0;
  const point = value.indexOf('.');
  return (point === -1 ? value.length : point) - start;
}

/** The same, with the decimals beyond `fraction` that a very small amount is shown with. */
function digitsShown(value: string, fraction: number): number {
  const more = fraction === 0 ? 4 : fraction;
  const shown = shownDecimals(value, more);
  return wholeDigits(value) + (shown > more ? shown - fraction : 0);
}

/** What the usual width of a column holds: digits before the point, and characters of a currency. */
const USUAL = 3;

/** Room is given in steps, so that a column seldom changes its width: 1 to 3 digits, 4, 6, 9, 12 … */
function stepOf(digits: number): number {
  if (digits <= USUAL) return USUAL;
  return digits === 4 ? 4 : Math.ceil(digits / 3) * 3;
}

/** Pixels that a cell needs for an amount of so many digits with so many characters of currency before it. */
export function amountRoom(
  digits: number,
  prefix: number,
  kind: Pick<AmountKind<never>, 'signed' | 'fraction'>,
) {
  const whole = stepOf(digits);
  const marks = Math.floor((whole - 1) / 3) + (kind.fraction > 0 ? 1 : 0);
  const signs = kind.signed ? 1 : 0;
  return Math.ceil(
    (signs + prefix + whole + kind.fraction) * DIGIT + marks * MARK + (kind.signed ? ARROW : 0) + MARGINS,
  );
}

interface Column<T> {
  id: string;
  width: number;
  amount?: AmountKind<T>;
  sort: { of: (row: T) => string | number | undefined };
}
interface Foot {
  sums?: Readonly<Record<string, string | null>>;
}

/** How wide a column has to be for the amounts in its rows and in the sums below them. */
function widthFor<T>(
  { id, width, sort, amount }: Column<T>,
  rows: readonly T[],
  feet: readonly Foot[],
  prefixOf: (currency: string) => string,
): number {
  if (amount === undefined) return width;
  let digits = 0;
  const currencies = new Set<string>();
  for (const row of rows) {
    const value = sort.of(row);
    if (value !== undefined) digits = Math.max(digits, digitsShown(String(value), amount.fraction));
    if (amount.currency) currencies.add(amount.currency(row));
  }
  for (const { sums } of feet) digits = Math.max(digits, digitsShown(sums?.[id] ?? '', amount.fraction));
  const prefix = Math.max(0, ...[...currencies].map((currency) => prefixOf(currency).length));
  return digits <= USUAL && prefix <= USUAL ? width : Math.max(width, amountRoom(digits, prefix, amount));
}

/** The columns as wide as their amounts need; the same array while that stays so. */
export function useWideColumns<T, C extends Column<T>>(
  columns: readonly C[],
  rows: readonly T[],
  feet: readonly Foot[],
): readonly C[] {
  const { prefix } = useWritten();
  const widths = columns.map((column) => widthFor(column, rows, feet, prefix)).join();
  return useMemo(() => {
    const all = widths.split(',').map(Number);
    return columns.map((column, index) => ({ ...column, width: all[index] ?? column.width }));
  }, [columns, widths]);
}
