import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../contract/errors.ts';
import type { ConsentEnd, ConsentRequest, ToolClass } from '../../contract/bridge.ts';
import type { Clock, Screen } from '../ports.ts';
import type { GatedCall } from '../seams.ts';
import { argumentRows, bindingOf } from './canonical.ts';
import { visible } from './visible.ts';

/** Default deny; below the bridge's own deadline of 50 s, so that the client gets a reason and not a time-out. */
const CONSENT_EXPIRES_MS = 45_000;
/** An answer sooner than this after the request came up is a click meant for something else. */
const CONSENT_ARMS_MS = 700;
const MAX_WAITING = 16;
const MAX_REMEMBERED = 200;
/** How many ended requests a screen hears of. */
const MAX_ENDS = 20;

export type ConsentVerdict = 'allow' | 'deny' | 'expired' | 'withdrawn' | 'no-screen' | 'busy';

/** What a person weighs, as it stands at one moment. */
export interface FreshFacts {
  known: ConsentRequest['known'];
  unresolved: string | null;
  warnings?: ConsentRequest['warnings'];
}

export interface ConsentFacts extends FreshFacts {
  toolClass: ToolClass;
  /** The same as it stands by then: behind another request the same call may have been allowed meanwhile. */
  fresh?: () => FreshFacts;
  grantMinutes?: number[];
  /** Takes what came with an allow, before it counts; throws AppError where it is not enough, and the request goes on waiting. */
  accept?: (extras: ConsentExtras) => void;
}

/** What a person can add to an allow. */
export interface ConsentExtras {
  confirmed?: readonly string[] | undefined;
  grantMinutes?: number | undefined;
}

export interface ConsentOptions {
  clock: Clock;
  screen: Screen;
  /** Called with the whole list after every change. */
  publish(list: ConsentRequest[], ends: ConsentEnd[]): void;
  /** An emergency stop has begun on a profile. */
  onStopped?(profile: string): void;
}

interface Waiting {
  request: ConsentRequest;
  call: GatedCall;
  accept: ConsentFacts['accept'];
  fresh: ConsentFacts['fresh'];
  salt: Buffer;
  startedMono: number;
  /** Monotonic time from which an answer counts; undefined while another request is shown. */
  armedMono: number | undefined;
  finish(verdict: ConsentVerdict): void;
}

