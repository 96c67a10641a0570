import type { AppError } from '../../contract/errors.ts';
import type { Outcome, ToolClass } from '../../contract/bridge.ts';
import type { AuditInput } from '../audit/entry.ts';
import type { Clock, Log } from '../ports.ts';
import type { GatedCall, RecordActivity, RequestTrace } from '../seams.ts';

/** What the guard writes into the audit trail: always about a profile. */
export type TrailEntry = AuditInput & { profile: string };

/** The trail as the guard sees it. `sync`: on the disk before it resolves. Rejects with AUDIT_WRITE_FAILED. */
export interface Trail {
  append(entry: TrailEntry, options?: { sync?: boolean }): Promise<unknown>;
}

/** One call on its way through the gate. */
export interface Pass {
  call: GatedCall;
  toolClass: ToolClass;
  /** Idempotency key, and the id of its audit entries. */
  key: string;
  /** callHash; empty where the arguments are no JSON object. */
  hash: string;
  /** Id of its activity line. */
  activity: string;
  startedMono: number;
  /** Set when the call ended, so that a later remark does not stretch its duration. */
  endedMono?: number;
  /** What the bridge measured and received. */
  trace?: RequestTrace;
}

const actorOf = (call: GatedCall): string =>
  call.transport === 'cli' || call.transport === 'page' ? 'you' : call.client;

/** Writes a call's audit entries and its activity line. */
export class Recorder {
  readonly #audit: Trail;
  readonly #clock: Clock;
  readonly #record: RecordActivity;
  readonly #log: Log | undefined;

  constructor(deps: { audit: Trail; clock: Clock; recordActivity: RecordActivity; log?: Log | undefined }) {
    this.#audit = deps.audit;
    this.#clock = deps.clock;
    this.#record = deps.recordActivity;
    this.#log = deps.log;
  }

  /** Opens the activity line of a call; returns its id. */
  opened(call: GatedCall, toolClass: ToolClass): string {
    const { profile, tool: title } = call;
    return this.#record({
      profile,
      kind: 'tool',
      actor: actorOf(call),
      title,
      toolClass,
      outcome: 'pending',
      trace: {
        method: 'tools/call',
        client: { transport: call.transport, pid: call.pid ?? null },
        request: call.argumentsText,
      },
    });
  }

  line(pass: Pass, outcome: Outcome, detail: string): void {
    this.#record({
      profile: pass.call.profile,
      kind: 'tool',
      actor: actorOf(pass.call),
      title: pass.call.tool,
      toolClass: pass.toolClass,
      outcome,
      durationMs: (pass.endedMono ??= this.#clock.monotonic()) - pass.startedMono,
      detail,
      ...(pass.trace && { trace: pass.trace }),
      id: pass.activity,
    });
  }

  entry(pass: Pass, kind: string, rest: Pick<TrailEntry, 'decision' | 'outcome' | 'detail'>): TrailEntry {
    const { call, hash, key } = pass;
    return {
      actor: actorOf(call),
      kind,
      profile: call.profile,
      tool: call.tool,
      ...(hash === '' ? {} : { argsHash: hash }),
      ...(kind === 'intent' || kind === 'consent' ? { args: call.argumentsText } : {}),
      id: key,
      ...rest,
    };
  }

  /**
   * `recorded`: it is on the disk. Rejects when it could not be written. `late` after `ms`, `left` when `signal`
   * aborts: it may still be written some time, and what is appended after it follows it in the trail.
   */
  async must(entry: TrailEntry, ms: number, signal: AbortSignal): Promise<'recorded' | 'late' | 'left'> {
    const { promise: given, resolve: giveUp } = Promise.withResolvers<'late' | 'left'>();
    const left = (): void => giveUp('left');
    const cancel = this.#clock.after(ms, () => giveUp('late'));
    signal.addEventListener('abort', left, { once: true });
    try {
      const written = this.#audit.append(entry, { sync: true });
      return await Promise.race([written.then(() => 'recorded' as const), given]);
    } finally {
      cancel();
      signal.removeEventListener('abort', left);
    }
  }

  /** As may, but waited for no longer than `ms`: a hanging disk holds nothing back that is done already. */
  async mayWithin(entry: TrailEntry, ms: number): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(ms, resolve);
    await Promise.race([this.may(entry), late]);
    cancel();
  }

  /** Writes if it can; never rejects. */
  async may(entry: TrailEntry, sync = true): Promise<void> {
    try {
      await this.#audit.append(entry, { sync });
    } catch (error) {
      this.failed(entry, error);
    }
  }

  failed(entry: TrailEntry, error: unknown): void {
    this.#log?.error('an audit entry could not be written', { kind: entry.kind, tool: entry.tool, error });
  }
}

/** Lets a repeated refusal into the trail once a minute, so that a looping model cannot fill it. */
export class RefusalFilter {
  readonly #seen = new Map<string, number>();

  passes(call: GatedCall, error: AppError, nowMono: number): boolean {
    const what = `${call.profile} ${call.tool} ${error.code}`;
    if (nowMono - (this.#seen.get(what) ?? -Infinity) < 60_000) return false;
    this.#seen.delete(what);
    this.#seen.set(what, nowMono);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > 500 && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
