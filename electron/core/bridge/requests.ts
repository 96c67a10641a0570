import type { Claim } from '../../stub/era.ts';
import { modernList, serverInfoText } from '../../stub/era.ts';
import { LISTS } from '../../stub/wire.ts';
import { CallLane } from './call.ts';
import type { Answer, Keep, Pieces } from './fit.ts';
import { answerPieces, answerResult, lineLimit } from './fit.ts';
import { ForwardLane } from './forward.ts';
import type { ClientFacts, SessionHost } from './host.ts';
import { actorOf } from './host.ts';
import { clientOf } from './marks.ts';
import type { Inspected } from './inspect.ts';
import { progressToken } from './inspect.ts';
import { classicForm } from './modern/classic-form.ts';
import type { Continuations } from './modern/continuations.ts';
import type { ParkedRequests } from './modern/parked.ts';
import { notGoneOn } from './modern/not-gone-on.ts';
import type { ResultForm } from './modern/result-form.ts';
import { modernForm } from './modern/result-form.ts';
import { OwnCalls } from './own-calls.ts';
import type { Asking } from './pending.ts';
import { Pending } from './pending.ts';
import { ownProgress } from './progress.ts';
import type { Remembered } from './remembered.ts';
import type { UpstreamSession } from './upstream/upstream-session.ts';
import { errorLine, resultLine, toolText } from './words.ts';

/** Questions of a server that come together are asked together. */
const GATHER_MS = 10;
const ONE_PAGE = 'Invalid params: there is one page only, without cursors';

export interface RequestsOptions {
  host: SessionHost;
  client: ClientFacts;
  upstream: UpstreamSession;
  remembered: Remembered;
  open: Continuations;
  parked: ParkedRequests;
  /** Takes one line for the client; `id` is the raw id that it answers, empty where it answers nothing. */
  send(id: string, pieces: Pieces): void;
}

/** The requests of one client that take time, each from its arrival to its one answer. */
export class Requests {
  readonly #o: RequestsOptions;
  readonly #lane: CallLane;
  readonly #forward: ForwardLane;
  readonly #own: OwnCalls;
  readonly #asking = new Map<string, Asking>();
  /** What is under way to the back end, also where nobody waits for it now. */
  readonly #underWay = new Set<Pending>();
  readonly #answers = new WeakMap<Pending, Promise<Answer>>();
  readonly #held = new Set<Promise<unknown>>();
  readonly #keep: Keep;
  readonly #modern: ResultForm;
  readonly #classic: ResultForm;

  constructor(options: RequestsOptions) {
    this.#o = options;
    const { host, client, upstream, remembered, open } = options;
    this.#lane = new CallLane(host, upstream, client, open);
    this.#forward = new ForwardLane(host, upstream, client, remembered);
    this.#own = new OwnCalls(host);
    this.#keep = (text) => host.held.keepText(host.profile, text);
    const saved = () => host.catalogue.served(host.profile).serve['initialize'];
    const isModernServer = () => upstream.facts?.era === 'modern';
    this.#modern = modernForm(() => serverInfoText(saved()), isModernServer);
    this.#classic = classicForm(isModernServer);
  }

  get size(): number {
    return this.#asking.size;
  }

  has(id: string): boolean {
    return this.#asking.has(id);
  }

  get(id: string): Asking | undefined {
    return this.#asking.get(id);
  }

  /** Those that wait for an answer. */
  waiting(): Iterable<Asking> {
    return this.#asking.values();
  }

  underWay(): Iterable<Pending> {
    return this.#underWay;
  }

  /** No queue of ours is ever in the way of a stop. */
  isStop({ method, params }: Inspected): boolean {
    const { gate, profile } = this.#o.host;
    return method === 'tools/call' && gate.classify(profile, params['name'] as string) === 'stop';
  }

