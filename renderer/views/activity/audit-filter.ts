import type { AuditFilter, AuditLine } from '../../../electron/contract/audit.ts';

/** What the controls hold; empty texts ask for nothing. */
export interface Asked {
  text: string;
  kind: string;
  profile: string;
  tool: string;
  outcome: string;
  client: string;
  since: Since;
}

export type Since = 'any' | 'hour' | 'day' | 'week' | 'month';

export const SINCE: Readonly<Record<Since, { word: string; ms: number }>> = {
  any: { word: 'Any time', ms: Infinity },
  hour: { word: 'Last hour', ms: 3_600_000 },
  day: { word: 'Last 24 hours', ms: 86_400_000 },
  week: { word: 'Last 7 days', ms: 7 * 86_400_000 },
  month: { word: 'Last 30 days', ms: 30 * 86_400_000 },
};

export const NOTHING_ASKED: Asked = {
  text: '',
  kind: '',
  profile: '',
  tool: '',
  outcome: '',
  client: '',
  since: 'any',
};

export function filterOf(asked: Asked, now: number): AuditFilter {
  const filter: AuditFilter = {};
  for (const part of ['kind', 'profile', 'tool', 'outcome', 'client'] as const)
    if (asked[part] !== '') filter[part] = asked[part];
  const text = asked.text.trim().slice(0, 200);
  if (text !== '') filter.text = text;
  if (asked.since !== 'any') filter.from = now - SINCE[asked.since].ms;
  return filter;
}

const KINDS = [
  'intent',
  'outcome',
  'consent',
  'refused',
  'stop',
  'settled',
  'recovered',
  'not-written',
  'signing',
  'genesis',
];

export type Choices = Record<'kind' | 'profile' | 'tool' | 'outcome' | 'client', readonly string[]>;

export const NO_CHOICES: Choices = {
  kind: KINDS,
  profile: [],
  tool: [],
  outcome: [],
  client: ['you', 'app'],
};

/** What can be chosen: what is usual and what was seen. */
export function choicesOf(lines: readonly AuditLine[], old: Choices): Choices {
  const seen = {
    kind: new Set(old.kind),
    profile: new Set(old.profile),
    tool: new Set(old.tool),
    outcome: new Set(old.outcome),
    client: new Set(old.client),
  };
  for (const { entry } of lines) {
    if (!entry) continue;
    seen.kind.add(entry.kind);
    seen.client.add(entry.actor);
    if (entry.profile !== undefined) seen.profile.add(entry.profile);
    if (entry.tool !== undefined) seen.tool.add(entry.tool);
    const outcome = entry.outcome ?? entry.decision;
    if (outcome !== undefined) seen.outcome.add(outcome);
  }
  const sorted = (set: Set<string>) => [...set].sort((a, b) => a.localeCompare(b));
  return {
    kind: sorted(seen.kind),
    profile: sorted(seen.profile),
    tool: sorted(seen.tool),
    outcome: sorted(seen.outcome),
    client: sorted(seen.client),
  };
}
