import type { ToolClass } from '../../contract/bridge.ts';
import { asAppError } from '../../contract/errors.ts';
import type { CallEnd, GateDecision } from '../seams.ts';
import { UpstreamFailure } from './failure.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import type { Inspected } from './inspect.ts';
import { argumentsText, withId } from './inspect.ts';
import type { Pending } from './pending.ts';
import { includesAcross } from './pieces.ts';
import type { Received } from './reply.ts';
import { parsed } from './reply.ts';
import type { Upstream } from './upstream.ts';
import { notCarriedOut, toolText, unknownOutcome } from './words.ts';

const LINK_WAIT_MS = 1500;
const VERIFY_START_MS = 5000;
const VERIFY_STOP_MS = 2000;

/** How a call ended: the server's own message to pass on, or a result of ours as JSON text. */
export type CallAnswer = { received: Received } | { result: string };

type Allowed = Extract<GateDecision, { allowed: true }>;
type Outcome = 'ok' | 'error' | 'denied' | 'refused' | 'unknown';

/**
 * Carries one tools/call from the guard's decision to the recorded outcome. It is sent at most once (a tool of
 * class read may be sent again after a lost session or connection); what was sent and got no usable answer is
 * `unknown`, what certainly never left is not carried out.
 */
export class CallLane {
  readonly #host: SessionHost;
  readonly #upstream: Upstream;
  readonly #client: ClientFacts;

  constructor(host: SessionHost, upstream: Upstream, client: ClientFacts) {
    this.#host = host;
    this.#upstream = upstream;
    this.#client = client;
  }

  /** Never rejects. */
  async run(message: Inspected, pending: Pending): Promise<CallAnswer> {
    const started = this.#host.clock.monotonic();
    const tool = message.params['name'] as string;
    const known = this.#host.catalogue.lookup(this.#host.profile, tool);
    const record = (outcome: Outcome, detail: string, toolClass: ToolClass) =>
      this.#record(tool, toolClass, outcome, this.#host.clock.monotonic() - started, detail);
    try {
      if (known && !(await this.#linkOpen())) {
        const why = this.#host.linkDown();
        record('refused', why, this.#host.gate.classify(this.#host.profile, tool));
        return { result: toolText(notCarriedOut(tool, `${why} Nothing was sent.`), true) };
      }
      const decision = await this.#host.gate.decide({
        profile: this.#host.profile,
        environment: this.#host.environment(),
        client: `${this.#client.name} ${this.#client.version}`,
        transport: this.#client.transport,
        tool,
        argumentsText: argumentsText(message),
        signal: pending.abort.signal,
      });
      if (!decision.allowed) {
        const denied = decision.error.code.startsWith('CONSENT_') ? 'denied' : 'refused';
        record(denied, decision.error.message, decision.toolClass);
        const words = `${decision.error.message} ${decision.error.next}`;
        return { result: toolText(notCarriedOut(tool, words), true) };
      }
      const { answer, end } = await this.#permitted(tool, message, pending, decision);
      await decision.ended(end);
      record(end.outcome, end.detail, decision.toolClass);
      return answer;
    } catch (error) {
      // not foreseen: the gate never rejects and all failures of sending are handled
      const { message: words } = asAppError(error);
      this.#host.log.error('a call failed inside the bridge', { tool, words });
      return { result: toolText(unknownOutcome(tool, words), true) };
    }
  }

