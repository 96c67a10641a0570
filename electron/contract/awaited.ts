import type { LinkState } from './link.ts';
import type { Reading } from './models.ts';

/** Whether calls go over the link, whatever is said of its quality. */
export function carries(link: LinkState): link is Extract<LinkState, { state: 'live' | 'degraded' }> {
  return link.state === 'live' || link.state === 'degraded';
}

/** Why a part is unknown before it was first asked for over the link of now: nothing has failed. */
export const NOT_READ = 'Not read yet.';

/**
 * What a value that was never received waits for, in a few words; null where nothing is on its way, so that the reason
 * of the reading is the last word.
 */
export function awaited(reading: Reading<unknown>, link: LinkState): string | null {
  if (reading.state === 'known' || reading.last !== null) return null;
  if (link.state === 'connecting') return 'Waiting for the link';
  return carries(link) && reading.reason === NOT_READ ? 'Reading' : null;
}
