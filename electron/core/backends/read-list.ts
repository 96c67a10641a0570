import { RECORDS_KEPT } from '../../contract/records.ts';
import type { ReadInstant } from './instant.ts';
import { isFields, type Fields } from './json-text.ts';
import { unwrap, type Read } from './json-value.ts';

/** How a profile's records are read: zone-less times, and the currency where a row names none. */
export interface RecordsContext {
  instant: ReadInstant;
  currency: string;
}

interface Rows {
  rows: readonly unknown[];
  /** The object around the list, for what it says about all rows. */
  around: Fields;
}

function listIn(value: unknown, keys: readonly string[]): Rows | undefined {
  if (Array.isArray(value)) return { rows: value as unknown[], around: {} };
  if (!isFields(value)) return undefined;
  // `candidates` and others are a count in some answers
  const key = keys.find((each) => Array.isArray(value[each]));
  return key === undefined ? undefined : { rows: value[key] as unknown[], around: value };
}

/** Gives a row its key: the id, or what stands for it, and a number where two are alike. */
export function uniqueKeys(): (base: string) => string {
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  return (base) => {
    let key = base;
    // counted on from the last of that name: ten thousand rows of one id are no reason to stand still
    for (let n = counts.get(base) ?? 1; taken.has(key); key = `${base}#${n}`) counts.set(base, (n += 1));
    taken.add(key);
    return key;
  };
}

/**
 * A list from any envelope (facts 6.2), under one of `keys` or bare. An error beside an empty list is unknown; a row
 * that is no object makes the list unreadable, since what is left out of it could be the one that counts.
 */
export function readRows<T>(
  value: unknown,
  keys: readonly string[],
  each: (row: Fields, key: (base: string) => string) => T | undefined,
): Read<{ rows: T[]; around: Fields }> {
  const found = unwrap(value, (candidate) => listIn(candidate, keys));
  if (!found.ok) return found;
  const unique = uniqueKeys();
  const rows: T[] = [];
  for (const row of found.value.rows) {
    if (!isFields(row)) return { ok: false, reason: 'a row of the list is not readable' };
    const read = each(row, unique);
    if (read !== undefined) rows.push(read);
  }
  return { ok: true, value: { rows, around: found.value.around } };
}

/** The newest rows by a time in ms; rows without one keep their place at the end. `total` counts all. */
export function newestFirst<T>(rows: readonly T[], at: (row: T) => number | undefined) {
  const sorted = [...rows].sort((a, b) => (at(b) ?? -Infinity) - (at(a) ?? -Infinity) || 0);
  return { rows: sorted.slice(0, RECORDS_KEPT), total: rows.length };
}
