import type { Incident } from '../../electron/contract/history.ts';
import type { Verdict } from '../../electron/contract/models.ts';

/** The same rules as in core/history/incidents.ts, for what the stream brings after an answer. */
const SAME_INCIDENT_MS = 10 * 60_000;
const NEWEST = 20;

export interface Seen {
  at: number;
  verdict: Verdict;
  planned: boolean;
  /** Why it is not up, one sentence. */
  reason: string;
}

/** Incidents, newest first, after one more probe; what cannot be told neither begins nor ends one. */
export function withSeen(incidents: Incident[], { at, verdict, planned, reason }: Seen): Incident[] {
  if (verdict === 'unknown') return incidents;
  const [newest, ...earlier] = incidents;
  const open = newest?.until === null ? newest : undefined;
  if (verdict === 'up') return open ? [{ ...open, until: at }, ...earlier] : incidents;
  const same = open?.verdict === verdict && open.planned === planned;
  if (open && same && at - open.lastSeen < SAME_INCIDENT_MS)
    return [{ ...open, lastSeen: at, reason }, ...earlier];
  const before = open ? [{ ...open, until: same ? open.lastSeen : at }, ...earlier] : incidents;
  return [{ since: at, until: null, lastSeen: at, verdict, planned, reason }, ...before].slice(0, NEWEST);
}
