import { randomInt } from 'node:crypto';
import type { Received } from '../reply.ts';
import { UpstreamFailure } from '../failure.ts';
import { discover } from './discover.ts';
import type { Era } from './era.ts';
import { EraMemory } from './era.ts';
import { HttpLane } from './http-lane.ts';
import { Idle } from './idle.ts';
import type { InnerOptions } from './inner.ts';
import { unlessFailed } from './inner.ts';
import { serverFault } from './input-rounds.ts';
import { LegacyForm } from './legacy-form.ts';
import { SseUpstream } from './legacy-sse.ts';
import { learnTools } from './modern-answer.ts';
import { ModernUpstream } from './modern.ts';
import { introduced, outgoing } from './modern-body.ts';
import type { SessionFacts } from './session-facts.ts';
import { closedFailure } from './session-facts.ts';
import { StreamableUpstream } from './streamable.ts';
import type { SendOptions, UpstreamSession } from './upstream-session.ts';
import { WrongEra, otherRevision } from './wrong-era.ts';

const IDLE_MS = 15 * 60_000;
const MAX_CHOICES = 3;
/** How long server/discover may take where the server is used in another era too, milliseconds. */
const PREFERRED_MS = 5000;

export interface UpstreamOptions extends Omit<InnerOptions, 'newId'> {
  /** What the back end speaks, shared by all sessions of a profile. */
  eras?: EraMemory;
  /** The era of the local client, asked at each opening; `legacy` where it is absent. */
  clientEra?(): Era;
  /** `modern`: a classic client that is served in the modern era wherever the server has it. */
  prefer?: Era;
  /** A session that was silent this long, milliseconds, is ended until the next message; 15 min by default, Infinity: never. */
  idleMs?: number;
  /** How long server/discover may take, milliseconds; 20 s by default. */
  discoverMs?: number;
}

/** A client's side of a back end in the era that fits both: the client's own where the server has it, else another. */
export function createUpstream(options: UpstreamOptions): UpstreamSession {
  return new EraUpstream(options);
}

class EraUpstream implements UpstreamSession {
  readonly #o: UpstreamOptions;
  readonly #memory: EraMemory;
  readonly #http: HttpLane;
  readonly #subscriptions = new Set<string>();
  #inner: UpstreamSession | undefined;
  #url: URL | undefined;
  #choosing: Promise<UpstreamSession> | undefined;
  #wasOpen = false;
  #closed = false;
  #nextId = randomInt(2 ** 46);
  #inFlight = 0;
  readonly #idle: Idle;
  readonly #legacyForm = new LegacyForm();

