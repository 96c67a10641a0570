import { randomUUID } from 'node:crypto';
import { AppError, asAppError } from '../../contract/errors.ts';
import type { ConsentRequest, ToolClass } from '../../contract/bridge.ts';
import type { TradingModel } from '../../contract/models.ts';
import type { PresetName } from '../../contract/profile.ts';
import type { Clock, Log } from '../ports.ts';
import type { CallEnd, Gate, GateDecision, GatedCall, RecordActivity, ToolLookup } from '../seams.ts';
import { argumentRows, callHash } from './canonical.ts';
import type { Consent } from './consent.ts';
import { classify, isOwnTool, strictestOfCall, withApproval } from './policy.ts';
import { consentRefusal, notRecorded, policyRefusal } from './refusals.ts';
import { Recorder, RefusalFilter } from './trail.ts';
import type { Pass, Trail } from './trail.ts';
import { OpenCalls } from './unresolved.ts';
import type { OpenCall } from './unresolved.ts';

/** A stop does not wait longer than this for its audit records. */
const STOP_AUDIT_WAIT_MS = 250;
/** A start that cannot be recorded within this is refused. */
const START_AUDIT_WAIT_MS = 5_000;
/** An answer does not wait longer than this for its record: its intent is on the disk already. */
const OUTCOME_WAIT_MS = 1_000;

export interface GateOptions {
  /** undefined: no such profile. */
  presetOf(profile: string): PresetName | undefined;
  lookup: ToolLookup;
  consent: Pick<Consent, 'request'>;
  audit: Trail;
  clock: Clock;
  recordActivity: RecordActivity;
  /** What is known of the profile right now, for the consent request. */
  factsOf(profile: string): ConsentRequest['known'];
  log?: Log;
}

/** `sent: false` says that the call never left this machine; only then is an error of a start not an unknown outcome. */
export type GateCallEnd = CallEnd & { sent?: boolean };

/** The guard in front of every tools/call: policy, then consent, then the write-ahead audit record. */
export class GuardGate implements Gate {
  readonly #options: GateOptions;
  readonly #recorder: Recorder;
  readonly #open = new OpenCalls();
  readonly #refusals = new RefusalFilter();
  /** Calls that change state and have not ended, by profile. */
  readonly #writing = new Map<string, number>();
  /** How to show on the activity line that an unknown outcome was settled, by call id. */
  readonly #settledLines = new Map<string, (text: string) => void>();

  constructor(options: GateOptions) {
    this.#options = options;
    this.#recorder = new Recorder(options);
  }

