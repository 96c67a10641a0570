const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The time that somebody typed: `14:02`, `14:02:30`, `-5m`, `2026-11-21 14:02`; local time. A time of day that is not
 * yet is yesterday's. null: not a time.
 */
export function timeOf(text: string, now: number): number | null {
  const asked = text.trim();
  const ago = /^-\s*(\d{1,5})\s*([smhd])$/i.exec(asked);
  if (ago) return now - Number(ago[1]) * UNITS[ago[2]!.toLowerCase()]!;
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(asked);
  if (clock) {
    const [hours, minutes, seconds] = [Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0)];
    if (hours > 23 || minutes > 59 || seconds > 59) return null;
    const day = new Date(now);
    const at = day.setHours(hours, minutes, seconds, 0);
    return at <= now ? at : new Date(at).setDate(new Date(at).getDate() - 1);
  }
  if (!/^\d{4}-\d{2}-\d{2}/.test(asked)) return null;
  const at = Date.parse(asked.replace(' ', 'T'));
  return Number.isNaN(at) ? null : at;
}
