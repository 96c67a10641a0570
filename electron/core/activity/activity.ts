import { randomUUID } from 'node:crypto';
import type { ActivityEntry } from '../../contract/bridge.ts';
import type { Bodies } from './bodies.ts';
import type { OwnLines } from '../logs/own-lines.ts';
import type { Clock } from '../ports.ts';
import type { RecordActivity, RequestTrace } from '../seams.ts';
import type { Store } from '../store.ts';

const KEPT = 500;
const MAX_TITLE = 200;
const MAX_DETAIL = 600;

const short = (text: string, max: number): string => (text.length > max ? `${text.slice(0, max)}…` : text);
const rounded = (ms: number): number => Math.round(ms * 100) / 100;

/** The round trip of the last probe through the profile's link; null: not known now. */
function linkOf(store: Store, profile: string): number | null {
  const link = store.state.profiles[profile]?.link;
  return link?.state === 'live' ? link.rttMs : null;
}

function timesOf(
  store: Store,
  profile: string,
  trace: RequestTrace | undefined,
): Pick<ActivityEntry, 'times'> {
  if (!trace?.times) return {};
  const { local, guard, wire } = trace.times;
  const link = linkOf(store, profile);
  return {
    times: {
      local: rounded(local),
      guard: rounded(guard),
      wire: wire === undefined ? null : rounded(wire),
      link: link === null || wire === undefined ? null : rounded(link),
    },
  };
}

function lineOf(entry: Parameters<RecordActivity>[0]): Omit<ActivityEntry, 'id' | 'at'> {
  return {
    profile: entry.profile,
    kind: entry.kind,
    actor: short(entry.actor, MAX_TITLE),
    title: short(entry.title, MAX_TITLE),
    toolClass: entry.toolClass ?? null,
    outcome: entry.outcome,
    durationMs: entry.durationMs === undefined ? null : rounded(entry.durationMs),
    detail: short(entry.detail ?? '', MAX_DETAIL),
  };
}

/** What was known of the request when its line was opened stays known. */
function tracedOf(
  trace: RequestTrace | undefined,
  old: ActivityEntry | undefined,
): Pick<ActivityEntry, 'method' | 'client' | 'times'> {
  const method = trace?.method ?? old?.method;
  const client = trace?.client ?? old?.client;
  return {
    ...(method !== undefined && { method }),
    ...(client && { client }),
    ...(old?.times && { times: old.times }),
  };
}

/**
 * Activity lines in the state: a line whose id is repeated replaces the earlier one in place. What was sent and
 * answered goes to the bodies, not into the state that every page is sent.
 */
export function createActivity(store: Store, clock: Clock, bodies: Bodies, own?: OwnLines): RecordActivity {
  return (entry) => {
    own?.activity(entry);
    const { activity } = store.state;
    const id = entry.id ?? randomUUID();
    const index = entry.id === undefined ? -1 : activity.findLastIndex((line) => line.id === id);
    const old = activity[index];
    const { trace } = entry;
    if (trace && (trace.request !== undefined || trace.answer)) bodies.put(id, trace.request, trace.answer);
    const line: ActivityEntry = {
      ...lineOf(entry),
      id,
      at: old?.at ?? clock.now(),
      ...tracedOf(trace, old),
      ...timesOf(store, entry.profile, trace),
    };
    if (index >= 0) store.set(['activity', String(index)], line);
    else {
      const gone = activity.length >= KEPT ? activity[0] : undefined;
      if (gone) bodies.drop(gone.id);
      store.change({ op: 'append', path: ['activity'], values: [line], keep: KEPT });
    }
    return id;
  };
}
