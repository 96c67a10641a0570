import type { HistorySpan } from './history.ts';

/** Length of a span, ms. */
export const SPAN_MS: Readonly<Record<HistorySpan, number>> = {
  '1h': 3_600_000,
  '1d': 86_400_000,
  '1w': 7 * 86_400_000,
  '1m': 30 * 86_400_000,
};

/** The newest receipts of this run that the stream keeps, for a page to go on from what it asked for: an hour of them. */
export const MONEY_KEPT = 720;

/** No service can have this name: `ServiceConfig` allows no colon. */
export const LINK_SERVICE = ':link';

/** Most points that one answer holds over all its series. */
export const MOST_POINTS = 30_000;
