import type { ActivityEntry } from '../../../electron/contract/bridge.ts';

export type Show = 'all' | 'requests' | 'trading' | 'problems';

/** What the list of requests is narrowed to; empty texts narrow nothing. */
export interface RequestFilter {
  text: string;
  show: Show;
  client: string;
  method: string;
  outcome: string;
  /** Every profile, or the one on screen. */
  everywhere: boolean;
}

export const ALL_REQUESTS: RequestFilter = {
  text: '',
  show: 'all',
  client: '',
  method: '',
  outcome: '',
  everywhere: false,
};

const GOOD = new Set<ActivityEntry['outcome']>(['ok', 'cached', 'pending']);
const MOVES = new Set(['stop', 'start', 'unknown']);

function isShown({ kind, toolClass, outcome, method }: ActivityEntry, show: Show): boolean {
  if (show === 'requests') return method !== undefined;
  if (show === 'trading') return kind === 'stop' || MOVES.has(toolClass ?? '');
  return show === 'all' || !GOOD.has(outcome);
}

/** The word an entry is found by under Method: MCP's name, or the kind of what is no request. */
export const methodOf = ({ method, kind }: ActivityEntry): string => method ?? kind;

export function passes(entry: ActivityEntry, filter: RequestFilter): boolean {
  const { client, method, outcome } = filter;
  if (client !== '' && entry.actor !== client) return false;
  if (method !== '' && methodOf(entry) !== method) return false;
  if (outcome !== '' && entry.outcome !== outcome) return false;
  if (!isShown(entry, filter.show)) return false;
  const text = filter.text.trim().toLowerCase();
  if (text === '') return true;
  return `${entry.title} ${entry.actor} ${entry.detail} ${methodOf(entry)} ${entry.outcome} ${entry.client?.pid ?? ''}`
    .toLowerCase()
    .includes(text);
}

/** Newest first. `profile` null: of none. What concerns no profile is shown in each. */
export function shownOf(
  activity: readonly ActivityEntry[],
  profile: string | null,
  filter: RequestFilter,
): ActivityEntry[] {
  const own = (entry: ActivityEntry) =>
    filter.everywhere || entry.profile === profile || entry.profile === '';
  return activity.filter((entry) => own(entry) && passes(entry, filter)).toReversed();
}

/** What can be chosen from, as it occurs. */
export function choicesOf(activity: readonly ActivityEntry[]) {
  const of = (value: (entry: ActivityEntry) => string) => [...new Set(activity.map(value))].toSorted();
  return { client: of(({ actor }) => actor), method: of(methodOf), outcome: of(({ outcome }) => outcome) };
}

export const isNarrowed = ({ text, show, client, method, outcome }: RequestFilter): boolean =>
  show !== 'all' || `${text}${client}${method}${outcome}` !== '';
