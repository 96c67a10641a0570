import { z } from 'zod';
import { Millis } from './link.ts';

/** A standing permission of a person: further calls of one tool by one client need no new consent for a while. Never for live. */
export const Grant = z.strictObject({
  id: z.string(),
  tool: z.string(),
  /** Name and version of the client that it is for, and how it is connected: `claude-ai 0.1.0 over stdio`. */
  client: z.string(),
  since: Millis,
  expiresAt: Millis,
  /** Calls that went under it. */
  used: z.number().int(),
});
export type Grant = z.infer<typeof Grant>;

/** A start-like call whose effect is not known: still running (`endedAt` null), or sent without a usable answer. */
export const UnresolvedCall = z.strictObject({
  id: z.string(),
  tool: z.string(),
  client: z.string(),
  /** When it was allowed. */
  at: Millis,
  endedAt: Millis.nullable(),
  detail: z.string(),
});
export type UnresolvedCall = z.infer<typeof UnresolvedCall>;

/** Evidence of whether the prices of open positions move: how they have been since they last changed. */
export const Movement = z.strictObject({
  /** Our receipt of the first answer with these values. */
  since: Millis,
  /** Answers received since then that said the same, the first not counted. */
  repeats: z.number().int(),
  /** Positions whose price is watched. */
  watched: z.number().int(),
  /** Whether the market is open at the newest answer; null: it cannot be told. */
  marketOpen: z.boolean().nullable(),
});
export type Movement = z.infer<typeof Movement>;

/** What the guard holds of one profile at this moment. */
export const GuardState = z.strictObject({
  grants: z.array(Grant),
  unresolved: z.array(UnresolvedCall),
  /** null: nothing is there that should move. */
  movement: Movement.nullable(),
  /** The back end says that it trades otherwise than the profile says, in words; starts are refused. */
  mismatch: z.string().nullable(),
});
export type GuardState = z.infer<typeof GuardState>;
