import { randomBytes } from 'node:crypto';
import type { Grant } from '../../contract/guard.ts';
import type { Environment } from '../../contract/profile.ts';
import type { Clock } from '../ports.ts';
import type { GatedCall } from '../seams.ts';
import { visible } from './visible.ts';

/** How long a person may allow a tool for, minutes. */
const CHOICES: readonly number[] = [5, 15, 60];

type GrantCall = Pick<GatedCall, 'profile' | 'environment' | 'client' | 'transport' | 'tool'>;

interface Held {
  grant: Grant;
  profile: string;
  environment: Environment;
  /** Hash of the tool's definition. */
  definition: string;
  /** Client and transport exactly as the calls say them. */
  asker: string;
  startedMono: number;
  cancel(): void;
}

export interface GrantsOptions {
  clock: Clock;
  /** Called with what stands on a profile, after every change. */
  publish(profile: string, grants: Grant[]): void;
  /** Called when one ended, with why, as the rest of a sentence. */
  ended(profile: string, grant: Grant, why: string): void;
}

const askerOf = ({ client, transport }: GrantCall): string => JSON.stringify([client, transport]);

/**
 * Standing permissions, in memory alone: a restart ends them all. Bound to profile, environment, tool, definition
 * and client. There are none for live.
 */
export class Grants {
  readonly #options: GrantsOptions;
  #held: Held[] = [];

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** The minutes that a person may choose from for this call; empty where each call is asked. */
  offer(environment: Environment, definition: string | undefined): number[] {
    return environment === 'live' || definition === undefined ? [] : [...CHOICES];
  }

  /** Takes the place of an earlier grant of the same client and tool. */
  give(call: GrantCall, definition: string, minutes: number): Grant {
    this.#endWhere((one) => this.#fits(one, call), 'a new one took its place');
    const { clock } = this.#options;
    const since = clock.now();
    const grant: Grant = {
      id: randomBytes(9).toString('base64url'),
      tool: visible(call.tool),
      client: visible(`${call.client} over ${call.transport}`),
      since,
      expiresAt: since + minutes * 60_000,
      used: 0,
    };
    const { profile, environment } = call;
    const cancel = clock.after(minutes * 60_000, () => this.#end(held, 'its time was over'));
    const held: Held = {
      grant,
      profile,
      environment,
      definition,
      asker: askerOf(call),
      startedMono: clock.monotonic(),
      cancel,
    };
    this.#held.push(held);
    this.#publish(profile);
    return grant;
  }

  /** The grant that this call may go under; one that no longer fits what it was given for ends here. */
  covering(call: GrantCall, definition: string | undefined): Grant | undefined {
    const held = this.#held.find((one) => this.#fits(one, call));
    if (!held) return undefined;
    const { clock } = this.#options;
    const { since, expiresAt } = held.grant;
    // both clocks: one stands still while a laptop sleeps, the other can be set back
    const over = clock.now() >= expiresAt || clock.monotonic() - held.startedMono >= expiresAt - since;
    const why = over
      ? 'its time was over'
      : held.environment !== call.environment || call.environment === 'live'
        ? 'the environment of the profile changed'
        : held.definition !== definition
          ? 'the definition of the tool changed'
          : undefined;
    if (why === undefined) return held.grant;
    this.#end(held, why);
    return undefined;
  }

  used(id: string): void {
    const held = this.#held.find((one) => one.grant.id === id);
    if (!held) return;
    held.grant = { ...held.grant, used: held.grant.used + 1 };
    this.#publish(held.profile);
  }

  /** False where it had ended already. */
  revoke(profile: string, id: string): boolean {
    return this.#endWhere((one) => one.profile === profile && one.grant.id === id, 'you revoked it') > 0;
  }

  end(profile: string, why: string): void {
    this.#endWhere((one) => one.profile === profile, why);
  }

  endAll(why: string): void {
    this.#endWhere(() => true, why);
  }

  /** Ends those whose tool is no longer defined as it was. */
  checkDefinitions(profile: string, definitionOf: (tool: string) => string | undefined): void {
    this.#endWhere(
      (one) => one.profile === profile && definitionOf(one.grant.tool) !== one.definition,
      'the definition of the tool changed',
    );
  }

  #fits(one: Held, call: GrantCall): boolean {
    return (
      one.profile === call.profile && one.grant.tool === visible(call.tool) && one.asker === askerOf(call)
    );
  }

  #endWhere(which: (one: Held) => boolean, why: string): number {
    const found = this.#held.filter(which);
    for (const one of found) this.#end(one, why);
    return found.length;
  }

  #end(one: Held, why: string): void {
    if (!this.#held.includes(one)) return;
    one.cancel();
    this.#held = this.#held.filter((each) => each !== one);
    this.#publish(one.profile);
    this.#options.ended(one.profile, one.grant, why);
  }

  #publish(profile: string): void {
    this.#options.publish(
      profile,
      this.#held.filter((one) => one.profile === profile).map(({ grant }) => grant),
    );
  }
}