/** The nonce is derived from the call itself, so that an answer can only ever fit the call that was shown. */
function nonceOf(salt: Buffer, id: string, call: GatedCall): string {
  const binding = bindingOf(call.profile, call.tool, call.argumentsText);
  const all = JSON.stringify([id, binding, call.otherText ?? '']);
  return createHash('sha256').update(salt).update(all).digest('base64url');
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const notFitting = (why: string): AppError =>
  new AppError(
    'INPUT_INVALID',
    why,
    'Look at the dashboard as it stands now and answer what is shown there.',
  );

function prepare(call: GatedCall, facts: ConsentFacts, clock: Clock): Omit<Waiting, 'finish'> {
  const salt = randomBytes(32);
  const id = randomBytes(12).toString('base64url');
  const requestedAt = clock.now();
  return {
    call: { ...call },
    accept: facts.accept,
    fresh: facts.fresh,
    salt,
    startedMono: clock.monotonic(),
    armedMono: undefined,
    request: {
      id,
      nonce: nonceOf(salt, id, call),
      profile: call.profile,
      environment: call.environment,
      tool: visible(call.tool),
      toolClass: facts.toolClass,
      client: visible(call.transport === 'page' ? call.client : `${call.client} over ${call.transport}`),
      argumentsText: visible(call.argumentsText),
      rows: argumentRows(call.argumentsText),
      others: call.otherText === undefined ? [] : argumentRows(call.otherText),
      requestedAt,
      expiresAt: requestedAt + CONSENT_EXPIRES_MS,
      // behind another request it cannot be answered yet
      armedAt: requestedAt + CONSENT_EXPIRES_MS,
      known: [...facts.known],
      unresolved: facts.unresolved,
      ...(facts.warnings ? { warnings: facts.warnings } : {}),
      ...(facts.grantMinutes ? { grantMinutes: facts.grantMinutes } : {}),
    },
  };
}

/** What a person has to see before an allow; numbers and ages are none of it. */
const doubtsOf = ({ known, unresolved, warnings }: ConsentRequest): string =>
  JSON.stringify([known.map(({ label }) => label), unresolved, warnings]);

/**
 * The queue of start-like calls that wait for a person. All are listed, the first is shown; only the shown one
 * can be answered, and not before it has been shown for 700 ms (a second dialog must not inherit a click).
 */
export class Consent {
  readonly #options: ConsentOptions;
  readonly #waiting: Waiting[] = [];
  readonly #ended = new Map<string, ConsentEnd['verdict']>();
  #ends: ConsentEnd[] = [];
  #disposed = false;

  constructor(options: ConsentOptions) {
    this.#options = options;
  }

  /** Asks a person; resolves with the verdict. Rejects only with INPUT_INVALID, when the arguments are no JSON object. */
  request(call: GatedCall, facts: ConsentFacts): Promise<ConsentVerdict> {
    const { clock, screen } = this.#options;
    if (call.signal.aborted) return Promise.resolve('withdrawn');
    if (this.#disposed || !screen.canAsk()) return Promise.resolve('no-screen');
    if (this.#waiting.length >= MAX_WAITING) return Promise.resolve('busy');
    return new Promise((resolve) => {
      const one: Waiting = {
        ...prepare(call, facts, clock),
        finish: (verdict) => {
          cancelTimer();
          call.signal.removeEventListener('abort', withdraw);
          resolve(verdict);
        },
      };
      const withdraw = (): void => this.#take(one, 'withdrawn');
      const cancelTimer = clock.after(CONSENT_EXPIRES_MS, () => this.#take(one, 'expired'));
      call.signal.addEventListener('abort', withdraw, { once: true });
      this.#waiting.push(one);
      this.#showFirst();
      this.#publish();
    });
  }

  /**
   * A person's answer. Throws CONSENT_EXPIRED, CONSENT_WITHDRAWN, or INPUT_INVALID when there is no such request,
   * it was already answered, the nonce is another one's, or an allow comes before it was shown for 700 ms. A deny
   * counts at once: clicked through by mistake it costs nothing, and a refused deny would look like a dead button.
   */
  answer(
    id: string,
    nonce: string,
    decision: 'allow' | 'deny',
    extras: ConsentExtras = {},
  ): { decided: 'allow' | 'deny' } {
    const { clock } = this.#options;
    const one = this.#waiting.find((each) => each.request.id === id);
    if (one === undefined) throw this.#refusalOfEnded(id);
    // both clocks: the monotonic one stands still while a laptop sleeps, the other can be set back
    if (clock.now() >= one.request.expiresAt || clock.monotonic() - one.startedMono >= CONSENT_EXPIRES_MS) {
      this.#take(one, 'expired');
      throw this.#refusalOfEnded(id);
    }
    if (!sameText(nonce, nonceOf(one.salt, id, one.call)))
      throw notFitting('The answer does not belong to this request.');
    const armed = one.armedMono !== undefined && clock.monotonic() >= one.armedMono;
    if (decision === 'allow' && !armed)
      throw notFitting('The answer came too soon after the request appeared.');
    if (decision === 'allow') one.accept?.(extras);
    this.#take(one, decision);
    return { decided: decision };
  }

  /** An emergency stop denies what waits on its profile: a start allowed a moment later would undo it. */
  stopped(profile: string): void {
    this.#options.onStopped?.(profile);
    for (const one of this.#waiting.filter((each) => each.request.profile === profile))
      this.#take(one, 'stopped');
  }

  /** What is known of a profile's earlier calls has changed: its requests say so, and one on screen is armed anew. */
  refresh(profile: string): void {
    const concerned = this.#waiting.filter(({ request, fresh }) => fresh && request.profile === profile);
    for (const one of concerned) {
      const before = doubtsOf(one.request);
      this.#renew(one);
      if (one.armedMono === undefined || doubtsOf(one.request) === before) continue;
      one.armedMono = undefined;
      this.#showFirst();
    }
    if (concerned.length > 0) this.#publish();
  }

  #renew(one: Waiting): void {
    if (!one.fresh) return;
    const { warnings: _old, ...request } = one.request;
    one.request = { ...request, ...one.fresh() };
  }

  list(): readonly ConsentRequest[] {
    return this.#waiting.map((one) => one.request);
  }

  /** Denies what is waiting and refuses what comes later. Idempotent. */
  dispose(): void {
    this.#disposed = true;
    for (let one = this.#waiting[0]; one; one = this.#waiting[0]) this.#take(one, 'deny');
  }

  #publish(): void {
    this.#options.publish(
      this.#waiting.map((one) => one.request),
      this.#ends,
    );
  }

  /** The first in the queue comes up: its arm delay starts now. */
  #showFirst(): void {
    const first = this.#waiting[0];
    if (first === undefined || first.armedMono !== undefined) return;
    const { clock } = this.#options;
    this.#renew(first);
    first.armedMono = clock.monotonic() + CONSENT_ARMS_MS;
    first.request = { ...first.request, armedAt: clock.now() + CONSENT_ARMS_MS };
  }

  #take(one: Waiting, verdict: ConsentEnd['verdict']): void {
    const index = this.#waiting.indexOf(one);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    const { id } = one.request;
    this.#ended.set(id, verdict);
    this.#ends = [...this.#ends, { id, at: this.#options.clock.now(), verdict }].slice(-MAX_ENDS);
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > MAX_REMEMBERED && oldest !== undefined) this.#ended.delete(oldest);
    this.#showFirst();
    this.#publish();
    one.finish(verdict === 'stopped' ? 'deny' : verdict);
  }

  #refusalOfEnded(id: string): AppError {
    const verdict = this.#ended.get(id);
    if (verdict === 'expired')
      return new AppError(
        'CONSENT_EXPIRED',
        'The request has expired and was denied.',
        'Ask again from the client.',
      );
    if (verdict === 'withdrawn')
      return new AppError(
        'CONSENT_WITHDRAWN',
        'The client withdrew its request.',
        'Nothing needs to be done.',
      );
    if (verdict === undefined) return notFitting('There is no such request.');
    return notFitting(`The request was already answered: ${verdict}.`);
  }
}

export function createConsent(options: ConsentOptions): Consent {
  return new Consent(options);
}
