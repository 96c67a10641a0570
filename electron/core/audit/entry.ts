import { createHash } from 'node:crypto';
import { z } from 'zod';

/** What a writer gives; the log adds number, times and the chain. */
export interface AuditInput {
  /** Client name, `you` for the dashboard and CLI, or `app`. */
  actor: string;
  /** `intent` and `outcome` of calls, `consent`, `stop`, and any other event by its name, e.g. `secret-set`. */
  kind: string;
  profile?: string;
  tool?: string;
  /** SHA-256, hex, of profile, tool and canonical arguments. */
  argsHash?: string;
  /** Exact JSON text of the arguments; left out of the record where it looks secret. */
  args?: string;
  decision?: string;
  outcome?: string;
  /** Joins the entries of one call. */
  id?: string;
  detail?: string;
}

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const AuditEntry = z.strictObject({
  /** Running number over all files, from 1. */
  seq: z.number().int().positive(),
  /** Wall clock, ISO 8601 UTC. */
  ts: z.string(),
  /** Monotonic clock of this run, milliseconds. */
  mono: z.number(),
  /** Random id of the run that wrote it. */
  boot: z.string(),
  actor: z.string(),
  kind: z.string(),
  profile: z.string().optional(),
  tool: z.string().optional(),
  argsHash: z.string().optional(),
  args: z.string().optional(),
  decision: z.string().optional(),
  outcome: z.string().optional(),
  id: z.string().optional(),
  detail: z.string().optional(),
  /** In the first entry of a file: the file before it and the hash it ended with. */
  prevFile: z.string().optional(),
  prevHead: Hash.optional(),
  /** HMAC with a key of the vault over the same text as the hash; covered by the hash. Not written yet. */
  sig: z.string().optional(),
  prev: Hash,
  hash: Hash,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** The chain's start: what the first entry has as `prev`. */
export const NO_HASH = '0'.repeat(64);

/** RFC 8785 for our entries: flat, strings and plain numbers only. */
function canonical(entry: object): string {
  const members = Object.entries(entry as Record<string, string | number | undefined>)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return JSON.stringify(Object.fromEntries(members));
}

/** `SHA-256(prev ‖ canonical JSON without hash)`, hex; `sig`, where there is one, is covered. */
export function hashOf({ hash: _own, ...rest }: Omit<AuditEntry, 'hash'> & { hash?: string }): string {
  return createHash('sha256')
    .update(`${rest.prev}${canonical(rest)}`, 'utf8')
    .digest('hex');
}

/** The one way an entry is written, without the line break. */
export function lineOf(entry: AuditEntry): string {
  return canonical(entry);
}

/**
 * Reads one line strictly: it must be byte for byte what lineOf writes and carry its own hash, so that no change
 * of any byte goes unseen. Returns the entry, or why the line cannot be one.
 */
export function readLine(bytes: Buffer): AuditEntry | string {
  const text = bytes.toString('utf8');
  let parsed: ReturnType<typeof AuditEntry.safeParse>;
  try {
    parsed = AuditEntry.safeParse(JSON.parse(text));
  } catch {
    return 'the line is not JSON';
  }
  if (!parsed.success) return 'the line is not an audit entry';
  if (!Buffer.from(lineOf(parsed.data)).equals(bytes)) return 'the line was written differently or edited';
  if (hashOf(parsed.data) !== parsed.data.hash) return 'the hash does not fit the entry';
  return parsed.data;
}
