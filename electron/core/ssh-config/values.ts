/** Readers of single values; undefined where the text is none. */

const UNITS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Seconds of a time such as `90`, `1m30s`, `2h`. */
export function readSeconds(text: string): number | undefined {
  if (!/^(?:\d+[smhdw]?)+$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)([smhdw]?)/gi))
    seconds += Number(count) * (UNITS[unit.toLowerCase()] ?? 0);
  return seconds <= 2_147_483_647 ? seconds : undefined;
}

/** A port from 1 to 65535; of the services' names `ssh` alone, since others would be looked up. */
export function readPort(text: string): number | undefined {
  if (text === 'ssh') return 22;
  const port = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

export function readInteger(text: string): number | undefined {
  const number = /^[+-]?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return Math.abs(number) <= 2_147_483_647 ? number : undefined;
}

export function readFlag(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === 'yes' || word === 'true') return true;
  return word === 'no' || word === 'false' ? false : undefined;
}