  async #linkOpen(): Promise<boolean> {
    const { link } = this.#host;
    return (link.transport ?? (await link.whenOpen(LINK_WAIT_MS))) !== undefined;
  }

  async #permitted(
    tool: string,
    message: Inspected,
    pending: Pending,
    decision: Allowed,
  ): Promise<{ answer: CallAnswer; end: CallEnd }> {
    const gated = decision.toolClass !== 'read';
    const headers = gated ? { 'idempotency-key': decision.idempotencyKey } : {};
    try {
      if (gated) await this.#verify(decision.toolClass);
      if (pending.abort.signal.aborted) return withdrawn(tool);
      // what changes something is no longer given up from here on
      pending.binding = gated;
      const received = await this.#send(message, pending, headers, gated);
      return this.#answered(tool, received, gated);
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      return failed(tool, error, gated);
    }
  }

  /** A session that died unnoticed is found by a ping, not by the call that must not be lost. A stop is sent even when the ping gets no answer. */
  async #verify(toolClass: ToolClass): Promise<void> {
    if (toolClass !== 'stop') {
      await this.#upstream.verify(VERIFY_START_MS);
      return;
    }
    await this.#upstream.verify(VERIFY_STOP_MS).catch((error: unknown) => {
      this.#host.log.warn('the server did not answer before a stop; it is sent all the same', {
        why: (error as Error).message,
      });
    });
  }

  async #send(
    message: Inspected,
    pending: Pending,
    headers: Record<string, string>,
    gated: boolean,
  ): Promise<Received> {
    const once = () => {
      const id = this.#upstream.newId();
      pending.upstreamId = id;
      return this.#upstream.request(id, withId(message, String(id)), {
        timeoutMs: this.#host.limits.holdMs,
        headers,
        ...(gated ? {} : { signal: pending.abort.signal }),
      });
    };
    try {
      return await once();
    } catch (error) {
      const again = !gated && isWorthRepeating(error) && !pending.abort.signal.aborted;
      if (!again) throw error;
      return await once();
    }
  }

  #answered(tool: string, received: Received, gated: boolean): { answer: CallAnswer; end: CallEnd } {
    const error = received.value?.['error'] as { code?: unknown; message?: unknown } | undefined;
    if (error) {
      const words = `The server answered error ${String(error.code)}: "${String(error.message).slice(0, 500)}".`;
      if (!gated) return { answer: { received }, end: { outcome: 'error', detail: words } };
      return {
        answer: { result: toolText(unknownOutcome(tool, words), true) },
        end: { outcome: 'unknown', detail: words },
      };
    }
    if (!isErrorResult(received)) return { answer: { received }, end: { outcome: 'ok', detail: '' } };
    return { answer: { received }, end: { outcome: 'error', detail: firstText(received) } };
  }

  #record(tool: string, toolClass: ToolClass, outcome: Outcome, durationMs: number, detail: string): void {
    this.#host.recordActivity({
      profile: this.#host.profile,
      kind: 'tool',
      actor: this.#client.name,
      title: tool,
      toolClass,
      outcome,
      durationMs,
      detail,
    });
  }
}

function withdrawn(tool: string): { answer: CallAnswer; end: CallEnd } {
  const why = 'It was withdrawn before it was sent.';
  return {
    answer: { result: toolText(notCarriedOut(tool, why), true) },
    end: { outcome: 'error', detail: why },
  };
}

function failed(
  tool: string,
  failure: UpstreamFailure,
  gated: boolean,
): { answer: CallAnswer; end: CallEnd } {
  const why = `${failure.error.message} ${failure.error.next}`;
  if (failure.fate === 'lost' && gated)
    return {
      answer: { result: toolText(unknownOutcome(tool, failure.error.message), true) },
      end: { outcome: 'unknown', detail: failure.error.message },
    };
  const words = failure.fate === 'lost' ? `${tool} got no answer. ${why}` : notCarriedOut(tool, why);
  return {
    answer: { result: toolText(words, true) },
    end: { outcome: 'error', detail: failure.error.message },
  };
}

/** Whether a read may be sent a second time: the session or the connection was lost. */
export function isWorthRepeating(error: unknown): boolean {
  return (
    error instanceof UpstreamFailure &&
    error.fate === 'lost' &&
    (error.sessionLost || error.error.code === 'LINK_LOST')
  );
}

function isErrorResult(received: Received): boolean {
  if (received.value) return (received.value['result'] as { isError?: unknown } | null)?.isError === true;
  // in a large answer the flag is looked for without parsing; inside strings its quotes would be escaped
  return includesAcross(received.bytes, '"isError":true');
}

function firstText(received: Received): string {
  const result = parsed(received)?.['result'] as { content?: { text?: unknown }[] } | undefined;
  const text = result?.content?.find((item) => typeof item.text === 'string')?.text;
  return typeof text === 'string' ? text.slice(0, 300) : 'the tool reported an error';
}
