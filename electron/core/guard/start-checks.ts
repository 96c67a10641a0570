import { AppError } from '../../contract/errors.ts';
import { statusFreshness } from '../../contract/freshness.ts';
import type { ConsentRequest } from '../../contract/bridge.ts';
import type { Grant } from '../../contract/guard.ts';
import type { ProfileState } from '../../contract/state.ts';
import type { Clock } from '../ports.ts';
import type { GatedCall, StateOf } from '../seams.ts';
import type { ConsentExtras } from './consent.ts';
import type { Grants } from './grants.ts';
import { limitRefused, limitRule } from './limits.ts';
import { isClosing } from './limited-arguments.ts';
import { mismatchOf } from './mismatch.ts';
import { AskRate } from './rate.ts';
import { StartBudget } from './start-budget.ts';

type Warnings = NonNullable<ConsentRequest['warnings']>;

export interface StartChecksOptions {
  clock: Clock;
  grants: Grants;
  stateOf: StateOf;
}

const mismatched = (tool: string, what: string, profile: string): AppError =>
  new AppError(
    'ENVIRONMENT_MISMATCH',
    `${tool} was refused: ${what}. Nothing was sent.`,
    `Tell the user: the profile ${profile} has to be given the right environment (catalyst-companion profile set ${profile} --env …), or the back end has to be set right.`,
  );

const tooOften = (tool: string, seconds: number): AppError =>
  new AppError(
    'RATE_LIMITED',
    `${tool} was refused: this client has asked too often for what may add risk. Nothing was sent.`,
    `Do not ask again within ${seconds} s, and not unless the user wants it.`,
  );

/** What stands before consent for a call that may add risk, and again after it: time passes while a person thinks. */
export class StartChecks {
  readonly budget: StartBudget;
  readonly #options: StartChecksOptions;
  readonly #rate = new AskRate();

  constructor(options: StartChecksOptions) {
    this.#options = options;
    this.budget = new StartBudget(options.clock);
  }

  /** Why the call is refused without asking anyone; undefined where it may be asked about. Throws INPUT_INVALID. */
  async before(call: GatedCall): Promise<AppError | undefined> {
    const wait = await this.#rate.take(call.profile, call.client);
    return wait === undefined ? this.now(call) : tooOften(call.tool, wait);
  }

  /** The same without the rate. */
  now(call: GatedCall): AppError | undefined {
    const { clock } = this.#options;
    const state = this.#options.stateOf(call.profile);
    if (!state) return undefined;
    const { profile } = state;
    const closing = isClosing(profile.preset, call.tool);
    // what ends risk is never held back by what is meant to bound it
    if (closing) return undefined;
    const wrong = mismatchOf(state);
    if (wrong !== null) return mismatched(call.tool, wrong, call.profile);
    const rule =
      limitRule(profile, call, clock.now()) ?? this.budget.rule(call.profile, profile.limits ?? {});
    return rule === undefined ? undefined : limitRefused(call.profile, call.tool, rule);
  }

  /** Doubts that a person has to confirm before an allow counts. */
  warnings(call: GatedCall): Warnings {
    const state = this.#options.stateOf(call.profile);
    if (!state) return [];
    const { state: how, text } = statusFreshness(state, this.#options.clock.now());
    return how === 'fresh' ? [] : [{ id: 'status', text }];
  }

  /** After an allow: what would refuse the call now, among it a doubt that came up meanwhile and that nobody confirmed. */
  after(call: GatedCall, confirmed: Warnings): AppError | undefined {
    const refusal = this.now(call);
    if (refusal) return refusal;
    const fresh = this.warnings(call).find(({ id }) => !confirmed.some((one) => one.id === id));
    if (!fresh) return undefined;
    return new AppError(
      'STATUS_NOT_FRESH',
      `${call.tool} was allowed, but meanwhile the status can no longer be relied on: ${fresh.text} Nothing was sent.`,
      'Check the status first (companion_status), then ask again.',
    );
  }

  /** The grant that the call may go under instead of a dialog. */
  covering(call: GatedCall): Grant | undefined {
    return this.#options.grants.covering(call, this.#definitionHash(call));
  }

  offer(call: GatedCall): number[] {
    return this.#options.grants.offer(call.environment, this.#definitionHash(call));
  }

  give(call: GatedCall, minutes: number): Grant | undefined {
    const definition = this.#definitionHash(call);
    return definition === undefined ? undefined : this.#options.grants.give(call, definition, minutes);
  }

  #definitionHash({ profile, tool }: GatedCall): string | undefined {
    return hashOfTool(this.#options.stateOf(profile), tool);
  }
}

/** Hash of a tool's definition as the catalogue has it now. */
export function hashOfTool(state: ProfileState | undefined, tool: string): string | undefined {
  return state?.catalogue.tools.find(({ name }) => name === tool)?.hash;
}

/** Takes what a person added to an allow. Throws CONSENT_NOT_CONFIRMED and GRANT_REFUSED; then nothing is allowed. */
export function acceptExtras(
  call: Pick<GatedCall, 'environment'>,
  warnings: Warnings,
  offered: readonly number[],
  { confirmed = [], grantMinutes }: ConsentExtras,
): void {
  const open = warnings.find(({ id }) => !confirmed.includes(id));
  if (open)
    throw new AppError(
      'CONSENT_NOT_CONFIRMED',
      `This needs a second confirmation: ${open.text}`,
      'Confirm the warning in the dialog, then allow; or deny.',
    );
  if (grantMinutes === undefined || offered.includes(grantMinutes)) return;
  throw new AppError(
    'GRANT_REFUSED',
    call.environment === 'live'
      ? 'A live profile is asked about every call; nothing can be allowed for a time.'
      : `This call cannot be allowed for ${grantMinutes} minutes.`,
    offered.length > 0 ? `It can be allowed for ${offered.join(', ')} minutes, or once.` : 'Allow it once.',
  );
}
