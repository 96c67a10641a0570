import { randomUUID } from 'node:crypto';
import type { ActivityEntry } from '../../contract/bridge.ts';
import type { PatchOp } from '../../contract/state.ts';
import type { Bodies } from './bodies.ts';
import type { OwnLines } from '../logs/own-lines.ts';
import { ownText } from '../own-text.ts';
import type { Clock } from '../ports.ts';
import type { RecordActivity, RequestTrace } from '../seams.ts';
import type { Store } from '../store.ts';

const KEPT = 500;
const MAX_TITLE = 200;
const MAX_DETAIL = 600;

const short = (text: string, max: number): string => (text.length > max ? `${ownText(text, max)}…` : text);
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

/** Reads are asked by the hundred; a page has no use for each of them in a change of its own. */
const GATHER_MS = 20;

/** Whether a line may wait for others: what only asks, never what changed something or is about the app itself. */
function isRead({ kind, toolClass, outcome }: ActivityEntry): boolean {
  if (kind === 'tool') return toolClass === 'read' && outcome !== 'denied' && outcome !== 'refused';
  return kind === 'resource' || kind === 'list' || kind === 'prompt';
}

/**
 * Activity lines in the state: a line whose id is repeated replaces the earlier one in place. What was sent and
 * answered goes to the bodies, not into the state that every page is sent.
 */
class Activity {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #bodies: Bodies;
  /** Lines that are not in the state yet, or not as they are now; in the order in which they came. */
  readonly #waiting = new Map<string, ActivityEntry>();
  #cancel: (() => void) | undefined;

  constructor(store: Store, clock: Clock, bodies: Bodies) {
    this.#store = store;
    this.#clock = clock;
    this.#bodies = bodies;
  }

  record(entry: Parameters<RecordActivity>[0]): string {
    const id = entry.id ?? randomUUID();
    const old = entry.id === undefined ? undefined : (this.#waiting.get(id) ?? this.#shown(id));
    const { trace } = entry;
    if (trace && (trace.request !== undefined || trace.answer))
      this.#bodies.put(id, trace.request, trace.answer);
    const line: ActivityEntry = {
      ...lineOf(entry),
      id,
      at: old?.at ?? this.#clock.now(),
      ...tracedOf(trace, old),
      ...timesOf(this.#store, entry.profile, trace),
    };
    this.#waiting.set(id, line);
    if (isRead(line)) this.#cancel ??= this.#clock.after(GATHER_MS, () => this.#publish());
    else this.#publish();
    return id;
  }

  #shown(id: string): ActivityEntry | undefined {
    return this.#store.state.activity.findLast((line) => line.id === id);
  }

  /** All that waits, in one change. */
  #publish(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const { activity } = this.#store.state;
    const fresh = new Map(this.#waiting);
    this.#waiting.clear();
    const ops: PatchOp[] = [];
    for (let index = activity.length - 1; index >= 0 && fresh.size > 0; index -= 1) {
      const id = activity[index]?.id ?? '';
      const value = fresh.get(id);
      if (!value || !fresh.delete(id)) continue;
      ops.push({ op: 'set', path: ['activity', String(index)], value });
    }
    const values = [...fresh.values()];
    if (values.length > 0) ops.push({ op: 'append', path: ['activity'], values, keep: KEPT });
    for (const gone of [...activity, ...values].slice(0, -KEPT)) this.#bodies.drop(gone.id);
    this.#store.change(...ops);
  }
}

/** Takes every line of Activity, and tells the app's own log of it. */
export function createActivity(store: Store, clock: Clock, bodies: Bodies, own?: OwnLines): RecordActivity {
  const activity = new Activity(store, clock, bodies);
  return (entry) => {
    own?.activity(entry);
    return activity.record(entry);
  };
}
