import type { Notice, NoticeKind } from './notices.ts';
import { SEVERITIES, standingNotices } from './notices.ts';
import type { NoticeSettings } from './settings.ts';
import type { AppState } from './state.ts';

/** How long something must hold before it is told, ms: what mends itself sooner is nobody's business. */
const SETTLE_MS: Readonly<Record<NoticeKind, number>> = {
  link: 10_000,
  services: 20_000,
  consent: 0,
  outcome: 0,
  trading: 0,
  tools: 0,
  clients: 0,
  security: 0,
};

/** After it ended: what comes back within this time must last for `AGAIN_MS` before it is told once more. */
const REMEMBERED_MS = 5 * 60_000;
const AGAIN_MS = 60_000;

interface Seen {
  since: number;
  told: boolean;
  /** It came back soon after it had been told. */
  again: boolean;
  severity: Notice['severity'];
  /** When it ceased to hold; null: it holds. */
  endedAt: number | null;
}

/** What was there before, by key. Plain data; start with `NO_NOTICES`. */
export interface NoticeMemory {
  /** False until the first look: what holds when somebody opens the app is on the screen, not news. */
  begun: boolean;
  seen: Readonly<Record<string, Seen>>;
}
export const NO_NOTICES: NoticeMemory = { begun: false, seen: {} };

export interface NoticeStep {
  memory: NoticeMemory;
  /** To be told now, once. */
  raised: readonly Notice[];
  /** Keys that were told and no longer hold: their toast or notification goes, without a word. */
  cleared: readonly string[];
  /** When to look again although nothing changes, ms since the epoch; null: only at the next change. */
  dueAt: number | null;
}

/** Whether the user wants to be told of this kind now. */
export function isTold(kind: NoticeKind, settings: NoticeSettings, now: number): boolean {
  if (kind === 'security') return true;
  if (settings.off.includes(kind)) return false;
  return kind === 'consent' || settings.pausedUntil === null || settings.pausedUntil <= now;
}

const isWorse = (a: Notice['severity'], b: Notice['severity']) =>
  SEVERITIES.indexOf(a) > SEVERITIES.indexOf(b);

/** From when on it is to be told, ms since the epoch. */
function tellAt(notice: Notice, since: number, again: boolean): number {
  if (notice.severity === 'danger' || notice.kind === 'consent') return since;
  return since + (again ? Math.max(AGAIN_MS, SETTLE_MS[notice.kind]) : SETTLE_MS[notice.kind]);
}

/** What was remembered of it, as it is now that it holds. */
function begunAt(notice: Notice, before: Seen | undefined, now: number): Seen {
  const { severity } = notice;
  if (before === undefined) return { since: now, told: false, again: false, severity, endedAt: null };
  if (before.endedAt !== null)
    return { since: now, told: false, again: before.told || before.again, severity, endedAt: null };
  // what was worse once is not news when it is so again
  return isWorse(severity, before.severity) ? { ...before, severity, told: false } : before;
}

/** What ended is remembered for a while, so that a link that comes and goes is not told each time. */
function remembered({ seen }: NoticeMemory, standing: readonly Notice[], now: number): [string, Seen][] {
  const holds = new Set(standing.map(({ key }) => key));
  return Object.entries(seen)
    .filter(
      ([key, one]) =>
        !holds.has(key) && (one.told || one.again) && now - (one.endedAt ?? now) < REMEMBERED_MS,
    )
    .map(([key, one]) => [key, { ...one, endedAt: one.endedAt ?? now }]);
}

/**
 * The next step of telling: from what was seen before and the state now. One subject is told once while it lasts,
 * and once more if it becomes worse; what ends within its time to settle is never told.
 */
export function nextNotices(memory: NoticeMemory, state: AppState, now: number): NoticeStep {
  const standing = standingNotices(state, now);
  const past = remembered(memory, standing, now);
  const seen: Record<string, Seen> = Object.fromEntries(past);
  const raised: Notice[] = [];
  const due: number[] = [];
  for (const notice of standing) {
    const one = begunAt(notice, memory.seen[notice.key], now);
    const old = !memory.begun && notice.kind !== 'security' && notice.kind !== 'consent';
    const at = tellAt(notice, one.since, one.again);
    if (!one.told && !old && at > now) due.push(at);
    else if (!one.told && !old && isTold(notice.kind, state.settings.notices, now)) raised.push(notice);
    seen[notice.key] = { ...one, told: one.told || old || at <= now };
  }
  const cleared = past
    .filter(([key]) => memory.seen[key]?.told === true && memory.seen[key].endedAt === null)
    .map(([key]) => key);
  const dueAt = due.length === 0 ? null : Math.min(...due);
  return { memory: { begun: true, seen }, raised, cleared, dueAt };
}
