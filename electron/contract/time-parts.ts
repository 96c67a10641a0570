import type { RequestTimes } from './activity.ts';

/** One part of a request's time as it is drawn, in order; widths are `ms`. */
export interface TimePart {
  part: 'local' | 'guard' | 'link' | 'upstream' | 'wire';
  ms: number;
}

/** The parts of a request's time. Link and back end are told apart only where the link's round trip is known and fits. */
export function timeParts({ local, guard, wire, link }: RequestTimes): TimePart[] {
  const parts: TimePart[] = [{ part: 'local', ms: local }];
  if (guard > 0) parts.push({ part: 'guard', ms: guard });
  if (wire === null) return parts;
  // a round trip longer than the whole was that of a slower moment: it tells nothing of this request
  if (link === null || link >= wire) return [...parts, { part: 'wire', ms: wire }];
  return [...parts, { part: 'link', ms: link }, { part: 'upstream', ms: wire - link }];
}
