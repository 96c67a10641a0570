import { AppError } from '../../contract/errors.ts';
import type { UnresolvedCall } from '../../contract/guard.ts';
import type { TradingModel } from '../../contract/models.ts';
import type { Clock } from '../ports.ts';
import type { RecordActivity } from '../seams.ts';
import type { Recorder } from './trail.ts';
import { OpenCalls } from './unresolved.ts';
import type { OpenCall } from './unresolved.ts';

export interface OutcomesOptions {
  clock: Clock;
  recorder: Pick<Recorder, 'may'>;
  recordActivity: RecordActivity;
  publish(profile: string, list: UnresolvedCall[]): void;
}

const shape = ({ id, tool, client, at, endedAt, detail }: OpenCall): UnresolvedCall => ({
  id,
  tool,
  client,
  at,
  endedAt,
  detail,
});

/** Start-like calls from their allow until their effect is known: by the answer, a status read, or a person. */
export class Outcomes {
  readonly #options: OutcomesOptions;
  readonly #open = new OpenCalls();
  /** How to show on the activity line that an unknown outcome was settled, by call id. */
  readonly #lines = new Map<string, (text: string) => void>();

  constructor(options: OutcomesOptions) {
    this.#options = options;
  }

  begin(call: OpenCall): void {
    this.#open.begin(call);
    this.publish(call.profile);
  }

  /** `endedAt` null: answered. `line` shows on the call's line what it was settled by. */
  end(
    id: string,
    profile: string,
    endedAt: number | null,
    detail: string,
    line?: (text: string) => void,
  ): void {
    this.#open.end(id, endedAt, detail);
    if (endedAt === null) this.#lines.delete(id);
    else if (line) this.#lines.set(id, line);
    this.publish(profile);
  }

  drop(id: string, profile: string): void {
    this.#open.drop(id);
    this.publish(profile);
  }

  /** What is still open on a profile, in words, one sentence a line; null when nothing is. */
  words(profile: string): string | null {
    return this.#open.words(profile);
  }

  repeat(hash: string, now: number): ReturnType<OpenCalls['repeat']> {
    return this.#open.repeat(hash, now);
  }

  /**
   * A status read, received at `readAt` (ms), settles the calls that ended unknown before it; `text` is what it
   * said. The outcome stays `unknown` on record: what is settled is what to believe now.
   */
  settle(profile: string, text: string, readAt: number): void {
    const settled = this.#open.settle(profile, readAt);
    for (const { id, tool } of settled) void this.#close(profile, id, tool, 'app', text);
    if (settled.length > 0) this.publish(profile);
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

  /**
   * A person has looked at what is known and no longer wants the call held up as open. Throws INPUT_INVALID where there
   * is no such call, or it still runs. It stays `unknown` on record; who dismissed it and when stands beside it.
   */
  async dismiss(profile: string, id: string): Promise<void> {
    const call = this.#open.ofProfile(profile).find((one) => one.id === id);
    if (call === undefined || call.endedAt === null)
      throw new AppError(
        'INPUT_INVALID',
        call
          ? `${call.tool} is still running; its outcome may still come.`
          : 'There is no such open outcome.',
        `See them with: catalyst-companion outcomes list ${profile}`,
      );
    this.#open.forget(id);
    const when = new Date(this.#options.clock.now()).toISOString().slice(0, 19).replace('T', ' ');
    const text = `Dismissed by you at ${when} UTC without a status read.`;
    this.publish(profile);
    const { tool } = call;
    const title = `Dismissed the unknown outcome of ${tool}`;
    this.#options.recordActivity({
      profile,
      kind: 'tool',
      actor: 'you',
      title,
      outcome: 'ok',
      detail: call.detail,
    });
    await this.#close(profile, id, tool, 'you', text);
  }

  /** Takes over the calls that an earlier run left without an outcome. */
  restore(calls: readonly OpenCall[]): void {
    for (const call of calls) this.begin(call);
  }

  publish(profile: string): void {
    this.#options.publish(profile, this.#open.ofProfile(profile).map(shape));
  }

  #close(profile: string, id: string, tool: string, actor: string, detail: string): Promise<void> {
    this.#lines.get(id)?.(detail);
    this.#lines.delete(id);
    return this.#options.recorder.may({ actor, kind: 'settled', profile, tool, id, detail });
  }
}
