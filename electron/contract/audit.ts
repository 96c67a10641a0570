import { z } from 'zod';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What `sig` holds where the vault could not be opened when the entry was written. */
export const UNSIGNED = 'none';

/** One line of the audit trail; strings and plain numbers only. */
export const AuditEntry = z.strictObject({
  /** Format. 2 is signed or says `none`; the first format had no such field and no signature. */
  v: z.literal(2).optional(),
  /** Running number over all files, from 1. */
  seq: z.number().int().positive(),
  /** Wall clock, ISO 8601 UTC. */
  ts: z.string(),
  /** Monotonic clock of this run, milliseconds. */
  mono: z.number(),
  /** Random id of the run that wrote it. */
  boot: z.string(),
  /** Client name, `you` for the dashboard and CLI, or `app`. */
  actor: z.string(),
  /** `intent` and `outcome` of calls, `consent`, `stop`, and any other event by its name, e.g. `secret-set`. */
  kind: z.string(),
  profile: z.string().optional(),
  tool: z.string().optional(),
  /** SHA-256, hex, of profile, tool and canonical arguments. */
  argsHash: z.string().optional(),
  /** Exact JSON text of the arguments. */
  args: z.string().optional(),
  decision: z.string().optional(),
  outcome: z.string().optional(),
  /** Joins the entries of one call. */
  id: z.string().optional(),
  detail: z.string().optional(),
  /** In the first entry of a file: the file before it and the hash it ended with. */
  prevFile: z.string().optional(),
  prevHead: Hash.optional(),
  /** Which key of the vault signed it: the start of an HMAC of a fixed text under it. */
  kid: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  /** HMAC-SHA256, hex, with a key of the vault over the text that is hashed, but without `sig`; or `none`. */
  sig: z.union([Hash, z.literal(UNSIGNED)]).optional(),
  prev: Hash,
  /** SHA-256, hex, over `prev` and the canonical entry without `hash`. */
  hash: Hash,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

const Text = z.string().min(1).max(200);

/** What to show; every given part must fit. Texts are compared whole, but `text`, which may stand anywhere. */
export const AuditFilter = z.strictObject({
  kind: Text.optional(),
  profile: Text.optional(),
  tool: Text.optional(),
  /** Outcome or, where there is none, decision. */
  outcome: Text.optional(),
  /** Who: client, `you` or `app`. */
  client: Text.optional(),
  /** Anywhere in the line, in any case. */
  text: Text.optional(),
  /** Milliseconds since the epoch, both ends included. */
  from: z.number().optional(),
  to: z.number().optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

/** A place in the trail: file, and index of a line in it. */
export const AuditPlace = z.strictObject({
  file: z.string().max(64),
  line: z.number().int().nonnegative(),
});
export type AuditPlace = z.infer<typeof AuditPlace>;

/** One line as it stands in its file; without `entry` it is damaged, and `problem` says how. */
export interface AuditLine extends AuditPlace {
  raw: string;
  entry: AuditEntry | null;
  problem: string | null;
}

/** What the check of the trail found. */
export interface AuditReport {
  ok: boolean;
  /** Valid entries read. */
  entries: number;
  files: number;
  /** The first place where the trail is not what was written; `seq` is the number expected there. */
  firstBad?: { file: string; seq: number; why: string };
  /** What the app noticed and recorded itself, e.g. a line torn by a crash. */
  remarks: string[];
  /** Whether the vault's key was there to check them. */
  signatures: 'checked' | 'not-checked';
  /** Whether the anchor in the vault was there to hold the trail against. */
  anchor: 'checked' | 'not-checked';
  /** Entries that carry a signature. */
  signed: number;
  /** Entries that carry none: only the chain and the entries after them speak for them. */
  unsigned: { count: number; first: number; last: number } | null;
}

/** A check made by the running app. */
export interface AuditCheck extends AuditReport {
  /** ms since the epoch. */
  at: number;
  by: 'app' | 'you';
  tookMs: number;
}

export interface AuditPage {
  /** Newest first. */
  lines: AuditLine[];
  /** Where the next page begins; null at the beginning of the trail. */
  next: AuditPlace | null;
  /** Lines looked at for this page. */
  scanned: number;
  /** The last check by the running app; null before the first. */
  check: AuditCheck | null;
  /** Whether new entries are signed now, and if not, why. */
  signing: { on: boolean; why: string };
}
