import { randomUUID } from 'node:crypto';
import type { AppError } from '../../contract/errors.ts';
import { asAppError } from '../../contract/errors.ts';
import type { ConsentRequest, ToolClass } from '../../contract/bridge.ts';
import type { TradingModel } from '../../contract/models.ts';
import type { PresetName } from '../../contract/profile.ts';
import type { Clock, Log } from '../ports.ts';
import type {
  CallEnd,
  Gate,
  GateDecision,
  GatedCall,
  RecordActivity,
  StateOf,
  ToolLookup,
} from '../seams.ts';
import { Claims } from './annotations.ts';
import { callHash } from './canonical.ts';
import type { Consent } from './consent.ts';
import { Grants } from './grants.ts';
import { Outcomes } from './outcomes.ts';
import { classify, isOwnTool, strictestOfCall, withApproval } from './policy.ts';
import { notARead, notReadYet, policyRefusal, unknownProfile } from './refusals.ts';
import { StartChecks } from './start-checks.ts';
import { StartLane } from './start-lane.ts';
import { Recorder, RefusalFilter } from './trail.ts';
import { Stops } from './stops.ts';
import type { Pass, Trail } from './trail.ts';
import type { OpenCall } from './unresolved.ts';

/** A stop does not wait longer than this for its audit records. */
const STOP_AUDIT_WAIT_MS = 250;
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
  /** What the screen shows of a profile: its limits, what was read of its back end, its tools. Absent: none of these count. */
  stateOf?: StateOf;
  /** Takes what the guard holds of a profile after a change. */
  publish?(profile: string, part: 'grants' | 'unresolved', list: object[]): void;
  log?: Log;
}

/** `sent: false` says that the call never left this machine; only then is an error of a start not an unknown outcome. */
export type GateCallEnd = CallEnd & { sent?: boolean };

/** The guard in front of every tools/call: policy, limits, then consent or a grant, then the write-ahead audit record. */
export class GuardGate implements Gate {
  readonly grants: Grants;
  readonly outcomes: Outcomes;
  readonly #options: GateOptions;
  readonly #recorder: Recorder;
  readonly #checks: StartChecks;
  readonly #claims = new Claims();
  readonly #lane: StartLane;
  readonly #refusals = new RefusalFilter();
  readonly #stops = new Stops();
  /** Calls that change state and have not ended, by profile. */
  readonly #writing = new Map<string, number>();
  /** Start-like calls that are not decided yet, by profile. */
  readonly #deciding = new Map<string, number>();

