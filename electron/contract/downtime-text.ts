import { hoursText, parseHours } from './limits-text.ts';
import type { Downtime } from './profile.ts';

/** `Mon-Fri 22:00-06:00; Sat,Sun 00:00-24:00 America/New_York`, empty where nothing is planned. */
export function downtimeText(downtime: Downtime | undefined): string {
  if (downtime === undefined || downtime.windows.length === 0) return '';
  const { zone, windows } = downtime;
  const texts = windows.map((window) => hoursText({ ...window, zone }).slice(0, -zone.length - 1));
  return `${texts.join('; ')} ${zone}`;
}

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;

function isZone(zone: string): boolean {
  try {
    return Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Reads what downtimeText writes: windows with `;` between them, the zone once at the end. Undefined where it is none. */
export function parseDowntime(text: string): Downtime | undefined {
  const [, body = '', zone = ''] = /^(.*\S)\s+([A-Za-z0-9_+/-]+)$/s.exec(text.trim()) ?? [];
  if (body === '' || !isZone(zone)) return undefined;
  const windows: Downtime['windows'] = [];
  for (const part of body.split(';')) {
    const hours = parseHours(`${part.trim()} ${zone}`);
    if (!hours || !TIME.test(hours.from) || !TIME.test(hours.to)) return undefined;
    windows.push({ days: hours.days, from: hours.from, to: hours.to });
  }
  return { zone, windows };
}