  classify(profile: string, tool: string): ToolClass {
    const ofTable = this.tableClass(profile, tool);
    if (isOwnTool(tool) || this.#options.presetOf(profile) === undefined) return ofTable;
    return withApproval(ofTable, this.#options.lookup(profile, tool)?.approvedAs ?? null);
  }

  tableClass(profile: string, tool: string): ToolClass {
    const preset = this.#options.presetOf(profile);
    return preset === undefined ? 'unknown' : classify(preset, tool);
  }

  async decide(call: GatedCall): Promise<GateDecision> {
    try {
      return await this.#decide(call);
    } catch (error) {
      return { allowed: false, toolClass: 'unknown', error: asAppError(error) };
    }
  }

  /** Whether a start-like or stop-like call of a profile is under way. */
  writing(profile: string): boolean {
    return (this.#writing.get(profile) ?? 0) > 0;
  }

  #count(pass: Pass, by: 1 | -1): void {
    if (pass.toolClass === 'read') return;
    const { profile } = pass.call;
    this.#writing.set(profile, (this.#writing.get(profile) ?? 0) + by);
  }

  /** What is still open on a profile, in words, one sentence a line; null when nothing is. */
  unresolved(profile: string): string | null {
    return this.#open.words(profile);
  }

  /**
   * A status read, received at `readAt` (ms), settles the calls that ended unknown before it; `text` is what it
   * said. The outcome stays `unknown` on record: what is settled is what to believe now.
   */
  settle(profile: string, text: string, readAt: number): void {
    for (const { id, tool } of this.#open.settle(profile, readAt)) {
      this.#settledLines.get(id)?.(text);
      this.#settledLines.delete(id);
      void this.#recorder.may({ actor: 'app', kind: 'settled', profile, tool, id, detail: text });
    }
  }

  /** Settles by what trading state says, once both the cycle and the positions were read after the call. */
  observe(profile: string, { cycle, workflow, positions }: TradingModel): void {
    if (cycle.state !== 'known' || positions.state !== 'known') return;
    const text = [
      `Read afterwards: trading cycle ${cycle.value.status}`,
      workflow.state === 'known' ? `workflow ${workflow.value.status}` : 'workflow unknown',
      `${positions.value.rows.length} positions.`,
    ].join(', ');
    this.settle(profile, text, Math.min(cycle.receivedAt, positions.receivedAt));
  }

  /** Takes over the calls that an earlier run left without an outcome. */
  restore(calls: readonly OpenCall[]): void {
    for (const call of calls) this.#open.begin(call);
  }

  /** Policy as it stands now; asked again after the consent, which may have taken 45 s. */
  #policy(call: GatedCall): { toolClass: ToolClass; refusal: AppError | undefined } {
    if (isOwnTool(call.tool)) return { toolClass: 'read', refusal: undefined };
    const preset = this.#options.presetOf(call.profile);
    if (preset === undefined) {
      const next = 'See what there is with: catalyst-companion profile list';
      const refusal = new AppError('PROFILE_UNKNOWN', `There is no profile "${call.profile}".`, next);
      return { toolClass: 'unknown', refusal };
    }
    const ofTable = classify(preset, call.tool);
    const entry = this.#options.lookup(call.profile, call.tool);
    const named = withApproval(ofTable, entry?.approvedAs ?? null);
    return {
      toolClass: strictestOfCall(named, call.argumentsText),
      refusal: policyRefusal(call, entry, ofTable),
    };
  }

  async #decide(call: GatedCall): Promise<GateDecision> {
    const { toolClass, refusal } = this.#policy(call);
    const activity = this.#recorder.opened(call, toolClass);
    const startedMono = this.#options.clock.monotonic();
    const pass: Pass = { call, toolClass, key: randomUUID(), hash: '', activity, startedMono };
    try {
      if (refusal) return this.#refuseByPolicy(pass, refusal);
      if (toolClass === 'read') return this.#allow(pass);
      if (toolClass === 'stop') await this.#beginStop(pass);
      else {
        // throws for arguments that two parsers could read differently: they never reach a person
        argumentRows(call.argumentsText);
        pass.hash = callHash(call.profile, call.tool, call.argumentsText);
        const refused = (await this.#ask(pass)) ?? (await this.#beginStart(pass));
        if (refused) return refused;
      }
      return this.#allow(pass);
    } catch (error) {
      return this.#refuse(pass, asAppError(error), 'refused');
    }
  }

  #refuse(pass: Pass, error: AppError, outcome: 'denied' | 'refused'): GateDecision {
    this.#recorder.line(pass, outcome, error.message);
    return { allowed: false, toolClass: pass.toolClass, error };
  }