  /** Takes a request. `claim` is what it says of its client in the modern era, `called` how it calls a tool that the server calls otherwise. */
  take(message: Inspected, claim: Claim | undefined, called: string | undefined): void {
    const { host, client } = this.#o;
    const { id, method } = message;
    const token = progressToken(message);
    const form = claim ? this.#modern : this.#classic;
    const asking: Asking = { id, method, token, form, limit: lineLimit(client.name), over: false };
    this.#asking.set(id, asking);
    client.calls++;
    host.onClientChanged(false);
    this.#hold(
      this.#answer(message, asking, claim, called)
        .catch((error: unknown) => {
          const why = String(error);
          host.log.error('a request failed inside the bridge', { method, why });
          this.#send(asking, [errorLine(id, -32603, 'Internal error in Catalyst Companion')]);
        })
        .finally(() => host.onClientChanged(false)),
    );
  }

  /** The client wants no answer to it any more. What may be given up is; the request to cancel upstream, else undefined. */
  cancel(id: string): Pending | undefined {
    const asking = this.#asking.get(id);
    if (!asking) return undefined;
    asking.over = true;
    this.#asking.delete(id);
    const { pending } = asking;
    // hosts cancel by themselves when their time is up: that must not break off a start half-way
    return pending && !pending.binding ? pending : undefined;
  }

  /** The client has gone: what only reads is given up, what changes something is held to its end. */
  async close(): Promise<void> {
    for (const asking of this.#asking.values()) {
      asking.over = true;
      if (asking.pending && !asking.pending.binding) asking.pending.abort.abort();
    }
    await Promise.allSettled(this.#held);
  }

  #hold(work: Promise<unknown>): void {
    this.#held.add(work);
    void work.finally(() => this.#held.delete(work));
  }

  async #answer(
    message: Inspected,
    asking: Asking,
    claim: Claim | undefined,
    called: string | undefined,
  ): Promise<void> {
    const { method } = message;
    if (LISTS.includes(method)) {
      if (message.params['cursor'] === undefined) {
        const started = this.#o.host.clock.monotonic();
        this.#finish(asking, await this.#list(message, claim !== undefined));
        this.#recordOwn(message, 'list', started);
      } else this.#send(asking, [errorLine(message.id, -32602, ONE_PAGE)]);
      return;
    }
    const own = method === 'tools/call' ? this.#own.tool(message, asking.limit) : this.#own.resource(message);
    if (own !== undefined) {
      const started = this.#o.host.clock.monotonic();
      this.#finish(asking, { result: await own });
      this.#recordOwn(message, method === 'tools/call' ? 'tool' : 'resource', started);
      return;
    }
    const parked = claim && this.#o.parked.resume(message, claim);
    if (parked === 'refused') {
      const { gate, profile } = this.#o.host;
      const isRead = gate.classify(profile, message.params['name'] as string) === 'read';
      this.#finish(asking, notGoneOn(message, called, isRead));
      return;
    }
    const pending = parked ?? new Pending(message.id, method, asking.token, claim);
    pending.asking = asking;
    asking.pending = pending;
    if (!parked) this.#begin(pending, message, called);
    await this.#follow(asking, pending, message);
  }

  /** What was answered here, without the back end. */
  #recordOwn({ method, params }: Inspected, kind: 'list' | 'tool' | 'resource', started: number): void {
    const { host, client } = this.#o;
    const took = host.clock.monotonic() - started;
    const what = kind === 'list' ? method : (params['name'] ?? params['uri']);
    host.recordActivity({
      profile: host.profile,
      kind,
      actor: actorOf(client),
      title: String(what),
      ...(kind === 'tool' && { toolClass: 'read' }),
      outcome: 'cached',
      durationMs: took,
      trace: {
        method,
        client: clientOf(client),
        times: { local: took, guard: 0 },
        request: JSON.stringify(kind === 'tool' ? (params['arguments'] ?? {}) : { uri: params['uri'] }),
      },
    });
  }

  /** Sends it on its way: the only place that does. */
  #begin(pending: Pending, message: Inspected, called: string | undefined): void {
    pending.called = called;
    pending.marks.arrived = this.#o.host.clock.monotonic();
    this.#o.parked.began(pending, message);
    const lane = message.method === 'tools/call' ? this.#lane : this.#forward;
    const done = lane.run(message, pending);
    this.#answers.set(pending, done);
    this.#underWay.add(pending);
    this.#hold(done.finally(() => this.#underWay.delete(pending)).catch(() => {}));
  }

  /** Waits for the answer, or for a question of the server that the client is given instead. */
  async #follow(asking: Asking, pending: Pending, message: Inspected): Promise<void> {
    const { clock, limits } = this.#o.host;
    const isCall = message.method === 'tools/call';
    const name = pending.called ?? String(message.params['name']);
    const answer = this.#answers.get(pending) ?? Promise.reject(new Error('nothing was sent'));
    const stopProgress = isCall
      ? ownProgress(asking, pending, name, clock, (line) => this.#o.send('', [line]))
      : () => {};
    const cancel = clock.after(limits.deadlineMs, () => {
      if (isCall) this.#late(asking, pending, name, answer, this.isStop(message));
      else if (pending.claim) this.#lateRead(asking, pending);
    });
    try {
      const first = await (pending.claim ? Promise.race([answer, this.#questions(pending)]) : answer);
      if (first !== 'asked') this.#finish(asking, first);
      else if (!asking.over) this.#send(asking, [resultLine(asking.id, this.#o.parked.park(pending))]);
      else for (const question of pending.questions.splice(0)) this.#o.parked.refuse(question);
    } finally {
      cancel();
      stopProgress();
    }
  }

  async #questions(pending: Pending): Promise<'asked'> {
    await pending.asked();
    await new Promise<void>((resolve) => void this.#o.host.clock.after(GATHER_MS, resolve));
    return 'asked';
  }

  async #list({ method }: Inspected, isModern: boolean): Promise<Answer> {
    const { host } = this.#o;
    await host.catalogue.whenKnown(host.profile, host.limits.firstListMs);
    const { serve } = host.catalogue.served(host.profile);
    return { result: (isModern ? modernList(serve, method) : serve[method]) ?? '{}' };
  }

  /** The client is answered now, the call goes on. A call that still waits for consent is withdrawn instead. */
  #late(asking: Asking, pending: Pending, tool: string, answer: Promise<Answer>, isStop: boolean): void {
    if (pending.upstreamId === undefined) {
      pending.abort.abort();
      return;
    }
    const { host } = this.#o;
    const handle = host.held.keepCall(host.profile, tool, answer.then(answerResult));
    const seconds = Math.round(host.limits.deadlineMs / 1000);
    const text =
      `${tool} is still running after ${seconds} s; its outcome is not known yet. ` +
      (isStop ? '' : `Do not call ${tool} again. `) +
      `Ask for the outcome with companion_continue and {"handle":"${handle}"}.`;
    this.#finish(asking, { result: toolText(text, pending.binding) });
  }

  #lateRead(asking: Asking, pending: Pending): void {
    const seconds = Math.round(this.#o.host.limits.deadlineMs / 1000);
    pending.abort.abort();
    this.#finish(asking, { failure: `No answer within ${seconds} s. Try again.` });
  }

  #finish(asking: Asking, answer: Answer): void {
    if (!asking.over) this.#send(asking, answerPieces(asking, answer, this.#keep));
  }

  #send(asking: Asking, pieces: Pieces): void {
    if (this.#asking.get(asking.id) === asking) this.#asking.delete(asking.id);
    if (asking.over) return;
    asking.over = true;
    this.#o.send(asking.id, pieces);
  }
}
