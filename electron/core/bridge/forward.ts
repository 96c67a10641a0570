import { ownText } from '../own-text.ts';
import { isWorthRepeating } from './call.ts';
import { UpstreamFailure } from './failure.ts';
import type { Answer } from './fit.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import { actorOf } from './host.ts';
import { clientOf } from './marks.ts';
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
      pending.marks.sent ||= this.#host.clock.monotonic();
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
      pending.marks.answer = received.bytes;
      const error = received.value?.['error'] as { message?: unknown } | undefined;
      if (error) [outcome, detail] = ['error', ownText(String(error.message), 300)];
      else this.#remembered.settled(message);
      answer = { received };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      [outcome, detail] = ['error', error.error.message];
      const why = error.error.code === 'LINK_NOT_CONNECTED' ? this.#host.linkDown() : error.error.message;
      answer = { failure: `${why} ${error.error.next}` };
    }
    pending.marks.answered = this.#host.clock.monotonic();
    this.#record(message, pending, outcome, detail);
    return answer;
  }

  #record(message: Inspected, { marks }: Pending, outcome: 'ok' | 'error', detail: string): void {
    const { method, params } = message;
    const what = params['uri'] ?? params['name'];
    const { clock } = this.#host;
    const [group = ''] = method.split('/', 1);
    this.#host.recordActivity({
      profile: this.#host.profile,
      kind: KINDS[group] ?? 'other',
      actor: actorOf(this.#client),
      title: typeof what === 'string' ? what : method,
      outcome,
      durationMs: clock.monotonic() - marks.arrived,
      detail,
      trace: {
        method,
        client: clientOf(this.#client),
        request: askedOf(params),
        ...(marks.answer && { answer: marks.answer }),
        times: marks.times(clock),
      },
    });
  }
}

const KINDS: Record<string, 'resource' | 'prompt'> = { resources: 'resource', prompts: 'prompt' };

/** What was asked, without what the client says of itself in every request. */
function askedOf(params: Record<string, unknown>): string {
  const { _meta, ...asked } = params;
  return JSON.stringify(asked);
}
