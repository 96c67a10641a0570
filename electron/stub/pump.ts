import type net from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { Arena } from './arena.ts';
import type { Intake } from './attach.ts';
import { AttachError, attach } from './attach.ts';
import { idFromEdges, members } from './envelope.ts';
import { isModern } from './era.ts';
import { FrameReader } from './frames.ts';
import { LineSplitter } from './lines.ts';
import type { Asked } from './offline.ts';
import { errorLine, lostAnswer, offlineAnswer, readServed } from './offline.ts';
import type { ClientState } from './wire.ts';
import { LISTS, MAX_LINE } from './wire.ts';

/** Bytes waiting for the app beyond which the client is no longer read. */
const CLOGGED = 16 * 1024 * 1024;
const RETRY_FIRST_MS = 250;
/** How a client begins; answered before the app was looked for, as the clients' patience begins here. */
const AT_ONCE = ['initialize', 'server/discover', 'ping'];
const RETRY_LAST_MS = 1000;

export interface PumpOptions {
  home: string;
  profile: string;
  input: Readable;
  output: Writable;
  /** Free text for people; never on the protocol's stream. */
  say(text: string): void;
  /** Called once when the client has gone and all is flushed. */
  onEnd(): void;
}

/**
 * Carries lines between a client and the app. While the app is away it answers from the catalogue and looks for
 * the app again; it ends only with the client.
 */
export class Pump {
  readonly #o: PumpOptions;
  #socket: net.Socket | undefined;
  #arena = new Arena();
  #attaching = false;
  /** Whether it was tried once to reach the app. */
  #tried = false;
  #ended = false;
  #retryMs = RETRY_FIRST_MS;
  #why = 'Catalyst Companion is not running.';
  /** Lines that arrived before the first attempt or during a handshake. */
  #queue: Buffer[] = [];
  /** Requests without an answer, by the raw text of their id. */
  readonly #open = new Map<string, { asked: Asked; line: string }>();
  readonly #subscriptions = new Set<string>();
  /** Open `subscriptions/listen` requests, which have no answer while they last; their lines by the raw text of their id. */
  readonly #listens = new Map<string, string>();
  #initialize: string | undefined;
  #initialized = false;
  /** The client asks in the form of the modern era. */
  #sawModern = false;
  /** The client has asked for a list. */
  #listed = false;
  #served: string | null = null;
  #logLevel: string | null = null;

