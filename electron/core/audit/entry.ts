import { isUtf8 } from 'node:buffer';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AuditEntry, UNSIGNED } from '../../contract/audit.ts';

/** What a writer gives; the log adds number, times, chain and signature. */
export interface AuditInput {
  /** Client name, `you` for the dashboard and CLI, or `app`. */
  actor: string;
  /** `intent` and `outcome` of calls, `consent`, `stop`, and any other event by its name, e.g. `secret-set`. */
  kind: string;
  profile?: string;
  tool?: string;
  /** SHA-256, hex, of profile, tool and canonical arguments: the guard's callHash. */
  argsHash?: string;
  /** Exact JSON text of the arguments; left out of the record where it looks secret. */
  args?: string;
  decision?: string;
  outcome?: string;
  /** Joins the entries of one call: the call's idempotency key. */
  id?: string;
  detail?: string;
}

/** The chain's start: what the first entry has as `prev`. */
export const NO_HASH = '0'.repeat(64);

/** What signs: a key of the vault and its public name. */
export interface Signer {
  key: Buffer;
  kid: string;
}

export function signerOf(key: Buffer): Signer {
  return { key, kid: createHmac('sha256', key).update('audit key id').digest('hex').slice(0, 16) };
}

/** RFC 8785 for our entries: flat, strings and plain numbers only. */
function canonical(entry: object): string {
  const from = entry as Record<string, string | number | undefined>;
  const sorted: typeof from = {};
  // no name of ours is a number, so the order of insertion is the order of writing
  for (const name of Object.keys(from).sort()) sorted[name] = from[name];
  return JSON.stringify(sorted);
}

type Unhashed = Omit<AuditEntry, 'hash'>;

/** `SHA-256(prev ‖ canonical JSON without hash)`, hex; `sig`, where there is one, is covered. */
export function hashOf({ hash: _own, ...rest }: Unhashed & { hash?: string }): string {
  return createHash('sha256')
    .update(`${rest.prev}${canonical(rest)}`, 'utf8')
    .digest('hex');
}

/** `HMAC-SHA256(key, prev ‖ canonical JSON without hash and sig)`, hex. */
function signatureOf(key: Buffer, { hash: _hash, sig: _sig, ...rest }: Unhashed & { hash?: string }): string {
  return createHmac('sha256', key)
    .update(`${rest.prev}${canonical(rest)}`, 'utf8')
    .digest('hex');
}

/** The entry as it is written: signed where there is a key, saying so where there is none, and hashed. */
export function sealed(entry: Omit<Unhashed, 'v' | 'kid' | 'sig'>, signer: Signer | undefined): AuditEntry {
  const open: Unhashed = { ...entry, v: 2, ...(signer && { kid: signer.kid }) };
  const signed: Unhashed = { ...open, sig: signer ? signatureOf(signer.key, open) : UNSIGNED };
  return { ...signed, hash: hashOf(signed) };
}

/** Why a signed entry's signature is not ours; undefined where it is, or where there is none to check. */
export function signatureFault(entry: AuditEntry, { key, kid }: Signer): string | undefined {
  if (!isSigned(entry)) return undefined;
  if (entry.kid !== kid) return 'it is signed with a key that is not in the vault';
  const [given, right] = [entry.sig ?? '', signatureOf(key, entry)].map((text) => Buffer.from(text));
  return given && right && given.length === right.length && timingSafeEqual(given, right)
    ? undefined
    : "the signature is not that of the vault's key";
}

export function isSigned(entry: AuditEntry): boolean {
  return entry.sig !== undefined && entry.sig !== UNSIGNED;
}

/** The one way an entry is written, without the line break. */
export function lineOf(entry: AuditEntry): string {
  return canonical(entry);
}

/** Whether a text is what `canonical` makes of the object that was read from it. */
function isCanonical(text: string, parsed: object): boolean {
  let before = '';
  for (const name of Object.keys(parsed)) {
    if (name <= before) return false;
    before = name;
  }
  return JSON.stringify(parsed) === text;
}

/** `hashOf` of a canonical line, without writing it anew: the member can stand there only once, as strings escape their quotes. */
function hashOfLine(text: string, { prev, hash }: AuditEntry): string {
  return createHash('sha256')
    .update(prev)
    .update(text.replace(`"hash":"${hash}",`, ''), 'utf8')
    .digest('hex');
}

/**
 * Reads one line strictly: it must be byte for byte what lineOf writes and carry its own hash, so that no change
 * of any byte goes unseen. Returns the entry, or why the line cannot be one.
 */
export function readLine(bytes: Buffer): AuditEntry | string {
  const text = bytes.toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'the line is not JSON';
  }
  const checked = AuditEntry.safeParse(parsed);
  if (!checked.success) return 'the line is not an audit entry';
  if (!isUtf8(bytes) || !isCanonical(text, parsed as object))
    return 'the line was written differently or edited';
  if (hashOfLine(text, checked.data) !== checked.data.hash) return 'the hash does not fit the entry';
  return checked.data;
}
