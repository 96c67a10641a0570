import type { LogLevel } from '../../contract/models.ts';
import type { Clock, Log } from '../ports.ts';
import type { RecordActivity } from '../seams.ts';
import type { LooseLine } from './assembler.ts';

const KEPT = 1000;
const MAX_TEXT = 4096;
const LATER_MS = 50;
const OF_APP: ReadonlySet<string> = new Set(['link', 'config', 'secret', 'tools', 'stop']);

type Activity = Parameters<RecordActivity>[0];

interface Masking {
  text(value: string): string;
  value(input: unknown): unknown;
}

/** What the app and its bridge say, as lines of every profile's log; what names a profile goes to that one alone. */
export class OwnLines {
  readonly #clock: Clock;
  readonly #redact: Masking;
  readonly #recent: { profile: string | undefined; line: LooseLine }[] = [];
  readonly #listeners = new Map<(line: LooseLine) => void, string>();

  readonly #waiting: [at: number, entry: Activity][] = [];

  constructor(clock: Clock, redact: Masking) {
    this.#clock = clock;
    this.#redact = redact;
  }

  /** A log whose lines come here as well. Debug lines do not. */
  tapped(log: Log, from: 'app' | 'bridge'): Log {
    const line = (level: LogLevel, message: string, fields: object | undefined): void =>
      this.#write(from, level, message, (fields ?? {}) as Record<string, unknown>);
    return {
      debug: (message, fields) => log.debug(message, fields),
      info: (message, fields) => {
        log.info(message, fields);
        line('info', message, fields);
      },
      warn: (message, fields) => {
        log.warn(message, fields);
        line('warning', message, fields);
      },
      error: (message, fields) => {
        log.error(message, fields);
        line('error', message, fields);
      },
    };
  }

  /**
   * One line for what happened; what is still under way is not written. Written a moment later: a call is not to wait
   * for a line about it.
   */
  activity(entry: Activity): void {
    if (entry.outcome === 'pending') return;
    this.#waiting.push([this.#clock.now(), entry]);
    if (this.#waiting.length > 1) return;
    this.#clock.after(LATER_MS, () => {
      for (const [at, one] of this.#waiting.splice(0)) this.#happened(at, one);
    });
  }

  #happened(at: number, { profile, kind, actor, title, outcome, durationMs, detail }: Activity): void {
    const from = OF_APP.has(kind) ? 'app' : 'bridge';
    const took = durationMs === undefined ? '' : ` in ${Math.round(durationMs)} ms`;
    const what = from === 'app' ? `${title}: ${outcome}` : `${actor} ${kind} ${title}: ${outcome}${took}`;
    const level = outcome === 'ok' || outcome === 'cached' ? 'info' : 'warning';
    this.#write(from, level, detail ? `${what}. ${detail}` : what, { profile }, at);
  }

  /** The newest lines that concern a profile, then each new one. Returns the unsubscribe. */
  follow(profile: string, listener: (line: LooseLine) => void): () => void {
    for (const one of this.#recent)
      if (one.profile === undefined || one.profile === profile) listener(one.line);
    this.#listeners.set(listener, profile);
    return () => void this.#listeners.delete(listener);
  }

  #write(
    from: 'app' | 'bridge',
    level: LogLevel,
    message: string,
    fields: Record<string, unknown>,
    at = this.#clock.now(),
  ): void {
    const { profile: named, ...rest } = fields;
    const profile = typeof named === 'string' && named !== '' ? named : undefined;
    const masked = Object.entries(this.#redact.value(rest) as Record<string, unknown>);
    const said = masked.map(([key, value]) => ` ${key}=${wordOf(value)}`).join('');
    const text = oneLine(this.#redact.text(message) + said).slice(0, MAX_TEXT);
    const line: LooseLine = {
      from,
      at,
      receivedAt: at,
      service: from,
      level,
      time: null,
      message: text,
      text,
    };
    this.#recent.push({ profile, line });
    if (this.#recent.length > KEPT) this.#recent.shift();
    for (const [listener, of] of this.#listeners) if (profile === undefined || profile === of) listener(line);
  }
}

function wordOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { message } = (value ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : (JSON.stringify(value) ?? '');
}

/** A line of ours never becomes two: a stranger's words in it could otherwise look like another line. */
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');
