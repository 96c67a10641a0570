import type { ToolClass } from '../../../contract/bridge.ts';
import type { Clock } from '../../ports.ts';
import type { GateDecision } from '../../seams.ts';

export type Allowed = Extract<GateDecision, { allowed: true }>;

/** One call that a person allowed and that the server has not ended: it asked for input. */
export interface OpenRound {
  tool: string;
  /** Exact JSON text of the arguments that were allowed. */
  argumentsText: string;
  /** Name and version of the client that made the call. */
  client: string;
  /** What the server wants back, as a string value. */
  state: string;
  /** The class that the tool had. */
  toolClass: ToolClass;
  decision: Allowed;
  /** How often the server has asked. */
  rounds: number;
}

const MAX_OPEN = 32;
const MAX_ROUNDS = 10;

/**
 * Calls that change something and wait for input in the modern era. Its client goes on by calling again with the
 * server's state. That is the call that was allowed, and not a second one, if tool, arguments, client and state are
 * exactly those of one open round; a round is gone on with once. Whatever else arrives is a new call.
 */
export class Continuations {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #open = new Map<OpenRound, () => void>();
  #closed = false;

  /** A round is kept for `lifeMs`. */
  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** Keeps a round open; false where it cannot be gone on with. */
  keep(round: OpenRound): boolean {
    if (this.#closed || round.rounds > MAX_ROUNDS) return false;
    const minutes = Math.round(this.#lifeMs / 60_000);
    const cancel = this.#clock.after(this.#lifeMs, () =>
      this.#end(round, `The server asked for input, which did not come within ${minutes} minutes.`),
    );
    this.#open.set(round, cancel);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MAX_OPEN && oldest) this.#end(oldest, 'Too many calls waited for input.');
    return true;
  }

  /** The open round that this is the continuation of; it is taken, so that nothing goes on with it a second time. */
  take(of: Pick<OpenRound, 'tool' | 'argumentsText' | 'client' | 'state'>): OpenRound | undefined {
    for (const [round, cancel] of this.#open) {
      const fits =
        round.state === of.state &&
        round.tool === of.tool &&
        round.argumentsText === of.argumentsText &&
        round.client === of.client;
      if (!fits) continue;
      cancel();
      this.#open.delete(round);
      return round;
    }
    return undefined;
  }

  /** The client has gone: what became of these calls is not known. */
  close(): void {
    this.#closed = true;
    for (const round of this.#open.keys())
      this.#end(round, 'The server asked for input, and the client left without giving it.');
  }

  #end(round: OpenRound, detail: string): void {
    this.#open.get(round)?.();
    this.#open.delete(round);
    void round.decision.ended({ outcome: 'unknown', detail });
  }
}
