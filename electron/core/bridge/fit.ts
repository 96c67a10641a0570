import type { CallAnswer } from './outcome.ts';
import { CLAUDE_LIMIT, cutReadResult, cutToolResult } from './cut.ts';
import type { Asking } from './pending.ts';
import type { Received } from './reply.ts';
import { parsed, splice } from './reply.ts';
import { errorLine, resultLine, toolText } from './words.ts';

/** One line for a client, in pieces; the last ends with a newline. */
export type Pieces = (Buffer | string)[];

/** Stores a text and gives its handle. */
export type Keep = (text: string) => string;

/** What a client is answered: the back end's message, a result of ours as JSON text, or why there is none. */
export type Answer = CallAnswer | { failure: string; code?: number };

/** How many bytes one line to this client may have: Claude's programs refuse more than 1 MiB, others take any. */
export function lineLimit(clientName: string): number {
  return clientName === 'claude-ai' || clientName === 'claude-code' ? CLAUDE_LIMIT : Infinity;
}

const resultOf = (received: Received) => parsed(received)?.['result'] as Record<string, unknown> | undefined;

/** The line that answers a request, in the form of its era; tool results and resources are cut where they are too large for the client. */
export function answerPieces({ id, method, form, limit }: Asking, answer: Answer, keep: Keep): Pieces {
  if ('failure' in answer) return [errorLine(id, answer.code ?? form.failure, answer.failure)];
  if ('result' in answer) return [resultLine(id, form.own(answer.result, method))];
  const received = form.theirs(answer.received, method);
  const whole = () => [...splice(received, id), '\n'];
  const isCuttable = method === 'tools/call' || method === 'resources/read';
  const line = received.size - (received.idEnd - received.idStart) + Buffer.byteLength(id) + 1;
  if (line <= limit || !isCuttable) return whole();
  const result = resultOf(received);
  if (!result || result['resultType'] === 'input_required') return whole();
  if (method === 'tools/call') return [resultLine(id, form.own(cutToolResult(result, keep), method))];
  const cut = cutReadResult(result, keep);
  if (cut !== undefined) return [resultLine(id, form.own(cut, method))];
  const words = `This resource has ${received.size} bytes and no text; it is too large for this client.`;
  return [errorLine(id, form.failure, words)];
}

/** How a call ended, as a tools/call result in JSON text, for companion_continue. */
export function answerResult(answer: Answer): string {
  if ('failure' in answer) return toolText(answer.failure, true);
  if ('result' in answer) return answer.result;
  const value = parsed(answer.received);
  const result = value?.['result'] as { resultType?: unknown } | undefined;
  if (result?.resultType === 'input_required')
    return toolText('The server asked for input after the client had stopped waiting.', true);
  if (value && 'result' in value) return JSON.stringify(withoutType(value['result']));
  const error = value?.['error'] as { code?: unknown; message?: unknown } | undefined;
  return toolText(`The server answered error ${String(error?.code)}: "${String(error?.message)}".`, true);
}

/** It becomes part of another result, which says its own type. */
function withoutType(result: unknown): unknown {
  const { resultType: _type, ...rest } = (result ?? {}) as Record<string, unknown>;
  return rest;
}
