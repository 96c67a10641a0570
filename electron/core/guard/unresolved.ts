/** A start-like call whose effect is not known: still running, or sent without a usable answer. */
export interface OpenCall {
  /** The call's idempotency key. */
  id: string;
  profile: string;
  tool: string;
  client: string;
  /** callHash of profile, tool and arguments; null where it was not kept. */
  hash: string | null;
  /** When it was allowed, ms since the epoch. */
  at: number;
  /** When it ended with its outcome unknown; null while it runs. */
  endedAt: number | null;
  detail: string;
}

const MAX_STARTS = 500;
const MAX_WORDS = 5;
/** A status received sooner than this after a call ended may have been asked for before it: a read may take 5 s. */
const READ_MARGIN_MS = 6_000;

const atTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function sentence({ tool, at, client, endedAt, detail }: OpenCall): string {
  const which = `${tool} of ${atTime(at)} (${client})`;
  if (endedAt === null) return `${which} is still running.`;
  return `${which}: outcome unknown, it may have been carried out. ${detail}`.trim();
}

/**
 * Memory of start-like calls: which are open, in words for the next consent, and which were made before with the
 * same arguments. An open call is never forgotten by time; a status read settles it.
 */
export class OpenCalls {
  readonly #open = new Map<string, OpenCall>();
  readonly #started = new Map<string, { at: number; words: string }>();

  begin(call: OpenCall): void {
    this.#open.set(call.id, call);
    this.#remember(call, call.endedAt === null ? 'is still running' : 'ended with its outcome unknown');
  }

  /** `endedAt` null: the call was answered and is no longer open. */
  end(id: string, endedAt: number | null, detail: string): void {
    const call = this.#open.get(id);
    if (call === undefined) return;
    if (endedAt === null) this.#open.delete(id);
    else this.#open.set(id, { ...call, endedAt, detail });
    this.#remember(call, endedAt === null ? 'was answered' : 'ended with its outcome unknown');
  }

  /** Never sent after all: it is neither open nor a repeat. */
  drop(id: string): void {
    const hash = this.#open.get(id)?.hash;
    this.#open.delete(id);
    if (hash) this.#started.delete(hash);
  }

  /** A person has looked at it: it is no longer open. That it was made stays known for repeats. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  /** Ends the unknown calls of a profile that ended well before a status received at `readAt`; returns them. */
  settle(profile: string, readAt: number): OpenCall[] {
    const settled = this.ofProfile(profile).filter(
      ({ endedAt }) => endedAt !== null && endedAt + READ_MARGIN_MS < readAt,
    );
    for (const call of settled) this.#open.delete(call.id);
    return settled;
  }

  ofProfile(profile: string): OpenCall[] {
    return [...this.#open.values()].filter((call) => call.profile === profile);
  }

  /** One line per open call, newest first, at most five and a count; null when there is none. */
  words(profile: string): string | null {
    const calls = this.ofProfile(profile).toReversed();
    if (calls.length === 0) return null;
    const lines = calls.slice(0, MAX_WORDS).map(sentence);
    if (calls.length > MAX_WORDS) lines.push(`And ${calls.length - MAX_WORDS} earlier ones.`);
    return lines.join('\n');
  }

  /** When the same call was made before: what to say first. */
  repeat(hash: string, now: number): { label: string; text: string; receivedAt: number } | undefined {
    const earlier = this.#started.get(hash);
    if (earlier === undefined) return undefined;
    const ago = Math.max(0, Math.round((now - earlier.at) / 1000));
    return {
      label: 'Repeated call',
      text: `The same call with the same arguments was allowed ${ago} s ago and ${earlier.words}. Allowing it again may do it twice.`,
      receivedAt: earlier.at,
    };
  }

  #remember({ hash, at }: OpenCall, words: string): void {
    if (hash === null) return;
    this.#started.delete(hash);
    this.#started.set(hash, { at, words });
    const [oldest] = this.#started.keys();
    if (this.#started.size > MAX_STARTS && oldest !== undefined) this.#started.delete(oldest);
  }
}
