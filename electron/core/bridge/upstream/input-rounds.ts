import { AppError } from '../../../contract/errors.ts';
import { members } from '../../../stub/envelope.ts';
import type { Clock } from '../../ports.ts';
import { UpstreamFailure, timeoutFailure } from '../failure.ts';
import type { Received } from '../reply.ts';
import { textOf } from '../reply.ts';
import { received } from './modern-answer.ts';

export const MAX_ROUNDS = 10;
/** A person or a model would not get through more. */
const MAX_QUESTIONS = 32;
const ASKABLE = ['elicitation/create', 'sampling/createMessage', 'roots/list'];

/** What a server wants before it goes on. All texts are as it wrote them. */
export interface Asked {
  requests: { key: string; method: string; params: string | undefined }[];
  /** The raw JSON text of `requestState`, with every escape as it was. */
  state: string | undefined;
}

export function serverFault(what: string): UpstreamFailure {
  return new UpstreamFailure(
    'lost',
    new AppError('MCP_SERVER_ERROR', what, 'Look at the server on the droplet, then check the status.'),
  );
}

/** Reads an `input_required` result. Throws UpstreamFailure where it asks for what there is not. */
export function askedBy(answer: Received): Asked {
  const text = textOf(answer);
  const slice = (span: { start: number; end: number }) => text.slice(span.start, span.end);
  const result = members(text).get('result');
  const found = result ? members(text, result.start) : undefined;
  const state = found?.get('requestState');
  const wanted = found?.get('inputRequests');
  const questions = [...(wanted ? members(text, wanted.start) : [])];
  if (questions.length > MAX_QUESTIONS)
    throw serverFault(`The server asks ${questions.length} questions at once.`);
  const requests = questions.map(([key, span]) => {
    const entry = members(text, span.start);
    const name = entry.get('method');
    const method = name ? String(JSON.parse(slice(name))) : '';
    if (!ASKABLE.includes(method)) throw serverFault(`The server asks the client for "${method}".`);
    const params = entry.get('params');
    return { key, method, params: params && withElicitationId(key, method, slice(params)) };
  });
  if (requests.length === 0 && !state) throw serverFault('The server asks for input without saying which.');
  return { requests, state: state && slice(state) };
}

/** 2025-11-25 has an id in each elicitation by URL; the modern era has none. */
function withElicitationId(key: string, method: string, params: string): string {
  if (!params.startsWith('{')) return params;
  const { mode, elicitationId } = JSON.parse(params) as { mode?: unknown; elicitationId?: unknown };
  if (method !== 'elicitation/create' || mode !== 'url' || elicitationId !== undefined) return params;
  return `{"elicitationId":${JSON.stringify(key)},${params.slice(params.indexOf('{') + 1)}`;
}

interface Waiting {
  method: string;
  done(result: string): void;
  fail(error: Error): void;
}

/** Puts the server's questions to a client as the requests of the earlier eras, and takes its answers. */
export class InputRounds {
  readonly #clock: Clock;
  readonly #newId: () => number;
  readonly #onServerMessage: (message: Received) => void;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock, newId: () => number, onServerMessage: (message: Received) => void) {
    this.#clock = clock;
    this.#newId = newId;
    this.#onServerMessage = onServerMessage;
  }

  /** `inputResponses` as JSON text. Throws UpstreamFailure where the client cannot answer or not in time. */
  async ask(asked: Asked, leftMs: number, signal: AbortSignal | undefined): Promise<string> {
    const ids: string[] = [];
    const { promise: over, reject } = Promise.withResolvers<never>();
    over.catch(() => {});
    const abort = () => reject(serverFault('It was cancelled.'));
    const cancelTimer = this.#clock.after(leftMs, () => reject(timeoutFailure(leftMs, true)));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const answers = asked.requests.map(async ({ key, method, params }) => {
        const id = String(this.#newId());
        ids.push(id);
        const { promise, resolve: done, reject: fail } = Promise.withResolvers<string>();
        this.#waiting.set(id, { method, done, fail });
        const rest = params === undefined ? '' : `,"params":${params}`;
        this.#onServerMessage(
          received(`{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)}${rest}}`),
        );
        return `${JSON.stringify(key)}:${await promise}`;
      });
      return `{${(await Promise.race([Promise.all(answers), over])).join(',')}}`;
    } finally {
      cancelTimer();
      signal?.removeEventListener('abort', abort);
      for (const id of ids) this.#withdraw(id);
    }
  }

  /** Takes a client's answer to one of our questions. */
  answer(text: string): void {
    const found = members(text);
    const id = found.get('id');
    const waiting = id && this.#waiting.get(text.slice(id.start, id.end));
    if (!id || !waiting) return;
    this.#waiting.delete(text.slice(id.start, id.end));
    const result = found.get('result');
    if (result) waiting.done(text.slice(result.start, result.end));
    // nobody chose anything, which is what `cancel` says
    else if (waiting.method === 'elicitation/create') waiting.done('{"action":"cancel"}');
    else waiting.fail(serverFault(`The server asked for ${waiting.method}, which this client did not give.`));
  }

  #withdraw(id: string): void {
    if (!this.#waiting.delete(id)) return;
    const params = `{"requestId":${id},"reason":"no longer needed"}`;
    this.#onServerMessage(
      received(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${params}}`),
    );
  }
}
