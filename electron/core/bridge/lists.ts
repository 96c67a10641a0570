import { AppError } from '../../contract/errors.ts';
import { elements, members } from '../../stub/envelope.ts';
import { ownText } from '../own-text.ts';
import type { RpcAnswer } from '../seams.ts';
import type { Received } from './reply.ts';
import { parsed, textOf } from './reply.ts';

const MAX_PAGES = 100;
/** Clients show some dozens, and every one is compared, kept and shown for approval. */
const MOST_ENTRIES = 5_000;
const MAX_WORDS = 300;

/** Sends one request of a list and resolves with its answer. */
export type AskList = (method: string, params: object | undefined) => Promise<Received>;

/** Throws MCP_NOT_MCP where it is no JSON-RPC answer. */
export function answerOf(received: Received): RpcAnswer {
  const value = parsed(received);
  if (value && 'result' in value) return { result: value['result'] };
  if (value && typeof value['error'] === 'object' && value['error'] !== null)
    return { error: value['error'] as { code: number; message: string } };
  throw new AppError(
    'MCP_NOT_MCP',
    'The server sent something that is not a JSON-RPC answer.',
    'Check the MCP URL of the profile.',
  );
}

/** The beginning of its words; the droplet may have sent anything in their place. */
const wordsOf = ({ message }: { message: unknown }): string =>
  typeof message === 'string' ? ownText(message, MAX_WORDS) : 'no reason given';

/** The entries of all pages as the JSON text that the server sent; null where it does not know the method. */
export async function listed(ask: AskList, method: string, key: string): Promise<string[] | null> {
  const entries: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const received = await ask(method, cursor === undefined ? undefined : { cursor });
    const answer = answerOf(received);
    if ('error' in answer) {
      if (page === 0 && answer.error.code === -32601) return null;
      throw new AppError(
        'MCP_SERVER_ERROR',
        `The server cannot list (${method}): "${wordsOf(answer.error)}".`,
        'Look at the server on the droplet.',
      );
    }
    const text = textOf(received);
    const result = members(text).get('result');
    const list = result && members(text, result.start).get(key);
    const spans = list ? elements(text, list.start) : [];
    if (entries.length + spans.length > MOST_ENTRIES)
      throw new AppError(
        'MCP_SERVER_ERROR',
        `The server lists more than ${MOST_ENTRIES} entries (${method}), which no client can use.`,
        'Look at the server on the droplet.',
      );
    for (const { start, end } of spans) entries.push(text.slice(start, end));
    cursor = (answer.result as { nextCursor?: string } | null)?.nextCursor;
    if (typeof cursor !== 'string') break;
  }
  return entries;
}
