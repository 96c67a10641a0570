import { ownText } from '../own-text.ts';

/** JSON numbers whose spelling a double would lose (`175.20`, 20 digits) are kept as raw JSON. */
interface RawNumber {
  readonly rawJSON: string;
}
interface RawJson {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
}
// in V8 since 11.4, not yet in the es2024 library's types
const raw = JSON as unknown as RawJson;

/** The spelling of a JSON number, or undefined when the value is not one. */
export function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'NaN';
  if (typeof value === 'bigint') return value.toString();
  return raw.isRawJSON(value) ? value.rawJSON : undefined;
}

/** A JSON number as a double, for counts and charts; undefined when the value is not a finite number. */
export function asNumber(value: unknown): number | undefined {
  const text = numberText(value);
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

function keepSpelling(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined || String(value) === context.source)
    return value;
  return raw.rawJSON(context.source);
}

const STRING_OR_BARE = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** Parses JSON, keeping the spelling of numbers; Python's bare NaN and Infinity become null. undefined when it is not JSON. */
export function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: raw.parse(text, keepSpelling) };
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    const clean = text.replaceAll(STRING_OR_BARE, (token) => (token.startsWith('"') ? token : 'null'));
    return { value: raw.parse(clean, keepSpelling) };
  } catch {
    return undefined;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** True for a JSON object (not an array, not a kept number). */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !raw.isRawJSON(value);
}

/** Of one word or sentence at most: a symbol of megabytes is drawn by every page, and held with every change. */
const MAX_WORDS = 1_000;

/** A non-empty text or a number as text, its first 1,000 characters; undefined for all else. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : numberText(value);
  if (text === undefined || text === '') return undefined;
  return text.length > MAX_WORDS ? `${ownText(text, MAX_WORDS)}…` : text;
}

/** Of one row at most, characters. */
const MAX_RAW = 16_384;

/** A row as it was received, for people to look at: kept with every change of the row, so what is absurdly large is told of. */
export function rawText(row: Fields): string {
  const text = JSON.stringify(row);
  if (text.length <= MAX_RAW) return text;
  return JSON.stringify({
    'not shown': `The row has ${text.length} characters; ${MAX_RAW} are kept at most.`,
  });
}

/** The value of the first of the keys that is there and not null. */
export function firstOf(fields: Fields, keys: readonly string[]): unknown {
  for (const key of keys) if (fields[key] !== undefined && fields[key] !== null) return fields[key];
  return undefined;
}
