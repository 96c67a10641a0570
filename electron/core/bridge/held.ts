import { randomBytes } from 'node:crypto';
import type { Clock } from '../ports.ts';

const KEEP_MS = 30 * 60_000;
const KEEP_CHARACTERS = 64 * 1024 * 1024;

type Entry = { profile: string; since: number; size: number } & (
  { kind: 'rest'; text: string } | { kind: 'call'; tool: string; done: Promise<string> }
);

export type Looked =
  | { kind: 'rest'; text: string; from: number }
  | { kind: 'call'; tool: string; since: number; done: Promise<string> };

/**
 * What `companion_continue` can still give: the rest of cut results and calls that outlived their local deadline.
 * Kept for 30 minutes, and at most 64 M characters (the oldest go first).
 */
export class Held {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps a whole text; its parts are asked for as `<handle>.<offset>`. */
  keepText(profile: string, text: string): string {
    return this.#keep({ profile, since: this.#clock.now(), size: text.length, kind: 'rest', text });
  }

  /** Keeps a running call; `done` resolves with a tools/call result as JSON text and never rejects. */
  keepCall(profile: string, tool: string, done: Promise<string>): string {
    const handle = this.#keep({ profile, since: this.#clock.now(), size: 1000, kind: 'call', tool, done });
    void done.then((text) => {
      const entry = this.#entries.get(handle);
      if (entry) entry.size = text.length;
      this.#tidy();
    });
    return handle;
  }

  look(profile: string, handle: string): Looked | undefined {
    this.#tidy();
    const [key = '', offset] = handle.split('.');
    const entry = this.#entries.get(key);
    if (!entry || entry.profile !== profile) return undefined;
    if (entry.kind === 'call')
      return { kind: 'call', tool: entry.tool, since: entry.since, done: entry.done };
    const from = Number(offset ?? 0);
    return from >= 0 && from < entry.text.length ? { kind: 'rest', text: entry.text, from } : undefined;
  }

  #keep(entry: Entry): string {
    const handle = randomBytes(9).toString('base64url');
    this.#entries.set(handle, entry);
    this.#tidy();
    return handle;
  }

  #tidy(): void {
    const old = this.#clock.now() - KEEP_MS;
    let size = 0;
    for (const entry of this.#entries.values()) size += entry.size;
    for (const [handle, entry] of this.#entries) {
      if (entry.since >= old && (size <= KEEP_CHARACTERS || this.#entries.size === 1)) break;
      size -= entry.size;
      this.#entries.delete(handle);
    }
  }
}
