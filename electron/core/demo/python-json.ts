/**
 * Python's spelling of JSON and times. The real services are Python; `434.0` where JavaScript writes `434`, and
 * times with and without a zone in one reply, are what readers have to cope with.
 */
interface RawJson {
  rawJSON: string;
}
const json = JSON as typeof JSON & { rawJSON(text: string): RawJson; isRawJSON(value: unknown): boolean };

/** A Python float: whole numbers are written with `.0`. Survives JSON.stringify anywhere in a value. */
export function float(value: number): RawJson {
  return json.rawJSON(Number.isInteger(value) ? `${value}.0` : String(value));
}

/** A float, or null. */
export function floatOrNull(value: number | null): RawJson | null {
  return value === null ? null : float(value);
}

/** Cents: the precision of DECIMAL(12,2). */
export function round2(value: number): number {
  const cents = Math.round(value * 100);
  return cents === 0 ? 0 : cents / 100;
}

/** A Decimal as FastAPI writes it inside an untyped dict: a string with its two places. */
export function decimalText(value: number): string {
  return round2(value).toFixed(2);
}

const micros = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000`;

/** `datetime.utcnow().isoformat()`: no zone, microseconds. */
export function naiveTime(ms: number): string {
  return micros(ms);
}

/** A TIMESTAMPTZ row value: `2026-11-21T10:12:37.694000+00:00`. */
export function zonedTime(ms: number): string {
  return `${micros(ms)}+00:00`;
}

/** `2026-11-21 10:14:46,109`, the time of Python's logging. */
export function logTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace('T', ' ').replace('.', ',');
}

/** `20261121-101457` or, with another separator, `20261121_101457`. */
export function stamp(ms: number, separator: string): string {
  const digits = new Date(ms).toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}${separator}${digits.slice(8, 14)}`;
}

/** `json.dumps(value)` with Python's default separators, on one line. */
export function dumps(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(dumps).join(', ')}]`;
  if (typeof value === 'object' && value !== null && !json.isRawJSON(value)) {
    const pairs = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${pairs.map(([key, item]) => `${JSON.stringify(key)}: ${dumps(item)}`).join(', ')}}`;
  }
  return JSON.stringify(value);
}
