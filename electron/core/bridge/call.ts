import type { ToolClass } from '../../contract/bridge.ts';
import { asAppError } from '../../contract/errors.ts';
import type { GateDecision } from '../seams.ts';
import { UpstreamFailure } from './failure.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import type { Inspected } from './inspect.ts';
import { argumentsText, withId } from './inspect.ts';
import type { CallAnswer, Ended } from './outcome.ts';
import { answered, failed, lost, withdrawn } from './outcome.ts';
import type { Pending } from './pending.ts';
import type { Received } from './reply.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';
import { notCarriedOut, toolText } from './words.ts';

const LINK_WAIT_MS = 1500;
const VERIFY_MS = 5000;

type Allowed = Extract<GateDecision, { allowed: true }>;

/**
 * Carries one tools/call from the guard's decision to the recorded outcome. It is sent at most once (a read or a
 * plain stop may be sent again after a lost session or connection); what was sent and got no usable answer is
 * `unknown`, what certainly never left is not carried out.
 */
export class CallLane {
  readonly #host: SessionHost;
  readonly #upstream: UpstreamSession;
  readonly #client: ClientFacts;

  constructor(host: SessionHost, upstream: UpstreamSession, client: ClientFacts) {
    this.#host = host;
    this.#upstream = upstream;
    this.#client = client;
  }

  /** Never rejects. */
  async run(message: Inspected, pending: Pending): Promise<CallAnswer> {
    const tool = message.params['name'] as string;
    const known = this.#host.catalogue.lookup(this.#host.profile, tool);
    try {
      if (known && !(await this.#linkOpen())) {
        const why = this.#host.linkDown();
        this.#recordRefused(tool, why);
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
        const words = `${decision.error.message} ${decision.error.next}`;
        return { result: toolText(notCarriedOut(tool, words), true) };
      }
      const { answer, end } = await this.#permitted(tool, message, pending, decision);
      await decision.ended(end);
      return answer;
    } catch (error) {
      return this.#unforeseen(tool, error, 'unknown').answer;
    }
  }

  /** The gate never rejects and all failures of sending are handled: what comes here is a fault of our own. */
  #unforeseen(tool: string, error: unknown, toolClass: ToolClass): Ended {
    const { message: words } = asAppError(error);
    this.#host.log.error('a call failed inside the bridge', { tool, words });
    if (toolClass !== 'read') return lost(tool, words, toolClass);
    return { answer: { result: toolText(words, true) }, end: { outcome: 'error', detail: words } };
  }

  async #linkOpen(): Promise<boolean> {
    const { link } = this.#host;
    return (link.transport ?? (await link.whenOpen(LINK_WAIT_MS))) !== undefined;
  }

  async #permitted(tool: string, message: Inspected, pending: Pending, decision: Allowed): Promise<Ended> {
    const { toolClass } = decision;
    const gated = toolClass !== 'read';
    const headers = gated ? { 'idempotency-key': decision.idempotencyKey } : {};
    try {
      // a session that died unnoticed is found by a ping, not by the call that must not be lost; a stop may be repeated
      if (gated && toolClass !== 'stop')
        await Promise.race([this.#upstream.verify(VERIFY_MS), pending.gone()]);
      if (pending.abort.signal.aborted) return withdrawn(tool);
      // what changes something is no longer given up from here on
      pending.binding = gated;
      const received = await this.#send(message, pending, headers, toolClass);
      return answered(tool, received, toolClass);
    } catch (error) {
      if (error instanceof UpstreamFailure) return failed(tool, error, toolClass);
      return this.#unforeseen(tool, error, toolClass);
    }
  }

  async #send(
    message: Inspected,
    pending: Pending,
    headers: Record<string, string>,
    toolClass: ToolClass,
  ): Promise<Received> {
    const isRead = toolClass === 'read';
    const once = () => {
      const id = this.#upstream.newId();
      pending.upstreamId = id;
      return this.#upstream.request(id, withId(message, String(id)), {
        timeoutMs: this.#host.limits.holdMs,
        headers,
        ...(isRead ? { signal: pending.abort.signal } : {}),
      });
    };
    try {
      return await once();
    } catch (first) {
      // being stopped is a state: to stop twice costs nothing, a stop that got lost may cost much
      const isRepeatable = isRead ? !pending.abort.signal.aborted : toolClass === 'stop';
      if (!isRepeatable || !isWorthRepeating(first)) throw first;
      return await once().catch((second: unknown) => {
        // what was cut off may have arrived all the same
        throw isRead || isSessionLost(first) ? second : first;
      });
    }
  }

  /** The guard was not asked, so the line is ours. */
  #recordRefused(tool: string, detail: string): void {
    this.#host.recordActivity({
      profile: this.#host.profile,
      kind: 'tool',
      actor: this.#client.name,
      title: tool,
      toolClass: this.#host.gate.classify(this.#host.profile, tool),
      outcome: 'refused',
      detail,
    });
  }
}

/** Whether a read may be sent a second time: the session or the connection was lost. */
export function isWorthRepeating(error: unknown): boolean {
  return (
    error instanceof UpstreamFailure &&
    error.fate === 'lost' &&
    (error.sessionLost || error.error.code === 'LINK_LOST')
  );
}

const isSessionLost = (error: unknown): boolean => error instanceof UpstreamFailure && error.sessionLost;
