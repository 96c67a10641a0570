import { z } from 'zod';
import type { LogLine } from './models.ts';
import { ProfileName } from './profile.ts';

/** The newest `tail` lines; of the same run only those after line `after.n`. */
export const LogsFrom = z.strictObject({
  profile: ProfileName,
  tail: z.number().int().min(0).max(50_000).default(500),
  after: z.strictObject({ run: z.string(), n: z.number().int() }).optional(),
});

/** What is known of one writer of lines; a page shows it beside the service's name. */
export interface LogSource {
  service: string;
  from: LogLine['from'];
  /** Lines received from it since the app started. */
  total: number;
  /** Our receipt of its newest line. */
  lastAt: number;
  errors: number;
  /** What compose said when its container ended; null while it runs, as far as known. */
  ended: string | null;
  /** How far its clock is behind ours, ms; null: not known yet. Below 2 s it is not corrected for. */
  clockMs: number | null;
}

/**
 * One step of a log stream. First what is kept, oldest first, in several steps (`more` until the last of them), then
 * new lines as they come. A line's `at` may lie before lines that were given already: it belongs there.
 */
export interface LogsBatch {
  /** Names this run of the profile's log: in another one the numbers begin again. */
  run: string;
  lines: readonly LogLine[];
  more: boolean;
  /** State of every source, now and then. */
  sources?: readonly LogSource[];
}