  constructor(options: GateOptions) {
    const { clock, recordActivity } = options;
    this.#options = options;
    this.#recorder = new Recorder(options);
    this.outcomes = new Outcomes({
      clock,
      recordActivity,
      recorder: this.#recorder,
      publish: (profile, list) => options.publish?.(profile, 'unresolved', list),
    });
    this.grants = new Grants({
      clock,
      publish: (profile, list) => options.publish?.(profile, 'grants', list),
      ended: (profile, grant, why) => this.#lane.grantEnded(profile, grant, why),
    });
    this.#checks = new StartChecks({
      clock,
      grants: this.grants,
      stateOf: (profile) => options.stateOf?.(profile),
    });
    this.#lane = new StartLane({
      ...options,
      recorder: this.#recorder,
      outcomes: this.outcomes,
      grants: this.grants,
      checks: this.#checks,
      stops: this.#stops,
    });
  }

  classify(profile: string, tool: string): ToolClass {
    const preset = this.#options.presetOf(profile);
    if (preset === undefined) return 'unknown';
    if (isOwnTool(tool)) return classify(preset, tool);
    const approvedAs = this.#options.lookup(profile, tool)?.approvedAs ?? null;
    return withApproval(this.#claimed(profile, tool, classify(preset, tool)), approvedAs);
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

  /** A stop of trading begins: what was allowed before it, once or for a time, no longer is. */
  stopped(profile: string): void {
    this.#stops.begun(profile);
    this.grants.end(profile, 'trading was stopped');
  }

  /** Whether a start-like or stop-like call of a profile is under way. */
  writing(profile: string): boolean {
    return (this.#writing.get(profile) ?? 0) > 0;
  }

  /** Whether a call that may change state is being decided or under way: it was meant for the profile as it is now. */
  open(profile: string): boolean {
    return this.writing(profile) || (this.#deciding.get(profile) ?? 0) > 0;
  }

  /** What is still open on a profile, one sentence a line; null when nothing is. */
  unresolved(profile: string): string | null {
    return this.outcomes.words(profile);
  }

  settle(profile: string, text: string, readAt: number): void {
    this.outcomes.settle(profile, text, readAt);
  }

  observe(profile: string, trading: TradingModel): void {
    this.outcomes.observe(profile, trading);
  }

  /** Takes over what an earlier run left: calls without an outcome, and when its starts of the last hour were. */
  restore(calls: readonly OpenCall[], starts: readonly { profile: string; at: number }[] = []): void {
    this.outcomes.restore(calls);
    for (const { profile, at } of starts) this.#checks.budget.count(profile, at);
  }

  #count(pass: Pass, by: 1 | -1): void {
    if (pass.toolClass === 'read') return;
    const { profile } = pass.call;
    this.#writing.set(profile, (this.#writing.get(profile) ?? 0) + by);
  }

  async #decided(profile: string, decide: () => Promise<GateDecision>): Promise<GateDecision> {
    const count = (by: 1 | -1) => this.#deciding.set(profile, (this.#deciding.get(profile) ?? 0) + by);
    count(1);
    try {
      return await decide();
    } finally {
      count(-1);
    }
  }

  /** The class after the droplet's own words about the tool, which can only make it stricter. */
  #claimed(profile: string, tool: string, ofTable: ToolClass): ToolClass {
    if (ofTable !== 'read') return ofTable;
    const entry = this.#options.stateOf?.(profile)?.catalogue.tools.find(({ name }) => name === tool);
    return this.#claims.strictest(ofTable, entry);
  }

  /** Policy as it stands now; asked again after the consent, which may have taken 45 s. */
  #policy(call: GatedCall): { toolClass: ToolClass; refusal: AppError | undefined } {
    if (isOwnTool(call.tool)) return { toolClass: 'read', refusal: undefined };
    const preset = this.#options.presetOf(call.profile);
    if (preset === undefined) return { toolClass: 'unknown', refusal: unknownProfile(call.profile) };
    const entry = this.#options.lookup(call.profile, call.tool);
    const refusal = policyRefusal(call, entry, classify(preset, call.tool));
    const unread = !entry && this.#options.stateOf?.(call.profile)?.catalogue.savedAt === null;
    return {
      toolClass: strictestOfCall(this.classify(call.profile, call.tool), call.argumentsText),
      refusal: refusal && unread ? notReadYet(call.profile) : refusal,
    };
  }

  async #decide(call: GatedCall): Promise<GateDecision> {
    const { toolClass, refusal } = this.#policy(call);
    const activity = this.#recorder.opened(call, toolClass);
    const startedMono = this.#options.clock.monotonic();
    const pass: Pass = { call, toolClass, key: randomUUID(), hash: '', activity, startedMono };
    try {
      if (refusal) return this.#refuseByPolicy(pass, refusal);
      if (call.onlyReads && toolClass !== 'read') return this.#refuse(pass, notARead(call.tool), 'refused');
      if (toolClass === 'read') return this.#allow(pass);
      if (toolClass !== 'stop') return await this.#decided(call.profile, () => this.#start(pass));
      this.stopped(call.profile);
      return await this.#decided(call.profile, async () => {
        await this.#beginStop(pass);
        return this.#allow(pass);
      });
    } catch (error) {
      return this.#refuse(pass, asAppError(error), 'refused');
    }
  }

  #refuse(pass: Pass, error: AppError, outcome: 'denied' | 'refused'): GateDecision {
    this.#recorder.line(pass, outcome, error.message);
    return { allowed: false, toolClass: pass.toolClass, error };
  }

  #refuseByPolicy(pass: Pass, error: AppError): GateDecision {
    // a limit is recorded each time: how often is bounded by the rate before it
    const always = error.code === 'LIMIT_REFUSED';
    if (always || this.#refusals.passes(pass.call, error, this.#options.clock.monotonic())) {
      const detail = error.message;
      const entry = this.#recorder.entry(pass, 'refused', {
        decision: error.code,
        outcome: 'refused',
        detail,
      });
      void this.#recorder.may(entry, false);
    }
    return this.#refuse(pass, error, 'refused');
  }

  async #start(pass: Pass): Promise<GateDecision> {
    const end = await this.#lane.run(pass, () => this.#policy(pass.call).refusal);
    if (end.kind === 'allowed') return this.#allow(pass, end.under, end.overtaken);
    return end.kind === 'rule'
      ? this.#refuseByPolicy(pass, end.error)
      : this.#refuse(pass, end.error, end.kind);
  }

  /** Recorded if it can be within a moment; neither a full nor a hanging disk holds a stop back. */
  async #beginStop(pass: Pass): Promise<void> {
    const { call } = pass;
    pass.hash = callHash(call.profile, call.tool, call.argumentsText);
    const intent = this.#recorder.entry(pass, 'intent', { decision: 'pass', outcome: 'pending' });
    await this.#recorder.mayWithin(intent, STOP_AUDIT_WAIT_MS);
  }

  #allow(pass: Pass, under = '', overtaken = () => false): GateDecision {
    let last: GateCallEnd['outcome'] | undefined;
    this.#count(pass, 1);
    return {
      allowed: true,
      toolClass: pass.toolClass,
      idempotencyKey: pass.key,
      overtaken,
      ended: async (end: GateCallEnd) => {
        // an answer that comes after all replaces an outcome that was unknown; nothing else is said twice
        const isLate = last === 'unknown' && end.outcome === 'ok' && pass.toolClass !== 'read';
        if (last !== undefined && !isLate) return;
        if (last === undefined) this.#count(pass, -1);
        last = end.outcome;
        if (end.trace) pass.trace = end.trace;
        const detail = [end.detail, isLate ? 'Answered late.' : '', under].filter(Boolean).join(' ');
        if (pass.toolClass === 'read') this.#recorder.line(pass, end.outcome, detail);
        else await this.#endWrite(pass, { ...end, detail });
      },
    };
  }

  /**
   * The servers answer any failure after acting with one and the same error: an error to a
   * start or stop says nothing about what was done, unless the call never left this machine.
   */
  async #endWrite(pass: Pass, { outcome: said, detail, sent }: GateCallEnd): Promise<void> {
    const { key, call, toolClass } = pass;
    const unsent = sent === false;
    const outcome = said === 'ok' || (said === 'error' && unsent) ? said : 'unknown';
    const isOpen = outcome === 'unknown' && toolClass !== 'stop';
    if (unsent) this.outcomes.drop(key, call.profile);
    else
      this.outcomes.end(
        key,
        call.profile,
        outcome === 'ok' ? null : this.#options.clock.now(),
        detail,
        isOpen ? (text) => this.#recorder.line(pass, 'unknown', `${detail} ${text}`) : undefined,
      );
    this.#recorder.line(pass, outcome, detail);
    const entry = this.#recorder.entry(pass, 'outcome', { outcome, detail });
    await this.#recorder.mayWithin(entry, toolClass === 'stop' ? STOP_AUDIT_WAIT_MS : OUTCOME_WAIT_MS);
  }
}

export function createGate(options: GateOptions): GuardGate {
  return new GuardGate(options);
}