  constructor(options: UpstreamOptions) {
    this.#o = options;
    this.#memory = options.eras ?? new EraMemory();
    this.#http = new HttpLane(options.link, options.clock);
    this.#idle = new Idle({
      clock: options.clock,
      idleMs: options.idleMs ?? IDLE_MS,
      isNeeded: () => this.#inFlight > 0 || this.#subscriptions.size > 0,
      onIdle: () => {
        const inner = this.#inner;
        this.#inner = undefined;
        void inner?.close();
      },
    });
  }

  get facts(): SessionFacts | undefined {
    return this.#inner?.facts;
  }

  newId(): number {
    return this.#nextId++;
  }

  async open(): Promise<SessionFacts> {
    return await this.#with((inner) => inner.open());
  }

  async verify(timeoutMs: number): Promise<void> {
    await this.#with((inner) => inner.verify(timeoutMs));
  }

  async request(id: number, body: string, options: SendOptions): Promise<Received> {
    return await this.#with(async (inner) => {
      // before the bytes are looked at, an era has to be known: opening decides it
      const { era } = inner.facts ?? (await inner.open());
      const isTranslated = era === 'legacy' && this.#o.clientEra?.() === 'modern';
      const answer = isTranslated
        ? await this.#legacyForm.request(inner, id, body, options)
        : await inner.request(id, body, options);
      if (body.length < 4096 && body.includes('"resources/')) this.#note(body, answer);
      const isList = era === 'legacy' && body.length < 4096 && body.includes('"tools/list"');
      if (isList && this.#url) learnTools(answer, this.#memory.toolsOf(this.#url), () => {});
      return answer;
    });
  }

  async notify(body: string): Promise<void> {
    const isModern = this.#o.clientEra?.() === 'modern';
    await this.#with((inner) => {
      const isTranslated = isModern && !(inner instanceof ModernUpstream);
      return isTranslated ? this.#legacyForm.notify(inner, body) : inner.notify(body);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#idle.close();
    const inner = this.#inner;
    this.#inner = undefined;
    await inner?.close();
  }

  /** Does it in the era that the server speaks; again in another where it certainly did not reach the server. */
  async #with<T>(run: (inner: UpstreamSession) => Promise<T>): Promise<T> {
    this.#inFlight++;
    try {
      for (let choices = 1; ; choices++) {
        const inner = this.#inner ?? (await this.#choose());
        try {
          return await run(inner);
        } catch (error) {
          if (!(error instanceof WrongEra)) throw error;
          await this.#contradicted(inner, error);
          if (error.fate !== 'unsent' || choices >= MAX_CHOICES) throw error;
        }
      }
    } finally {
      this.#inFlight--;
      this.#idle.used();
    }
  }

  /** An answer that does not fit what is known of the server. Throws what the caller has to know of it. */
  async #contradicted(inner: UpstreamSession, error: WrongEra): Promise<void> {
    const isModern = inner instanceof ModernUpstream;
    // any server may call a request bad; only one without server/discover is of another era
    if (isModern && error.fate === 'refused' && (await this.#isStillModern())) throw error;
    if (this.#inner === inner) {
      this.#inner = undefined;
      const now = this.#o.link.transport?.route({ to: 'mcp' });
      // a link that goes elsewhere now says nothing of the server that was there before
      if (this.#url && now?.url.href === this.#url.href) this.#memory.forget(this.#url);
      void inner.close();
    }
    if (error.fate === 'refused') throw otherRevision(error);
  }

  async #isStillModern(): Promise<boolean> {
    return (await this.#discovered().catch(() => undefined)) !== null;
  }

  async #discovered(timeoutMs = this.#o.discoverMs): Promise<SessionFacts | null> {
    const route = await this.#http.route();
    return await discover(this.#http, route, this.newId(), this.#who(), timeoutMs);
  }

  #who(): { clientInfo: string; clientCapabilities: string; logLevel: undefined } {
    return { ...introduced(this.#o.initialize(0)), logLevel: undefined };
  }

  #choose(): Promise<UpstreamSession> {
    if (this.#closed) return Promise.reject(closedFailure());
    this.#choosing ??= this.#chosen().finally(() => (this.#choosing = undefined));
    return this.#choosing;
  }

  /**
   * The client's own era first. A client of the earlier eras begins with initialize, and only a server that turns it
   * down, or that gives no session, is asked whether it is modern, then whether it is one of 2024-11-05.
   */
  async #chosen(): Promise<UpstreamSession> {
    const { url } = await this.#http.route();
    this.#url = url;
    const isModern = this.#o.clientEra?.() === 'modern';
    if (isModern || this.#o.prefer === 'modern') {
      const modern = await (isModern ? this.#modern(url) : unlessFailed(this.#modern(url, PREFERRED_MS)));
      if (modern) return modern;
    }
    const { legacy } = this.#memory.of(url);
    if (legacy === 'sse') return await this.#opened(url, 'sse');
    let refusal: WrongEra | undefined;
    if (legacy !== null) {
      try {
        return await this.#opened(url, 'streamable');
      } catch (error) {
        if (!(error instanceof WrongEra)) throw error;
        refusal = error;
      }
    }
    const modern = await this.#modern(url);
    if (modern) {
      this.#memory.learn(url, { legacy: null });
      return modern;
    }
    if (refusal?.maybeSse) {
      try {
        return await this.#opened(url, 'sse');
      } catch (error) {
        // what the address said to initialize tells more than that it has no stream
        if (!(error instanceof WrongEra)) throw error;
      }
    }
    this.#memory.forget(url);
    throw new UpstreamFailure('unsent', (refusal ?? closedFailure()).error);
  }

  /** A session of 2026-07-28; undefined where the server is not of that era. */
  async #modern(url: URL, timeoutMs?: number): Promise<UpstreamSession | undefined> {
    const modern = await this.#knownModern(url, timeoutMs);
    if (!modern) return undefined;
    const memory = this.#memory;
    return await this.#begin(new ModernUpstream({ ...this.#innerOptions(), memory, facts: modern }));
  }

  async #knownModern(url: URL, timeoutMs?: number): Promise<SessionFacts | null> {
    let { modern } = this.#memory.of(url);
    if (modern === undefined) {
      modern = await this.#discovered(timeoutMs);
      this.#memory.learn(url, { modern });
    }
    return modern;
  }

  /** A server that serves each classic request by itself cannot speak up, ask or announce; its modern side can. */
  async #withoutSession(): Promise<void> {
    const url = this.#url;
    if (!url || !(await unlessFailed(this.#knownModern(url, PREFERRED_MS)))) return;
    throw new WrongEra('unsent', serverFault('The server has no sessions in the earlier revisions of MCP.'));
  }

  async #opened(url: URL, legacy: 'streamable' | 'sse'): Promise<UpstreamSession> {
    const options = this.#innerOptions();
    const inner = legacy === 'sse' ? new SseUpstream(options) : new StreamableUpstream(options);
    const opened = await this.#begin(inner);
    this.#memory.learn(url, { legacy });
    return opened;
  }

  async #begin(inner: UpstreamSession): Promise<UpstreamSession> {
    if (this.#closed) throw closedFailure();
    // set before it is open: what it restores goes through here
    this.#inner = inner;
    try {
      await inner.open();
      this.#wasOpen = true;
      return inner;
    } catch (error) {
      if (this.#inner === inner) this.#inner = undefined;
      void inner.close();
      throw error;
    }
  }

  #innerOptions(): InnerOptions & { newId(): number } {
    const { link, clock, log, restore } = this.#o;
    const wasOpen = this.#wasOpen;
    return {
      link,
      clock,
      log,
      newId: () => this.newId(),
      initialize: (id) => this.#o.initialize(id),
      onServerMessage: (message, during) => this.#o.onServerMessage(message, during),
      withoutSession: () => this.#withoutSession(),
      restore: async (again) => {
        if (again && this.#url) this.#memory.restarted(this.#url);
        this.#legacyForm.reset();
        await restore?.(again || wasOpen);
      },
    };
  }

  #note(body: string, answer: Received): void {
    const { method, params } = outgoing(body);
    const { uri } = params;
    if (typeof uri !== 'string' || answer.value?.['error'] !== undefined) return;
    if (method === 'resources/subscribe') this.#subscriptions.add(uri);
    else if (method === 'resources/unsubscribe') this.#subscriptions.delete(uri);
  }
}
