import { randomBytes } from 'node:crypto';
import type { Claim } from '../../../stub/era.ts';
import { members } from '../../../stub/envelope.ts';
import type { Clock } from '../../ports.ts';
import type { Inspected } from '../inspect.ts';
import type { Pending, Question } from '../pending.ts';

/** Marks a state as ours, also one that is no longer known. */
const PREFIX = 'catalyst-companion:';
/** What a client may be asked on the way (2026-07-28, MRTR), and the capability that it has to have for it. */
const ASKABLE: Record<string, string> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};
/** Requests that may be answered with a question. */
const INTERRUPTIBLE = ['tools/call', 'prompts/get', 'resources/read'];
/** Members of 2025-11-25 that the modern forms of these requests have not got. */
const GONE = ['elicitationId', 'task', '_meta'];

interface Parked {
  pending: Pending;
  /** What the client has to repeat exactly. */
  of: string;
  questions: Map<string, Question>;
  cancel(): void;
}

export interface ParkedOptions {
  clock: Clock;
  /** How long a client may take to answer, milliseconds. */
  lifeMs: number;
  /** Sends a response to the server. */
  answer(text: string): void;
}

/**
 * Requests of modern clients to a server of an earlier era that asked something before it went on. The client is
 * answered `input_required`; its next request with our state gives the answers to the server, whose call has been
 * open all the time: it is never sent again.
 */
export class ParkedRequests {
  readonly #o: ParkedOptions;
  readonly #parked = new Map<string, Parked>();
  /** What each request was, for the comparison with the one that goes on with it. */
  readonly #of = new WeakMap<Pending, string>();
  #next = 1;

  constructor(options: ParkedOptions) {
    this.#o = options;
  }

  /** Notes what a request is, in case that it has to be gone on with. */
  began(pending: Pending, message: Inspected): void {
    if (pending.claim && INTERRUPTIBLE.includes(message.method))
      this.#of.set(pending, identity(message, pending.claim));
  }

  /** Takes a question of the server for this request; false where its client cannot be asked it. */
  ask(pending: Pending, question: Question): boolean {
    const capability = ASKABLE[question.method];
    if (capability === undefined || !this.#of.has(pending)) return false;
    if (pending.claim?.capabilities[capability] === undefined) return false;
    const isParked = [...this.#parked.values()].some((one) => one.pending === pending);
    if (pending.over && !isParked) return false;
    pending.ask(question);
    return true;
  }

  /** The server no longer wants to know. */
  withdraw(id: string): void {
    for (const { questions } of this.#parked.values())
      for (const [key, question] of questions) if (question.id === id) questions.delete(key);
  }

  /** Sets a request aside until its client has answered; the `input_required` result as JSON text. */
  park(pending: Pending): string {
    const state = PREFIX + randomBytes(24).toString('base64url');
    const questions = new Map(pending.questions.splice(0).map((one) => [`input-${this.#next++}`, one]));
    const cancel = this.#o.clock.after(this.#o.lifeMs, () => this.#drop(state));
    this.#parked.set(state, { pending, of: this.#of.get(pending) ?? '', questions, cancel });
    const asked = [...questions].map(
      ([key, { method, params }]) =>
        `"${key}":{"method":${JSON.stringify(method)}${params === undefined ? '' : `,"params":${modernParams(params)}`}}`,
    );
    return `{"resultType":"input_required","inputRequests":{${asked.join(',')}},"requestState":"${state}"}`;
  }

  /**
   * What a client's request goes on with: the waiting request, whose server has been given the answers. `refused`: the
   * state is one of ours, but not for this request, or not any more. Undefined where it carries none of ours.
   */
  resume(message: Inspected, claim: Claim): Pending | 'refused' | undefined {
    const { requestState: state } = message.params;
    if (typeof state !== 'string' || !state.startsWith(PREFIX)) return undefined;
    const parked = this.#parked.get(state);
    if (!parked || parked.of !== identity(message, claim)) return 'refused';
    this.#parked.delete(state);
    parked.cancel();
    const { pending } = parked;
    const given = responses(message);
    for (const [key, question] of parked.questions) {
      const result = given.get(key);
      if (result === undefined) pending.questions.push(question);
      else this.#o.answer(`{"jsonrpc":"2.0","id":${question.id},"result":${result}}`);
    }
    return pending;
  }

  /** Tells the server that nobody will answer. */
  refuse(question: Question): void {
    const outcome =
      question.method === 'elicitation/create'
        ? '"result":{"action":"cancel"}'
        : '"error":{"code":-32000,"message":"The client did not answer"}';
    this.#o.answer(`{"jsonrpc":"2.0","id":${question.id},${outcome}}`);
  }

  /** The client has gone. */
  close(): void {
    for (const state of this.#parked.keys()) this.#drop(state);
  }

  #drop(state: string): void {
    const parked = this.#parked.get(state);
    if (!parked) return;
    this.#parked.delete(state);
    parked.cancel();
    const { pending } = parked;
    for (const question of [...parked.questions.values(), ...pending.questions.splice(0)])
      this.refuse(question);
    if (!pending.binding) pending.abort.abort();
  }
}

/** A request with everything that decides on what it does, and who makes it. */
function identity({ method, text, params, paramsSpan }: Inspected, { client }: Claim): string {
  const found = paramsSpan && members(text, paramsSpan.start).get('arguments');
  const args = found ? text.slice(found.start, found.end) : '';
  return JSON.stringify([client.name, client.version, method, params['name'], params['uri'], args]);
}

/** The client's answers by key, each as the JSON text that it sent. */
function responses({ text, paramsSpan }: Inspected): Map<string, string> {
  const span = paramsSpan && members(text, paramsSpan.start).get('inputResponses');
  const found = span ? members(text, span.start) : new Map<string, { start: number; end: number }>();
  return new Map(
    [...found].flatMap(([key, { start, end }]) =>
      text[start] === '{' ? [[key, text.slice(start, end)] as const] : [],
    ),
  );
}

function modernParams(params: string): string {
  const found = members(params);
  if (!GONE.some((key) => found.has(key))) return params;
  const kept = [...found].filter(([key]) => !GONE.includes(key));
  return `{${kept.map(([key, { start, end }]) => `${JSON.stringify(key)}:${params.slice(start, end)}`).join(',')}}`;
}