  #refuseByPolicy(pass: Pass, error: AppError): GateDecision {
    if (this.#refusals.passes(pass.call, error, this.#options.clock.monotonic())) {
      const entry = this.#recorder.entry(pass, 'refused', { decision: error.code, outcome: 'refused' });
      void this.#recorder.may(entry, false);
    }
    return this.#refuse(pass, error, 'refused');
  }

  async #ask(pass: Pass): Promise<GateDecision | undefined> {
    const { call, toolClass, hash } = pass;
    const repeat = this.#open.repeat(hash, this.#options.clock.now());
    const verdict = await this.#options.consent.request(call, {
      toolClass,
      known: [...(repeat ? [repeat] : []), ...this.#options.factsOf(call.profile)],
      unresolved: this.#open.words(call.profile),
    });
    if (verdict === 'allow') {
      const { refusal } = this.#policy(call);
      return refusal && this.#refuseByPolicy(pass, refusal);
    }
    const outcome = verdict === 'deny' || verdict === 'expired' ? 'denied' : 'refused';
    void this.#recorder.may(this.#recorder.entry(pass, 'consent', { decision: verdict, outcome }), false);
    return this.#refuse(pass, consentRefusal(verdict, call.tool), outcome);
  }

  async #beginStart(pass: Pass): Promise<GateDecision | undefined> {
    const { call, key, hash } = pass;
    const { profile, tool, client } = call;
    const at = this.#options.clock.now();
    this.#open.begin({ id: key, profile, tool, client, hash, at, endedAt: null, detail: '' });
    const intent = this.#recorder.entry(pass, 'intent', { decision: 'allow', outcome: 'pending' });
    let how: 'recorded' | 'late' | 'left';
    try {
      how = await this.#recorder.must(intent, START_AUDIT_WAIT_MS, call.signal);
    } catch (error) {
      this.#open.drop(key);
      this.#recorder.failed(intent, error);
      return this.#refuse(pass, notRecorded(tool, error), 'refused');
    }
    if (how === 'recorded' && !call.signal.aborted) return undefined;
    this.#open.drop(key);
    const rest =
      how === 'late'
        ? { decision: 'late', outcome: 'refused', detail: 'Recorded too late, so it was not sent.' }
        : { decision: 'withdrawn', outcome: 'refused', detail: 'Withdrawn before it was sent.' };
    // not waited for: where the disk hangs it is written right after the intent, whenever that is
    void this.#recorder.may(this.#recorder.entry(pass, 'outcome', rest));
    const hangs = new Error('the disk does not answer');
    return this.#refuse(
      pass,
      how === 'late' ? notRecorded(tool, hangs) : consentRefusal('withdrawn', tool),
      'refused',
    );
  }

  /** Recorded if it can be within a moment; neither a full nor a hanging disk holds a stop back. */
  async #beginStop(pass: Pass): Promise<void> {
    const { call } = pass;
    pass.hash = callHash(call.profile, call.tool, call.argumentsText);
    const intent = this.#recorder.entry(pass, 'intent', { decision: 'pass', outcome: 'pending' });
    await this.#recorder.mayWithin(intent, STOP_AUDIT_WAIT_MS);
  }

  #allow(pass: Pass): GateDecision {
    let ended = false;
    this.#count(pass, 1);
    return {
      allowed: true,
      toolClass: pass.toolClass,
      idempotencyKey: pass.key,
      ended: async (end: GateCallEnd) => {
        if (ended) return;
        ended = true;
        this.#count(pass, -1);
        if (pass.toolClass === 'read') this.#recorder.line(pass, end.outcome, end.detail);
        else await this.#endWrite(pass, end);
      },
    };
  }

  /**
   * The servers answer any failure after acting with one and the same error (backends.md 0.4, 0.5): an error to a
   * start or stop says nothing about what was done, unless the call never left this machine.
   */
  async #endWrite(pass: Pass, { outcome: said, detail, sent }: GateCallEnd): Promise<void> {
    const unsent = sent === false;
    const outcome = said === 'ok' || (said === 'error' && unsent) ? said : 'unknown';
    if (unsent) this.#open.drop(pass.key);
    else this.#open.end(pass.key, outcome === 'ok' ? null : this.#options.clock.now(), detail);
    if (outcome === 'unknown' && pass.toolClass !== 'stop')
      this.#settledLines.set(pass.key, (text) => this.#recorder.line(pass, 'unknown', `${detail} ${text}`));
    this.#recorder.line(pass, outcome, detail);
    const entry = this.#recorder.entry(pass, 'outcome', { outcome, detail });
    await this.#recorder.mayWithin(entry, pass.toolClass === 'stop' ? STOP_AUDIT_WAIT_MS : OUTCOME_WAIT_MS);
  }
}

export function createGate(options: GateOptions): GuardGate {
  return new GuardGate(options);
}
