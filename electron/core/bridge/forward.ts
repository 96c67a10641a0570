import { isWorthRepeating } from './call.ts';
import { UpstreamFailure } from './failure.ts';
import type { Pieces } from './fit.ts';
import { answerPieces, lineLimit } from './fit.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import type { Inspected } from './inspect.ts';
import { withId } from './inspect.ts';
import type { Pending } from './pending.ts';
import type { Remembered } from './remembered.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';
import { errorLine } from './words.ts';

/** Requests that only read or set a desired state: sent once more where the session or connection was lost. */
const REPEATABLE = new Set([
  'resources/read',
  'prompts/get',
  'completion/complete',
  'resources/subscribe',
  'resources/unsubscribe',
  'logging/setLevel',
]);

/** Carries every request but tools/call: no guard, and a JSON-RPC error where no answer comes. */
export class ForwardLane {
  readonly #host: SessionHost;
  readonly #upstream: UpstreamSession;
  readonly #client: ClientFacts;
  readonly #remembered: Remembered;

  constructor(host: SessionHost, upstream: UpstreamSession, client: ClientFacts, remembered: Remembered) {
    this.#host = host;
    this.#upstream = upstream;
    this.#client = client;
    this.#remembered = remembered;
  }

  /** The line that answers the request. Never rejects but for faults of our own. */
  async run(message: Inspected, pending: Pending): Promise<Pieces> {
    const started = this.#host.clock.monotonic();
    const once = () => {
      const id = this.#upstream.newId();
      pending.upstreamId = id;
      return this.#upstream.request(id, withId(message, String(id)), {
        timeoutMs: this.#host.limits.deadlineMs,
        signal: pending.abort.signal,
      });
    };
    let outcome: 'ok' | 'error' = 'ok';
    let detail = '';
    let pieces: Pieces;
    try {
      const received = await once().catch((error: unknown) => {
        if (!REPEATABLE.has(message.method) || !isWorthRepeating(error) || pending.over) throw error;
        return once();
      });
      const error = received.value?.['error'] as { message?: unknown } | undefined;
      if (error) [outcome, detail] = ['error', String(error.message).slice(0, 300)];
      else this.#remembered.settled(message);
      pieces = answerPieces(message, received, lineLimit(this.#client.name), (text) =>
        this.#host.held.keepText(this.#host.profile, text),
      );
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      [outcome, detail] = ['error', error.error.message];
      const why = error.error.code === 'LINK_NOT_CONNECTED' ? this.#host.linkDown() : error.error.message;
      pieces = [errorLine(message.id, -32000, `${why} ${error.error.next}`)];
    }
    this.#record(message, outcome, detail, this.#host.clock.monotonic() - started);
    return pieces;
  }

  #record(message: Inspected, outcome: 'ok' | 'error', detail: string, durationMs: number): void {
    const kind = message.method.startsWith('resources/')
      ? 'resource'
      : message.method.startsWith('prompts/')
        ? 'prompt'
        : undefined;
    if (!kind) return;
    const what = message.params['uri'] ?? message.params['name'];
    const title = typeof what === 'string' ? what : message.method;
    this.#host.recordActivity({
      profile: this.#host.profile,
      kind,
      actor: this.#client.name,
      title,
      outcome,
      durationMs,
      detail,
    });
  }
}
