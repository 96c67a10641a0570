import type { Downtime } from '../../contract/profile.ts';
import { wallClock } from './instant.ts';

function minutesOf(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= 24 * 60 ? minutes : undefined;
}

/**
 * True while everything is stopped on purpose. A window belongs to the day it starts on; an end before (or at)
 * its start runs over midnight. Windows with unreadable times are never in force.
 */
export function inDowntime(downtime: Downtime | undefined, now: number): boolean {
  if (!downtime || downtime.windows.length === 0) return false;
  const { minutes, day } = wallClock(downtime.zone, now);
  const yesterday = (day + 6) % 7;
  return downtime.windows.some((window) => {
    const from = minutesOf(window.from);
    const to = minutesOf(window.to);
    if (from === undefined || to === undefined) return false;
    if (from < to) return window.days.includes(day) && minutes >= from && minutes < to;
    return (
      (window.days.includes(day) && minutes >= from) || (window.days.includes(yesterday) && minutes < to)
    );
  });
}
