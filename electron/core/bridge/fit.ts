import type { CallAnswer } from './outcome.ts';
import { CLAUDE_LIMIT, cutReadResult, cutToolResult } from './cut.ts';
import type { Inspected } from './inspect.ts';
import type { Received } from './reply.ts';
import { parsed, splice } from './reply.ts';
import { errorLine, resultLine, toolText } from './words.ts';

/** One line for a client, in pieces; the last ends with a newline. */
export type Pieces = (Buffer | string)[];

/** Stores a text and gives its handle. */
export type Keep = (text: string) => string;

/** How many bytes one line to this client may have: Claude refuses more than 1 MiB, others take any. */
export function lineLimit(clientName: string): number {
  return /^claude/i.test(clientName) ? CLAUDE_LIMIT : Infinity;
}

const resultOf = (received: Received) => parsed(received)?.['result'] as Record<string, unknown> | undefined;

/** The line that answers a tools/call, cut where it is too large for the client. */
export function callPieces(id: string, answer: CallAnswer, limit: number, keep: Keep): Pieces {
  if ('result' in answer) return [resultLine(id, answer.result)];
  const { received } = answer;
  const result = received.size > limit ? resultOf(received) : undefined;
  return result ? [resultLine(id, cutToolResult(result, keep))] : [...splice(received, id), '\n'];
}

/** The line that answers another request; resources are cut where they are too large for the client. */
export function answerPieces(message: Inspected, received: Received, limit: number, keep: Keep): Pieces {
  const whole = [...splice(received, message.id), '\n'];
  if (message.method !== 'resources/read' || received.size <= limit) return whole;
  const result = resultOf(received);
  const cut = result && cutReadResult(result, keep);
  if (cut !== undefined) return [resultLine(message.id, cut)];
  const words = `This resource has ${received.size} bytes and no text; it is too large for this client.`;
  return [errorLine(message.id, -32000, words)];
}

/** How a call ended, as a tools/call result in JSON text, for companion_continue. */
export function answerResult(answer: CallAnswer): string {
  if ('result' in answer) return answer.result;
  const value = parsed(answer.received);
  if (value && 'result' in value) return JSON.stringify(value['result']);
  const error = value?.['error'] as { code?: unknown; message?: unknown } | undefined;
  return toolText(`The server answered error ${String(error?.code)}: "${String(error?.message)}".`, true);
}
