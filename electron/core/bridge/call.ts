import type { ToolClass } from '../../contract/bridge.ts';
import { asAppError } from '../../contract/errors.ts';
import { UpstreamFailure } from './failure.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import { actorOf } from './host.ts';
import { clientOf } from './marks.ts';
import type { Inspected } from './inspect.ts';
import { argumentsText, inspect, withId } from './inspect.ts';
import { otherParamsText } from './other-params.ts';
import type { Allowed, Continuations, OpenRound } from './modern/continuations.ts';
import type { CallAnswer, Ended } from './outcome.ts';
import { answered, failed, lost, stoppedFirst, waitsForInput, withdrawn } from './outcome.ts';
import type { Pending } from './pending.ts';
import type { Received } from './reply.ts';
import { withParams } from './upstream/modern-body.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';
import { notCarriedOut, toolText } from './words.ts';

const LINK_WAIT_MS = 1500;
const VERIFY_MS = 5000;

/** What a call goes out with: which round of it this is, and the name that its client calls it by. */
interface Round {
  decision: Allowed;
  /** How often the server has asked for input already. */
  asked: number;
  called: string;
}

/**
 * Carries one tools/call from the guard's decision to the recorded outcome. It is sent at most once (a read or a
 * plain stop may be sent again after a lost session or connection); what was sent and got no usable answer is
 * `unknown`, what certainly never left is not carried out.
 */
export class CallLane {
  readonly #host: SessionHost;
  readonly #upstream: UpstreamSession;
  readonly #client: ClientFacts;
  readonly #open: Continuations;

  constructor(host: SessionHost, upstream: UpstreamSession, client: ClientFacts, open: Continuations) {
    this.#host = host;
    this.#upstream = upstream;
    this.#client = client;
    this.#open = open;
  }

  /** Never rejects. */
  async run(message: Inspected, pending: Pending): Promise<CallAnswer> {
    const tool = message.params['name'] as string;
    const called = pending.called ?? tool;
    try {
      const known = await this.#lookup(tool);
      if (known && !(await this.#linkOpen())) {
        const why = this.#host.linkDown();
        this.#record(tool, 'refused', why, argumentsText(message));
        return { result: toolText(notCarriedOut(called, `${why} Nothing was sent.`), true) };
      }
      const open = this.#goesOn(message, pending);
      const { clock } = this.#host;
      pending.marks.judged = clock.monotonic();
      const decision = open?.decision ?? (await this.#decide(message, pending));
      pending.marks.decided = clock.monotonic();
      if (!decision.allowed) {
        const words = `${decision.error.message} ${decision.error.next}`;
        return { result: toolText(notCarriedOut(called, words), true) };
      }
      const round: Round = { decision, asked: open?.rounds ?? 0, called };
      const ended = await this.#permitted(message, pending, round);
      if (this.#staysOpen(message, pending, ended, round)) return ended.answer;
      const { end } = ended;
      const rounds = round.asked === 0 ? '' : ` The client gave input ${round.asked} times.`;
      const trace = {
        times: pending.marks.times(clock),
        ...(pending.marks.answer && { answer: pending.marks.answer }),
      };
      await decision.ended({ ...end, detail: `${end.detail}${rounds}`.trimStart(), trace });
      return ended.answer;
    } catch (error) {
      return this.#unforeseen(called, error, 'unknown').answer;
    }
  }

  #decide(message: Inspected, pending: Pending): ReturnType<SessionHost['gate']['decide']> {
    const otherText = otherParamsText(message);
    return this.#host.gate.decide({
      profile: this.#host.profile,
      environment: this.#host.environment(),
      client: this.#who(),
      transport: this.#client.transport,
      tool: message.params['name'] as string,
      argumentsText: argumentsText(message),
      ...(otherText === undefined ? {} : { otherText }),
      signal: pending.abort.signal,
      pid: this.#client.pid,
      ...(this.#client.onlyReads && { onlyReads: true }),
    });
  }

  #who(): string {
    return `${this.#client.name} ${this.#client.version}`;
  }

  /** The allowed call that this one goes on with. What was blocked or judged otherwise since is asked for anew. */
  #goesOn(message: Inspected, pending: Pending): OpenRound | undefined {
    const { name, requestState: state } = message.params;
    const tool = name as string;
    if (!pending.claim || typeof state !== 'string') return undefined;
    const of = { tool, argumentsText: argumentsText(message), client: this.#who(), state };
    const open = this.#open.take(of);
    if (!open) return undefined;
    const { profile, catalogue, gate } = this.#host;
    const isListed = catalogue.lookup(profile, tool)?.status === 'listed';
    if (!isListed || gate.classify(profile, tool) !== open.toolClass) {
      const detail = 'The server asked for input; meanwhile the tool was no longer allowed as it was.';
      void open.decision.ended({ outcome: 'unknown', detail });
      return undefined;
    }
    // it was sent already, in its first round
    pending.binding = true;
    const detail = `Goes on with what the server asked the client for (${open.rounds}).`;
    this.#record(tool, 'ok', detail, argumentsText(message));
    return open;
  }

