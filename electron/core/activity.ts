import { randomUUID } from 'node:crypto';
import type { ActivityEntry } from '../contract/bridge.ts';
import type { OwnLines } from './logs/own-lines.ts';
import type { Clock } from './ports.ts';
import type { RecordActivity } from './seams.ts';
import type { Store } from './store.ts';

const KEPT = 500;

/** Activity lines in the state: a line whose id is repeated replaces the earlier one in place. */
export function createActivity(store: Store, clock: Clock, own?: OwnLines): RecordActivity {
  return (entry) => {
    own?.activity(entry);
    const id = entry.id ?? randomUUID();
    const index = entry.id === undefined ? -1 : store.state.activity.findLastIndex((line) => line.id === id);
    const line: ActivityEntry = {
      id,
      at: store.state.activity[index]?.at ?? clock.now(),
      profile: entry.profile,
      kind: entry.kind,
      actor: entry.actor,
      title: entry.title,
      toolClass: entry.toolClass ?? null,
      outcome: entry.outcome,
      durationMs: entry.durationMs ?? null,
      detail: entry.detail ?? '',
    };
    if (index >= 0) store.set(['activity', String(index)], line);
    else store.change({ op: 'append', path: ['activity'], values: [line], keep: KEPT });
    return id;
  };
}
