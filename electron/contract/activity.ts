import { z } from 'zod';

/** How the client of a request reached us. `pid`: of its stub, where there is one. */
export const RequestClient = z.strictObject({
  transport: z.enum(['stdio', 'http', 'cli', 'page']),
  pid: z.number().int().nullable(),
});
export type RequestClient = z.infer<typeof RequestClient>;

/**
 * Where the time of one request went, ms. `local`: in this app before the guard was asked and until it was sent;
 * `guard`: rules, consent and the audit record; `wire`: from sending to the answer. `link`: the round trip of the last
 * probe through the link, null where it is not known; the rest of `wire` is the back end's. null: it was not sent.
 */
export const RequestTimes = z.strictObject({
  local: z.number(),
  guard: z.number(),
  wire: z.number().nullable(),
  link: z.number().nullable(),
});
export type RequestTimes = z.infer<typeof RequestTimes>;

/** A text that was kept, secrets masked. `bytes`: of the whole; `cut`: what is here is its beginning. */
export interface KeptText {
  text: string;
  bytes: number;
  cut: boolean;
}

/** What went out and came back; null: there was none, or it is no longer kept. */
export interface ActivityBodies {
  request: KeptText | null;
  answer: KeptText | null;
  /** Why it cannot be asked again as a read; null: it can. */
  noReplay: string | null;
}

export const ActivityId = z.strictObject({ id: z.string().max(64) });

export const ActivityExport = z.strictObject({
  format: z.enum(['jsonl', 'csv']),
  /** Which entries, in this order. */
  ids: z.array(z.string().max(64)).max(1000),
});
export type ActivityExport = z.infer<typeof ActivityExport>;