  /** Keeps a call that the server asked input for open for its client; then it has not ended. */
  #staysOpen(
    message: Inspected,
    pending: Pending,
    ended: Ended,
    { decision, asked, called }: Round,
  ): boolean {
    const { state } = ended;
    if (state === undefined) return false;
    const { profile, gate } = this.#host;
    const tool = message.params['name'] as string;
    const round: OpenRound = {
      tool,
      argumentsText: argumentsText(message),
      client: this.#who(),
      state,
      toolClass: gate.classify(profile, tool),
      decision,
      rounds: asked + 1,
    };
    if (!pending.over && this.#open.keep(round)) return true;
    const why = pending.over ? 'after the client had stopped waiting' : 'too often';
    const words = lost(called, `The server asked for input ${why}.`, decision.toolClass);
    ended.answer = words.answer;
    ended.end = words.end;
    return false;
  }

  /** The gate never rejects and all failures of sending are handled: what comes here is a fault of our own. */
  #unforeseen(tool: string, error: unknown, toolClass: ToolClass): Ended {
    const { message: words } = asAppError(error);
    this.#host.log.error('a call failed inside the bridge', { tool, words });
    if (toolClass !== 'read') return lost(tool, words, toolClass);
    return { answer: { result: toolText(words, true) }, end: { outcome: 'error', detail: words } };
  }

  /** Right after the first start of a profile its tools are being read; a call that came first waits for them. */
  async #lookup(tool: string): Promise<object | undefined> {
    const { catalogue, profile } = this.#host;
    const known = catalogue.lookup(profile, tool);
    if (known) return known;
    await catalogue.whenKnown(profile, LINK_WAIT_MS);
    return catalogue.lookup(profile, tool);
  }

  async #linkOpen(): Promise<boolean> {
    const { link } = this.#host;
    return (link.transport ?? (await link.whenOpen(LINK_WAIT_MS))) !== undefined;
  }

  async #permitted(message: Inspected, pending: Pending, round: Round): Promise<Ended> {
    const { decision, asked, called } = round;
    const { toolClass, idempotencyKey } = decision;
    const gated = toolClass !== 'read';
    // under the key of an earlier round a server would give that round's answer again
    const key = asked === 0 ? idempotencyKey : `${idempotencyKey}-${asked + 1}`;
    try {
      // a session that died unnoticed is found by a ping, not by the call that must not be lost; a stop may be repeated
      if (gated && toolClass !== 'stop')
        await Promise.race([this.#upstream.verify(VERIFY_MS), pending.gone()]);
      const before = overtaken(round, pending);
      if (before) return before;
      // what changes something is no longer given up from here on
      pending.binding = gated;
      this.#host.reads.changedBy(toolClass);
      const body = gated && asked === 0 ? plainCall(message) : message;
      const received = await this.#send(body, pending, gated ? { 'idempotency-key': key } : {}, toolClass);
      const waits = gated && pending.claim ? waitsForInput(called, received, toolClass) : undefined;
      return waits ?? answered(called, received, toolClass);
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) return this.#unforeseen(called, error, toolClass);
      // whatever became of this round, an earlier one was sent
      if (asked > 0) return lost(called, error.error.message, toolClass);
      return failed(called, error, toolClass);
    } finally {
      this.#host.reads.changedBy(toolClass);
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
      const options = { timeoutMs: this.#host.limits.holdMs, headers };
      const body = withId(message, String(id));
      const { signal } = pending.abort;
      return isRead
        ? this.#host.reads.guarded(() => this.#upstream.request(id, body, { ...options, signal }), signal)
        : this.#upstream.request(id, body, options);
    };
    const { marks } = pending;
    const timed = async () => {
      marks.sent ||= this.#host.clock.monotonic();
      try {
        const received = await once();
        marks.answer = received.bytes;
        return received;
      } finally {
        marks.answered = this.#host.clock.monotonic();
      }
    };
    try {
      return await timed();
    } catch (first) {
      // what was cut off may have arrived: a stop is sent again only where the server said that it knew no such session
      const isRepeatable = isRead
        ? !pending.abort.signal.aborted && isWorthRepeating(first)
        : toolClass === 'stop' && isSessionLost(first);
      if (!isRepeatable) throw first;
      return await timed();
    }
  }

  /** The guard was not asked, so the line is ours. */
  #record(tool: string, outcome: 'ok' | 'refused', detail: string, request: string): void {
    this.#host.recordActivity({
      profile: this.#host.profile,
      kind: 'tool',
      actor: actorOf(this.#client),
      title: tool,
      toolClass: this.#host.gate.classify(this.#host.profile, tool),
      outcome,
      detail,
      trace: { method: 'tools/call', client: clientOf(this.#client), request },
    });
  }
}

/** What keeps a call from being sent at the last moment. */
function overtaken({ decision, asked, called }: Round, { abort }: Pending): Ended | undefined {
  if (decision.overtaken?.()) return stoppedFirst(called, asked, decision.toolClass);
  return abort.signal.aborted && asked === 0 ? withdrawn(called) : undefined;
}

/**
 * What the person was shown and nothing else: input for a call that is not open with us was seen by nobody, and a call
 * that begins begins from the start.
 */
function plainCall(message: Inspected): Inspected {
  const { params } = message;
  if (!('inputResponses' in params) && !('requestState' in params)) return message;
  const text = withParams(message.text, { inputResponses: undefined, requestState: undefined });
  const plain = inspect(Buffer.from(text));
  if (plain.kind === 'refused') throw new Error(plain.message);
  return plain;
}

/** Whether a read may be sent a second time: the session or the connection was lost, or it was sent in the wrong form. */
export function isWorthRepeating(error: unknown): boolean {
  if (!(error instanceof UpstreamFailure)) return false;
  return error.sessionLost || (error.fate === 'lost' && error.error.code === 'LINK_LOST');
}

const isSessionLost = (error: unknown): boolean => error instanceof UpstreamFailure && error.sessionLost;
