import { isWorthRepeating } from './call.ts';
import { UpstreamFailure } from './failure.ts';
import type { Answer } from './fit.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import type { Inspected } from './inspect.ts';
import { withId } from './inspect.ts';
import type { Pending } from './pending.ts';
import type { SendRead } from './reads/shared-reads.ts';
import type { Remembered } from './remembered.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';

/** Requests that only read or set a desired state: sent once more where the session or connection was lost. */
const REPEATABLE = new Set([
  'resources/read',
  'prompts/get',
  'completion/complete',
  'resources/subscribe',
  'resources/unsubscribe',
  'logging/setLevel',
]);

/** What the client asked for, which decides on the revision of its session. */
const REVISION = /"protocolVersion"\s*:\s*"([^"]{1,40})"/;

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

  /** What answers the request. Never rejects but for faults of our own. */
  async run(message: Inspected, pending: Pending): Promise<Answer> {
    const started = this.#host.clock.monotonic();
    const { deadlineMs, holdMs } = this.#host.limits;
    // in the modern era a person may answer questions in between; each of the client's requests has its own deadline
    const until = started + (pending.claim ? holdMs : deadlineMs);
    const once = (signal: AbortSignal, sentAs: (id: number) => void) => {
      const id = this.#upstream.newId();
      sentAs(id);
      const timeoutMs = Math.max(1, until - this.#host.clock.monotonic());
      return this.#upstream.request(id, withId(message, String(id)), { timeoutMs, signal });
    };
    const send: SendRead = (signal, sentAs) =>
      once(signal, sentAs).catch((error: unknown) => {
        if (!REPEATABLE.has(message.method) || !isWorthRepeating(error) || signal.aborted) throw error;
        return once(signal, sentAs);
      });
    let outcome: 'ok' | 'error' = 'ok';
    let detail = '';
    let answer: Answer;
    try {
      const [, session = ''] = REVISION.exec(this.#remembered.initializeText(0)) ?? [];
      const received = await this.#host.reads.run({ message, pending, client: this.#client, session, send });
      const error = received.value?.['error'] as { message?: unknown } | undefined;
      if (error) [outcome, detail] = ['error', String(error.message).slice(0, 300)];
      else this.#remembered.settled(message);
      answer = { received };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      [outcome, detail] = ['error', error.error.message];
      const why = error.error.code === 'LINK_NOT_CONNECTED' ? this.#host.linkDown() : error.error.message;
      answer = { failure: `${why} ${error.error.next}` };
    }
    this.#record(message, outcome, detail, this.#host.clock.monotonic() - started);
    return answer;
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
