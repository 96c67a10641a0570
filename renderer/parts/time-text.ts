const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: '2-digit', month: 'short' });

/** `14:02:11`, local time. */
export function clockText(at: number): string {
  return clock.format(at);
}

/** `14:02:11` today, else `Fri 20 Nov 14:02:11`. */
export function momentText(at: number, now: number): string {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  return today ? clockText(at) : `${day.format(at)} ${clockText(at)}`;
}

/** `38 ms`, `1.24 s`, `< 0.1 ms`, `-` when unknown. */
export function durationText(ms: number | null): string {
  if (ms === null) return '-';
  // what took no time that can be said took some all the same
  if (ms < 0.05) return '< 0.1 ms';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(2)} s`;
}

const date = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });

/** `14:02:11` today, else `20 Nov 14:02`: for a column that must not be wide; what is beside it has the rest. */
export function shortMoment(at: number, now: number): string {
  const text = momentText(at, now);
  const clocked = clockText(at);
  return text === clocked ? text : `${date.format(at)} ${clocked.slice(0, 5)}`;
}
