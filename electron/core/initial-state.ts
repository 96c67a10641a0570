import { NOT_READ } from '../contract/awaited.ts';
import type { Unknown } from '../contract/models.ts';
import type { Profile } from '../contract/profile.ts';
import { DEFAULT_PREFERENCES } from '../contract/settings.ts';
import type { AppInfo, AppState, ProfileState } from '../contract/state.ts';

import { emptyRecords } from './positions/records.ts';

export function initialAppState(app: AppInfo): AppState {
  return {
    app,
    profiles: {},
    order: [],
    clients: {},
    activity: [],
    consents: [],
    consentEnds: [],
    endpoint: { url: null, profiles: [], error: null },
    settings: DEFAULT_PREFERENCES,
    history: { state: 'starting', note: null },
  };
}

function notRead<T>(now: number): Unknown<T> {
  return { state: 'unknown', reason: NOT_READ, since: now, last: null };
}

/** A profile before anything was read: everything unknown, nothing empty or zero. */
export function initialProfileState(profile: Profile, secrets: string[], now: number): ProfileState {
  return {
    profile,
    secrets,
    link: { state: 'off' },
    chain: [],
    health: { services: [], reported: null, hint: null, plannedDowntime: false },
    trading: { positions: notRead(now), pnl: notRead(now), workflow: notRead(now), cycle: notRead(now) },
    records: emptyRecords(NOT_READ, now),
    logs: { state: 'off' },
    catalogue: { savedAt: null, server: null, tools: [], resources: [] },
    lastStop: null,
    history: { money: [] },
    containers: { list: notRead(now), restarts: {} },
    guard: { grants: [], unresolved: [], movement: null, mismatch: null },
  };
}
