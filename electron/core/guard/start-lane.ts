import type { ConsentRequest } from '../../contract/bridge.ts';
import type { AppError } from '../../contract/errors.ts';
import type { Grant } from '../../contract/guard.ts';
import type { Clock } from '../ports.ts';
import type { RecordActivity } from '../seams.ts';
import { argumentRows, callHash } from './canonical.ts';
import type { Consent, ConsentExtras, FreshFacts } from './consent.ts';
import type { Grants } from './grants.ts';
import type { Outcomes } from './outcomes.ts';
import { consentRefusal, notRecorded, overtakenByStop } from './refusals.ts';
import { acceptExtras } from './start-checks.ts';
import type { StartChecks } from './start-checks.ts';
import type { Stops } from './stops.ts';
import type { Pass, Recorder } from './trail.ts';

/** A start that cannot be recorded within this is refused. */
const START_AUDIT_WAIT_MS = 5_000;

/**
 * `rule`: refused by policy or a limit; `denied`: by a person; `refused`: by circumstances. `under`: what was in the place of a dialog;
 * `overtaken`: whether a stop has begun since.
 */
export type StartEnd =
  | { kind: 'allowed'; under: string; overtaken: () => boolean }
  | { kind: 'rule' | 'denied' | 'refused'; error: AppError };

export interface StartLaneOptions {
  clock: Clock;
  consent: Pick<Consent, 'request'>;
  recordActivity: RecordActivity;
  factsOf(profile: string): ConsentRequest['known'];
  recorder: Recorder;
  outcomes: Outcomes;
  grants: Grants;
  checks: StartChecks;
  stops: Stops;
}

/** What a person was shown last, and what they answered. */
interface Asked {
  warnings: NonNullable<ConsentRequest['warnings']>;
  answer: ConsentExtras;
}

interface Begun {
  pass: Pass;
  under: string;
  /** Takes it back out of the starts of the hour. */
  uncount: () => void;
  overtaken: () => boolean;
}

const minutesOf = ({ since, expiresAt }: Grant): number => Math.round((expiresAt - since) / 60_000);

const grantWords = (grant: Grant): string =>
  `Under a grant of ${minutesOf(grant)} min until ${new Date(grant.expiresAt).toISOString().slice(11, 16)} UTC, without a dialog.`;

/** The way of one call that may add risk: rules, then a person or their grant, rules again, then the record. */
export class StartLane {
  readonly #o: StartLaneOptions;

  constructor(options: StartLaneOptions) {
    this.#o = options;
  }

  /** `policy` is asked again after the consent, which may have taken 45 s. Throws INPUT_INVALID. */
  async run(pass: Pass, policy: () => AppError | undefined): Promise<StartEnd> {
    const { call } = pass;
    const { checks, outcomes, grants, stops } = this.#o;
    // throws for arguments that two parsers could read differently: they never reach a person
    argumentRows(call.argumentsText);
    pass.hash = callHash(call.profile, call.tool, call.argumentsText);
    const early = await checks.before(call);
    if (early) return { kind: 'rule', error: early };
    const asked: Asked = { warnings: checks.warnings(call), answer: {} };
    // a doubt, and a call whose effect is not known, are a person's to weigh
    const isPlain = asked.warnings.length === 0 && outcomes.words(call.profile) === null;
    const grant = isPlain ? checks.covering(call) : undefined;
    const denied = grant ? undefined : await this.#ask(pass, asked);
    if (denied) return denied;
    const overtaken = stops.watch(call.profile);
    const refusal = policy() ?? checks.after(call, asked.warnings);
    if (refusal) return { kind: 'rule', error: refusal };
    // from the checks to the count nothing is waited for: two calls cannot both be the last of the hour
    const uncount = checks.budget.count(call.profile);
    const under = grant ? grantWords(grant) : '';
    if (grant) grants.used(grant.id);
    const refused = await this.#begin({ pass, under, uncount, overtaken });
    if (refused) return refused;
    const { grantMinutes } = asked.answer;
    if (grantMinutes !== undefined) this.#give(pass, grantMinutes);
    return { kind: 'allowed', under, overtaken };
  }

