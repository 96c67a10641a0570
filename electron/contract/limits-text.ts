import type { Limits, TradingHours } from './profile.ts';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const HOURS = /^([a-z,-]+)\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s+([A-Za-z0-9_+/-]+)$/i;

const title = (day: number): string => {
  const name = DAYS[day] ?? '';
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** `Mon-Fri 09:30-16:00 America/New_York`. */
export function hoursText({ zone, days, from, to }: TradingHours): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const isRun = sorted.length > 2 && sorted.every((day, n) => n === 0 || day === (sorted[n - 1] ?? 0) + 1);
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)];
  const named = isRun ? `${title(first)}-${title(last)}` : sorted.map(title).join(',');
  return `${named} ${from}-${to} ${zone}`;
}

/** `mon-fri` or `mon,wed,sat-sun` as day numbers; undefined for other words. */
function daysOf(text: string): number[] | undefined {
  const days = new Set<number>();
  for (const part of text.toLowerCase().split(',')) {
    const [from = '', to = from, more] = part.split('-');
    const first = DAYS.findIndex((day) => from.startsWith(day));
    const last = DAYS.findIndex((day) => to.startsWith(day));
    if (first < 0 || last < 0 || more !== undefined) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return [...days].sort((a, b) => a - b);
}

/** Reads what hoursText writes, days also as `mon,wed`; undefined where it is none. The zone is checked by the schema. */
export function parseHours(text: string): TradingHours | undefined {
  const [, dayText = '', from = '', to = '', zone = ''] = HOURS.exec(text.trim()) ?? [];
  const days = daysOf(dayText);
  if (!days || from === '' || zone === '') return undefined;
  return { zone, days, from: from.padStart(5, '0'), to: to.padStart(5, '0') };
}

/** The limits as a person types them: one text each, empty where there is none. */
export type LimitTexts = Record<keyof Limits, string>;

/** Names as the command line and the page have them, in the order shown. */
export const LIMIT_NAMES: readonly {
  key: keyof Limits;
  option: string;
  label: string;
  hint: string;
  example: string;
}[] = [
  {
    key: 'symbols',
    option: 'symbols',
    label: 'Symbols',
    hint: 'the only ones a call may name',
    example: 'AAPL, BRK.B',
  },
  {
    key: 'maxSize',
    option: 'max-size',
    label: 'Largest size',
    hint: 'shares or contracts of one order',
    example: '100',
  },
  {
    key: 'maxNotional',
    option: 'max-notional',
    label: 'Largest value',
    hint: 'of one order, in your currency',
    example: '2500.50',
  },
  {
    key: 'maxPositions',
    option: 'max-positions',
    label: 'Most positions',
    hint: 'of a started cycle',
    example: '5',
  },
  {
    key: 'hours',
    option: 'hours',
    label: 'Trading hours',
    hint: 'days, from-to, time zone',
    example: 'mon-fri 09:30-16:00 America/New_York',
  },
  {
    key: 'startsPerHour',
    option: 'starts-per-hour',
    label: 'Starts per hour',
    hint: 'in any 60 minutes',
    example: '3',
  },
  {
    key: 'coolDownSeconds',
    option: 'cool-down',
    label: 'Quiet after a deny',
    hint: 'seconds',
    example: '60',
  },
];

/** Limits as a form shows them; empty where nothing is limited. */
export function limitTexts(limits: Limits): LimitTexts {
  return {
    symbols: (limits.symbols ?? []).join(', '),
    maxSize: limits.maxSize ?? '',
    maxNotional: limits.maxNotional ?? '',
    maxPositions: limits.maxPositions?.toString() ?? '',
    hours: limits.hours ? hoursText(limits.hours) : '',
    startsPerHour: limits.startsPerHour?.toString() ?? '',
    coolDownSeconds: limits.coolDownSeconds?.toString() ?? '',
  };
}

const whole = (text: string, key: keyof Limits): Limits | undefined =>
  /^\d{1,6}$/.test(text) ? { [key]: Number(text) } : undefined;

const money = (text: string, key: keyof Limits): Limits | undefined =>
  /^\d{1,15}(\.\d{1,10})?$/.test(text) ? { [key]: text } : undefined;

const symbol = /^[A-Z0-9][A-Z0-9.:/_-]{0,23}$/;

function symbolsOf(text: string): Limits | undefined {
  const symbols = text
    .toUpperCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return symbols.length > 0 && symbols.every((one) => symbol.test(one)) ? { symbols } : undefined;
}

const READ: Record<keyof Limits, (text: string) => Limits | undefined> = {
  symbols: symbolsOf,
  maxSize: (text) => money(text, 'maxSize'),
  maxNotional: (text) => money(text, 'maxNotional'),
  maxPositions: (text) => whole(text, 'maxPositions'),
  hours: (text) => {
    const hours = parseHours(text);
    return hours && { hours };
  },
  startsPerHour: (text) => whole(text, 'startsPerHour'),
  coolDownSeconds: (text) => whole(text, 'coolDownSeconds'),
};

/** One limit from its text; undefined where the text is none. An empty text takes the limit away. */
export function readLimit(key: keyof Limits, text: string): Limits | undefined {
  return text.trim() === '' ? {} : READ[key](text.trim());
}
