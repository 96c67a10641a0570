import type { TradingHours } from '../../contract/profile.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Weekday (0 = Sunday) and minutes since midnight as a wall clock in `zone` shows them, daylight saving included. */
export function wallTime(zone: string, now: number): { day: number; minutes: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return { day: DAYS.indexOf(part('weekday')), minutes: Number(part('hour')) * 60 + Number(part('minute')) };
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));

/** Whether calls that may add risk are let through now. A window belongs to the day it starts on. */
export function inHours({ zone, days, from, to }: TradingHours, now: number): boolean {
  const { day, minutes } = wallTime(zone, now);
  const [start, end] = [minutesOf(from), minutesOf(to)];
  if (start < end) return days.includes(day) && minutes >= start && minutes < end;
  return (days.includes(day) && minutes >= start) || (days.includes((day + 6) % 7) && minutes < end);
}