  grantEnded(profile: string, grant: Grant, why: string): void {
    const detail = `For ${grant.client}: ${why}. ${grant.used} calls went under it.`;
    this.#noteGrant(profile, grant, 'grant-ended', `Grant for ${grant.tool} ended`, detail);
  }

  #give({ call }: Pass, minutes: number): void {
    const grant = this.#o.checks.give(call, minutes);
    if (!grant) return;
    const title = `Allowed ${grant.tool} for ${minutes} min`;
    this.#noteGrant(call.profile, grant, 'grant', title, `For ${grant.client}, ${minutes} min.`);
  }

  #noteGrant(profile: string, { id, tool }: Grant, kind: string, title: string, detail: string): void {
    const actor = 'you';
    this.#o.recordActivity({ profile, kind: 'consent', actor, title, outcome: 'ok', detail });
    void this.#o.recorder.may({ actor, kind, profile, tool, id: `grant-${id}`, detail });
  }

  async #ask(pass: Pass, asked: Asked): Promise<StartEnd | undefined> {
    const { call, toolClass, hash } = pass;
    const { consent, outcomes, checks, clock, grants, recorder } = this.#o;
    const fresh = (): FreshFacts => {
      const repeat = outcomes.repeat(hash, clock.now());
      asked.warnings = checks.warnings(call);
      return {
        known: [...(repeat ? [repeat] : []), ...this.#o.factsOf(call.profile)],
        unresolved: outcomes.words(call.profile),
        ...(asked.warnings.length > 0 ? { warnings: asked.warnings } : {}),
      };
    };
    const offered = checks.offer(call);
    const verdict = await consent.request(call, {
      toolClass,
      ...fresh(),
      fresh,
      ...(offered.length > 0 ? { grantMinutes: offered } : {}),
      accept: (extras) => {
        acceptExtras(call, asked.warnings, offered, extras);
        asked.answer = extras;
      },
    });
    if (verdict === 'allow') return undefined;
    if (verdict === 'deny') {
      checks.budget.denied(call.profile);
      grants.end(call.profile, 'a call was denied');
    }
    const kind = verdict === 'deny' || verdict === 'expired' ? 'denied' : 'refused';
    void recorder.may(recorder.entry(pass, 'consent', { decision: verdict, outcome: kind }), false);
    return { kind, error: consentRefusal(verdict, call.tool) };
  }

  /** Remembers it as open and writes its intent; what is not on the disk in time is not sent. */
  async #begin({ pass, under, uncount, overtaken }: Begun): Promise<StartEnd | undefined> {
    const { call, key, hash } = pass;
    const { profile, tool, client } = call;
    const { clock, outcomes, recorder } = this.#o;
    outcomes.begin({ id: key, profile, tool, client, hash, at: clock.now(), endedAt: null, detail: '' });
    const intent = recorder.entry(pass, 'intent', {
      decision: 'allow',
      outcome: 'pending',
      ...(under === '' ? {} : { detail: under }),
    });
    const drop = (): void => {
      outcomes.drop(key, profile);
      uncount();
    };
    let how: 'recorded' | 'late' | 'left';
    try {
      how = await recorder.must(intent, START_AUDIT_WAIT_MS, call.signal);
    } catch (error) {
      drop();
      recorder.failed(intent, error);
      return { kind: 'refused', error: notRecorded(tool, error) };
    }
    const isStopped = overtaken();
    if (how === 'recorded' && !call.signal.aborted && !isStopped) return undefined;
    drop();
    if (isStopped) {
      const said = {
        decision: 'stopped',
        outcome: 'refused',
        detail: 'Trading was stopped before it was sent.',
      };
      void recorder.may(recorder.entry(pass, 'outcome', said));
      return { kind: 'refused', error: overtakenByStop(tool) };
    }
    const rest =
      how === 'late'
        ? { decision: 'late', outcome: 'refused', detail: 'Recorded too late, so it was not sent.' }
        : { decision: 'withdrawn', outcome: 'refused', detail: 'Withdrawn before it was sent.' };
    // not waited for: where the disk hangs it is written right after the intent, whenever that is
    void recorder.may(recorder.entry(pass, 'outcome', rest));
    const late = how === 'late';
    const error = late
      ? notRecorded(tool, new Error('the disk does not answer'))
      : consentRefusal('withdrawn', tool);
    return { kind: 'refused', error };
  }
}
