import type { Instant } from '../../contract/models.ts';
import { asNumber } from './json-text.ts';

/** Reads a time in any shape of facts 6.5; null when it is none. `assumedZone` marks a text that had no zone. */
export type ReadInstant = (value: unknown) => Instant | null;

interface Wall {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$/i;
const RFC1123 = /^(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|[+-]\d{4})$/;
const RICH = /^\[?(\d{2})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2}):(\d{2})\]?$/;
const ACCESS = /^\[?(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-]\d{4})\]?$/;
const REDIS = /^(\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2})\.(\d{3})$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function utcOf(wall: Wall): number {
  return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second, wall.ms);
}

function valid(wall: Wall): boolean {
  const date = new Date(utcOf(wall));
  return (
    wall.hour < 24 &&
    wall.minute < 60 &&
    wall.second < 61 &&
    date.getUTCMonth() === wall.month - 1 &&
    date.getUTCDate() === wall.day
  );
}

function offsetMs(zone: string): number {
  if (/^(?:Z|UTC|GMT)$/i.test(zone)) return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.replaceAll(/\D/g, '');
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

function milliseconds(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3));
}

function wallOf(text: string): { wall: Wall; zone: string | undefined } | undefined {
  const at = (year: string, month: number, rest: readonly (string | undefined)[], ms = 0): Wall => {
    const [day = 1, hour = 0, minute = 0, second = 0] = rest.map((part) => Number(part ?? 0));
    return { year: Number(year), month, day, hour, minute, second, ms };
  };
  const iso = ISO.exec(text);
  if (iso) return { wall: at(iso[1]!, Number(iso[2]), iso.slice(3, 7), milliseconds(iso[7])), zone: iso[8] };
  const rich = RICH.exec(text);
  if (rich) {
    return { wall: at(`20${rich[3]}`, Number(rich[1]), [rich[2], ...rich.slice(4, 7)]), zone: undefined };
  }
  const named = ACCESS.exec(text) ?? REDIS.exec(text);
  if (!named) return undefined;
  const month = MONTHS.indexOf(named[2]!) + 1;
  const access = text.includes('/');
  return {
    wall: at(named[3]!, month, [named[1], ...named.slice(4, 7)], access ? 0 : Number(named[7])),
    zone: access ? named[7] : undefined,
  };
}

/** How far a zone is ahead of UTC at a moment, remembered per hour since logs ask thousands of times. */
function zoneOffset(zone: string): (utc: number) => number {
  if (/^(?:UTC|GMT|Etc\/UTC)$/i.test(zone)) return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return () => 0;
  }
  let hour = Number.NaN;
  let offset = 0;
  return (utc) => {
    const current = Math.floor(utc / 3_600_000);
    if (current === hour) return offset;
    const start = current * 3_600_000;
    const part = Object.fromEntries(
      format.formatToParts(start).map(({ type, value }) => [type, Number(value)]),
    );
    const local = Date.UTC(
      part['year']!,
      part['month']! - 1,
      part['day'],
      part['hour'],
      part['minute'],
      part['second'],
    );
    hour = current;
    offset = local - start;
    return offset;
  };
}

/** The wall clock of a named zone at a moment: minutes since midnight and the day of the week (0 = Sunday). */
export function wallClock(zone: string, at: number): { minutes: number; day: number } {
  const local = new Date(at + zoneOffset(zone)(at));
  return { minutes: local.getUTCHours() * 60 + local.getUTCMinutes(), day: local.getUTCDay() };
}

function epoch(value: unknown): number | undefined {
  const number = asNumber(value);
  if (number === undefined || number <= 0) return undefined;
  if (number > 1e11 && number < 1e14) return Math.round(number);
  return number > 1e8 && number < 1e11 ? Math.round(number * 1000) : undefined;
}

/** A reader of times that takes texts without a zone as times of `zone` (an IANA name; an unknown one counts as UTC). */
export function instantReader(zone: string): ReadInstant {
  const offset = zoneOffset(zone);
  return (value) => {
    const number = epoch(value);
    if (number !== undefined) return { at: number, text: String(value), assumedZone: false };
    if (typeof value !== 'string') return null;
    const text = value.trim();
    if (RFC1123.test(text)) return { at: Date.parse(text), text, assumedZone: false };
    const found = wallOf(text);
    if (!found || !valid(found.wall)) return null;
    const utc = utcOf(found.wall);
    if (found.zone !== undefined) return { at: utc - offsetMs(found.zone), text, assumedZone: false };
    // twice: the first guess can lie on the other side of a clock change
    const guess = utc - offset(utc);
    return { at: utc - offset(guess), text, assumedZone: true };
  };
}