  constructor(options: PumpOptions) {
    this.#o = options;
    const lines = new LineSplitter(
      MAX_LINE,
      (line) => this.#line(line),
      (head, tail) => this.#tooLong(head, tail),
    );
    options.input.on('data', (chunk: Buffer) => {
      this.#socket?.cork();
      lines.push(chunk);
      this.#socket?.uncork();
      if (this.#socket && this.#socket.writableLength > CLOGGED) options.input.pause();
    });
    options.input.on('end', () => this.#end());
    options.input.on('close', () => this.#end());
    options.input.on('error', () => this.#end());
    options.output.on('error', () => options.onEnd());
    options.output.on('drain', () => this.#socket?.resume());
  }

  /** First attempt to reach the app; then again and again until the client goes. */
  start(): void {
    void this.#attach();
  }

  async #attach(): Promise<void> {
    if (this.#ended) return;
    this.#attaching = true;
    try {
      const state = this.#state();
      const who = { kind: 'bridge' as const, profile: this.#o.profile, ...(state ? { state } : {}) };
      this.#arena = this.#arena.again(this.#o.output.writableLength === 0);
      const intake: Intake = { arena: this.#arena, take: undefined };
      const socket = await attach(this.#o.home, who, { intake });
      this.#attaching = false;
      this.#attached(socket, intake);
    } catch (error) {
      this.#attaching = false;
      if (error instanceof AttachError) this.#why = `${error.message} ${error.next}`;
      this.#later();
    }
    this.#tried = true;
    const queued = this.#queue;
    this.#queue = [];
    this.#socket?.cork();
    for (const line of queued) this.#line(line);
    this.#socket?.uncork();
  }

  #later(): void {
    if (this.#ended) return;
    setTimeout(() => void this.#attach(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_LAST_MS, this.#retryMs * 2);
  }

  #attached(socket: net.Socket, intake: Intake): void {
    this.#socket = socket;
    this.#retryMs = RETRY_FIRST_MS;
    this.#served = null;
    const frames = new FrameReader((id, payload) => {
      if (id !== '') this.#answered(id);
      for (const piece of payload) this.#o.output.write(piece);
    });
    // all is with the system: neither a frame nor the output points into the arena
    const isIdle = () => frames.isEmpty && this.#o.output.writableLength === 0;
    intake.take = (chunk: Buffer) => {
      if (isIdle()) intake.arena.reuse({ butTheLast: true });
      this.#o.output.cork();
      frames.push(chunk);
      this.#o.output.uncork();
      if (this.#o.output.writableNeedDrain) socket.pause();
      if (isIdle()) intake.arena.reuse({ butTheLast: false });
      if (this.#ended && this.#open.size === 0) this.#o.onEnd();
    };
    socket.on('drain', () => this.#o.input.resume());
    socket.on('close', () => this.#detached(socket));
    this.#o.say('attached to Catalyst Companion');
    const early = socket.read() as Buffer | null;
    if (early) intake.take(early);
  }

  #detached(socket: net.Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#why = 'Catalyst Companion is not running.';
    const served = readServed(this.#o.home, this.#o.profile);
    for (const [id, { asked, line }] of this.#open) {
      this.#o.output.write(lostAnswer(id, asked, served));
      this.#remember(asked, line);
    }
    // an app that starts later may have other lists than the client was given
    if (this.#listed) this.#served = served?.revision ?? '';
    this.#open.clear();
    this.#o.input.resume();
    this.#o.say('Catalyst Companion went away; waiting for it');
    if (this.#ended) this.#o.onEnd();
    else this.#later();
  }

  #line(line: Buffer): void {
    if (this.#attaching) {
      this.#queue.push(line);
      return;
    }
    const { text, id, asked, kind } = look(line);
    // what the app has to answer waits until it was looked for: that it is away would be a guess
    if (!this.#tried && (this.#queue.length > 0 || !AT_ONCE.includes(asked.method))) {
      this.#queue.push(line);
      return;
    }
    asked.isModern = this.#isModern(asked);
    if (kind === 'notification') this.#notified(asked, text);
    if (this.#socket) {
      if (kind === 'request') this.#asked(id, asked, text);
      this.#socket.write(line);
      this.#socket.write('\n');
    } else if (kind === 'request') this.#answerHere(id, asked, text);
    else if (kind === 'nothing')
      this.#o.output.write(errorLine('null', -32700, 'Parse error: this line is not a JSON-RPC message'));
  }

  /** As the app decides it: by what each request says, and by what the client began with. */
  #isModern({ method, params }: Asked): boolean {
    if (isModern(method, params)) {
      this.#sawModern ||= method !== 'server/discover';
      return true;
    }
    return this.#sawModern && this.#initialize === undefined && method !== 'initialize';
  }

  #asked(id: string, asked: Asked, line: string): void {
    if (asked.isModern && asked.method === 'subscriptions/listen') this.#listens.set(id, line);
    else this.#open.set(id, { asked, line });
  }

  #notified(asked: Asked, line: string): void {
    if (asked.method !== 'notifications/cancelled') {
      this.#remember(asked, line);
      return;
    }
    const params = members(line).get('params');
    const span = params && members(line, params.start).get('requestId');
    if (!span) return;
    const id = line.slice(span.start, span.end);
    // no answer comes to what was cancelled
    this.#listens.delete(id);
    this.#open.delete(id);
  }

  #answerHere(id: string, asked: Asked, text: string): void {
    const served = readServed(this.#o.home, this.#o.profile);
    if (LISTS.includes(asked.method)) this.#served = served?.revision ?? '';
    this.#remember(asked, text);
    const answer = offlineAnswer(id, asked, served, this.#why);
    // an acknowledgement leaves it open
    if (answer.startsWith('{"jsonrpc":"2.0","method"')) this.#listens.set(id, text);
    this.#o.output.write(answer);
  }

  #answered(id: string): void {
    this.#listens.delete(id);
    const request = this.#open.get(id);
    if (!request) return;
    this.#open.delete(id);
    this.#remember(request.asked, request.line);
  }

  /** Keeps what an app that starts later has to know of this session. */
  #remember(asked: Asked, line: string): void {
    const uri = asked.params?.['uri'];
    if (LISTS.includes(asked.method)) this.#listed = true;
    // the modern era has none of the others
    else if (asked.isModern) return;
    else if (asked.method === 'initialize') this.#initialize = line;
    else if (asked.method === 'notifications/initialized') this.#initialized = true;
    else if (asked.method === 'resources/subscribe' && typeof uri === 'string') this.#subscriptions.add(uri);
    else if (asked.method === 'resources/unsubscribe' && typeof uri === 'string')
      this.#subscriptions.delete(uri);
    else if (asked.method === 'logging/setLevel') this.#logLevel = String(asked.params?.['level']);
  }

  #state(): ClientState | undefined {
    if (this.#initialize === undefined && this.#listens.size === 0) return undefined;
    return {
      initialize: this.#initialize ?? '',
      initialized: this.#initialized,
      served: this.#served,
      subscriptions: [...this.#subscriptions],
      logLevel: this.#logLevel,
      listens: [...this.#listens.values()],
    };
  }

  #tooLong(head: Buffer, tail: Buffer): void {
    const id = idFromEdges(head.toString('latin1'), tail.toString('latin1')) ?? 'null';
    this.#o.output.write(errorLine(id, -32600, `Invalid request: longer than ${MAX_LINE} bytes`));
  }

  /** The client has gone. Answers under way get 800 ms, so that `echo … | catalyst-bridge` prints them. */
  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#open.size === 0 && this.#queue.length === 0) this.#o.onEnd();
    else setTimeout(() => this.#o.onEnd(), 800);
  }
}

interface Look {
  kind: 'request' | 'notification' | 'response' | 'nothing';
  text: string;
  /** Raw text of the id, empty where there is none. */
  id: string;
  asked: Asked;
}

/** As much of a message as has to be known to answer it when the app cannot. The app inspects it strictly. */
function look(line: Buffer): Look {
  const text = line.toString('utf8');
  const nothing: Look = {
    kind: 'nothing',
    text,
    id: '',
    asked: { method: '', params: undefined, isModern: false },
  };
  let message: { id?: unknown; method?: unknown; params?: Record<string, unknown> } | null;
  try {
    message = JSON.parse(text) as typeof message;
  } catch {
    return nothing;
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return nothing;
  const span = message.id === undefined ? undefined : members(text).get('id');
  const id = span ? text.slice(span.start, span.end) : '';
  if (typeof message.method !== 'string') return { ...nothing, id, kind: span ? 'response' : 'nothing' };
  const asked = { method: message.method, params: message.params, isModern: false };
  return { kind: span ? 'request' : 'notification', text, id, asked };
}
